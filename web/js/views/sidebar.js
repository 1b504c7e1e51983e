import { isAtMachine, mayAct } from '../farm.js';
import { duration, percent } from '../format.js';
import { loads } from '../history.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { chip, counts, machineFilter, setChip, setMachine } from '../listing.js';
import { workWords } from '../machine/workwords.js';
import { morning, morningWords } from '../morning.js';
import { drawer, openMenu } from '../overlay.js';
import { setNode } from '../perform.js';
import { reasonWords } from '../reasons.js';
import { go } from '../router.js';
import { CHIPS } from '../status.js';
import { goneFor, nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { Sparkline } from '../ui/sparkline.js';
import { Splitter } from '../ui/splitter.js';
import { Mark } from '../ui/statusmark.js';

/** @typedef {import('../types').Node} Node */

const SPARKS = 40;
const VIEW_ICONS = /** @type {Record<string, string>} */ ({
  all: 'layers',
  running: 'play',
  queued: 'hourglass',
  failed: 'circle-alert',
  paused: 'pause',
  done: 'circle-check',
  cancelled: 'ban',
});

export function Sidebar() {
  return html`<aside class="side" aria-label=${t('region.machines')} data-region="machines">
    <div class="sidebar"><h2 class="caption">${t('sidebar.machines')}</h2>
    <ul class="machines">${nodes.value.map(node => h(Machine, { node, key: node.id }))}</ul>
    ${isAtMachine() && h(Button, { label: t('sidebar.add'), icon: 'plus', kind: 'quiet', small: true, extra: 'add-machine', onClick: () => go({ page: 'farm' }) })}
    <h2 class="caption">${t('sidebar.views')}</h2>
    <ul class="views">${CHIPS.filter(name => name !== 'cancelled' || counts.value.cancelled).map(name => h(ViewRow, { name, key: name }))}</ul></div>
    ${h(Splitter, { side: 'sidebar' })}
  </aside>`;
}

/** @param {{node: Node}} props */
function Machine({ node }) {
  const chosen = machineFilter.value === node.id;
  const pick = () => {
    setMachine(node.id);
    drawer.value = false;
  };
  const { shape, tone } = look(node);
  const values = (loads.value[node.id] ?? []).slice(-SPARKS).map(sample => sample.cpu);
  return html`<li>
    <button type="button" class="machine" aria-pressed=${chosen} onClick=${pick} onDblClick=${() => showMachine(node)} onKeyDown=${onEnter(node)} onContextMenu=${openMachineMenu(node)} title=${machineTitle(node)}>
      ${h(Mark, { shape, tone })}
      <span class="machine-name"><span class="truncate" dir="auto">${node.name}</span>${node.this && html`<span class="tag">${t('machine.this')}</span>`}</span>
      <span class="machine-jobs">${node.units_running ? t('machine.units', { n: node.units_running }) : ''}</span>
      <span class="machine-facts"><span class="truncate grow">${stateWords(node)}</span>
        ${values.length > 2 && node.state !== 'offline' ? h(Sparkline, { values, label: t('machine.load', { load: percent((node.cpu_percent ?? 0) / 100) }) }) : null}</span>
    </button>
  </li>`;
}

/** @param {Node} node */
export function showMachine(node) {
  drawer.value = false;
  go({ page: 'machine', node: node.id });
}

/** Enter shows the machine; Space filters by it. @param {Node} node */
const onEnter = node => (/** @type {KeyboardEvent} */ event) => {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  showMachine(node);
};

/** @param {Node} node */
export function look(node) {
  if (node.state === 'offline') return { shape: 'cross', tone: 'err' };
  if (node.state === 'full') return { shape: 'square', tone: 'err' };
  if (node.state === 'paused') return { shape: 'bars', tone: 'warn' };
  return node.state === 'rendering' ? { shape: 'disc', tone: 'run' } : { shape: 'disc', tone: 'ok' };
}

/** @param {Node} node */
export function stateWords(node) {
  const word = t(`machine.state.${node.state}`);
  if (node.state === 'offline') return `${word} ${duration(Math.max(0, Math.round(goneFor(node.id) / 1000)))}`;
  // Paused by its owner is what the word says already.
  const reason = node.reason === 'Paused by its owner.' ? '' : node.reason;
  if (reason) return `${word} · ${reasonWords(reason)}`;
  const [first] = node.work;
  if (first)
    return `${word} · ${first.name}${first.node === node.id ? '' : ` ${t('machine.for', { name: first.node_name })}`}`;
  const load =
    node.cpu_percent === null || node.cpu_percent === undefined
      ? ''
      : ` · ${t('machine.cpu', { load: percent(node.cpu_percent / 100) })}`;
  return `${word}${load}`;
}

/** @param {Node} node */
function machineTitle(node) {
  const facts = [
    node.system,
    node.cores ? t('machine.cores', { n: node.cores }) : '',
    node.version && `Zordon ${node.version}`,
  ].filter(Boolean);
  const works = node.work.map(work => `${work.name}: ${workWords(work, node)}`);
  return [facts.join(' · '), ...works, reasonWords(node.reason), t('machine.filter')].filter(Boolean).join('\n');
}

/** @param {Node} node @returns {import('../overlay.js').MenuItem[]} */
export function machineItems(node) {
  const paused = node.state === 'paused';
  const gone = node.state === 'offline';
  const pause = (/** @type {{soft?: boolean, until?: Date}} */ how) => () => void setNode(node, 'pause', how);
  const time = morningWords();
  const work = paused
    ? [{ id: 'resume', label: t('machine.resume'), icon: 'play', run: () => void setNode(node, 'resume') }]
    : [
        { id: 'pause', label: t('machine.pause'), icon: 'pause', run: pause({}) },
        { id: 'until', label: t('machine.pause_until', { time }), icon: 'moon', run: pause({ until: morning() }) },
        { id: 'soft', label: t('machine.pause_after'), icon: 'hourglass', run: pause({ soft: true }) },
      ];
  return [
    { id: 'show', label: t('machine.show'), icon: 'monitor', run: () => showMachine(node) },
    {
      id: 'filter',
      label: t('machine.filter'),
      icon: 'list',
      checked: machineFilter.peek() === node.id,
      run: () => setMachine(node.id),
    },
    ...(mayAct() ? work : []).map((item, index) => ({ ...item, disabled: gone, line: index === 0 })),
  ];
}

/** @param {Node} node */
const openMachineMenu = node => (/** @type {MouseEvent} */ event) => {
  event.preventDefault();
  openMenu(machineItems(node), { x: event.clientX || 40, y: event.clientY || 120, label: node.name });
};

/** @param {{name: string}} props */
function ViewRow({ name }) {
  const pick = () => {
    setChip(name);
    drawer.value = false;
  };
  return html`<li>
    <button type="button" class="view" aria-current=${chip.value === name ? 'true' : undefined} onClick=${pick}>
      ${h(Icon, { name: VIEW_ICONS[name] })}<span>${t(`view.${name}`)}</span><span class="number">${counts.value[name]}</span>
    </button>
  </li>`;
}
