import { mayAct } from '../farm.js';
import { duration } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { openMenu } from '../overlay.js';
import { setNode } from '../perform.js';
import { reasonWords } from '../reasons.js';
import { go, route } from '../router.js';
import { loaded, nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { Mark } from '../ui/statusmark.js';
import { look, machineItems, stateWords } from '../views/sidebar.js';
import { Benchmarks } from './benchmarks.js';
import { Charts } from './charts.js';
import { factsOf, useStatus } from './facts.js';
import { Limits } from './limits.js';
import { Work } from './work.js';

/** @typedef {import('../types').Node} Node */

/** One machine: what it is, how busy it is, how fast, and what it does. */
export function MachinePage() {
  const wanted = route.value.node;
  const node = wanted ? nodes.value.find(entry => entry.id === wanted) : nodes.value.find(entry => entry.this);
  if (!node) return h(Unknown, {});
  return h(Known, { node, key: node.id });
}

function Unknown() {
  if (!loaded.value)
    return html`<div class="loading" role="status"><span class="spinner"></span>${t('list.loading')}</div>`;
  return html`<div class="page"><div class="nothing-here" role="status"><p class="nothing-title">${t('machine.unknown')}</p>${h(Button, { label: t('machine.back'), icon: 'list', onClick: () => go({ page: 'jobs' }) })}</div></div>`;
}

/** @param {{node: Node}} props */
function Known({ node }) {
  const status = useStatus(node);
  const { shape, tone } = look(node);
  return html`<div class="page machine-page">
    <header class="page-head">
      <div class="machine-title">${h(Icon, { name: 'monitor' })}<h2 dir="auto">${node.name}</h2>${node.this && html`<span class="tag">${t('machine.this_one')}</span>`}</div>
      <p class="machine-state grow"><span class=${`state ${tone}`}>${h(Mark, { shape, tone })}${stateWords(node)}</span>${status?.uptime_seconds ? html`<span class="muted">${t('machine.up', { time: duration(status.uptime_seconds) })}</span>` : null}</p>
      ${h(Actions, { node })}
    </header>
    <dl class="fact-tiles">${factsOf(node, status).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}</dl>
    ${node.state === 'offline' ? html`<p class="note warn">${h(Icon, { name: 'wifi-off' })}<span>${t('machine.gone')} ${reasonWords(node.reason)}</span></p>` : h(Charts, { node })}
    <div class="columns">${h(Work, { node })}${h(Benchmarks, { node })}</div>
    ${node.this && h(Limits, {})}
  </div>`;
}

/** @param {{node: Node}} props */
function Actions({ node }) {
  const more = (/** @type {MouseEvent} */ event) => {
    const place = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    const items = machineItems(node).filter(item => item.id !== 'show');
    openMenu(items, { x: place.right - 240, y: place.bottom + 4, label: node.name });
  };
  if (!mayAct()) return null;
  return html`<div class="toolbar">
    ${node.this ? null : h(Turn, { node })}
    ${h(Button, { label: t('top.more'), icon: 'ellipsis', only: true, popup: 'menu', onClick: more })}
  </div>`;
}

/** Takes another machine out of the work or puts it back; for this one that stands above every page. @param {{node: Node}} props */
function Turn({ node }) {
  const act = (/** @type {'pause' | 'resume'} */ action) => () => void setNode(node, action);
  if (node.state === 'paused')
    return h(Button, { label: t('machine.resume'), icon: 'play', kind: 'primary', onClick: act('resume') });
  const disabled = node.state === 'offline';
  return h(Button, { label: t('machine.pause'), icon: 'pause', disabled, onClick: act('pause') });
}
