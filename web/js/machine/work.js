import { ago, percent } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { go } from '../router.js';
import { isEnded, shapeOf, toneOf, wordOf } from '../status.js';
import { allJobs, engines, job as find, pulse, serverNow, shape } from '../store.js';
import { Bar } from '../ui/bar.js';
import { Mark } from '../ui/statusmark.js';
import { engineLabel } from '../views/jobrow.js';
import { idleWords, workWords } from './workwords.js';

/** @typedef {import('../types').Job} Job */
/** @typedef {import('../types').Node} Node */

const LAST = 12;

/** What the machine does now, did last, and with which programs. @param {{node: Node}} props */
export function Work({ node }) {
  shape.value;
  pulse.value;
  const all = allJobs();
  const own = (/** @type {Job} */ job) => job.machines.some(part => part.node === node.id && part.done > 0);
  const last = all
    .filter(job => isEnded(job) && own(job))
    .sort((a, b) => (b.ended_at ?? '').localeCompare(a.ended_at ?? ''));
  return html`<section class="box" aria-labelledby="machine-work">
    <div class="box-head"><h3 id="machine-work">${t('machine.work')}</h3></div>
    <h4 class="caption">${t('machine.now')}</h4>
    ${node.work.length ? html`<ul class="work">${node.work.map(work => h(InHand, { work, node, key: work.job }))}</ul>` : html`<p class="muted pad">${idleWords(node)}</p>`}
    <h4 class="caption">${t('machine.last')}</h4>
    ${last.length ? html`<ul class="work">${last.slice(0, LAST).map(job => h(Row, { job, key: job.id }))}</ul>` : html`<p class="muted pad">${t('machine.nothing_yet')}</p>`}
    ${node.this && h(Programs, {})}
  </section>`;
}

/** For whom, and which frames; the job itself where it is in the list. @param {{work: import('../types').NodeWork, node: Node}} props */
function InHand({ work, node }) {
  const here = find(node.this && work.child ? work.child : work.job);
  const words = html`<span class="truncate grow" dir="auto">${work.name}</span><span class="muted small truncate">${workWords(work, node)}</span>`;
  if (!here) return html`<li><div class="work-row">${words}</div></li>`;
  return html`<li><button type="button" class="work-row" onClick=${() => go({ page: 'jobs', job: here.id })}>${words}</button></li>`;
}

/** @param {{job: Job}} props */
function Row({ job }) {
  const open = () => go({ page: 'jobs', job: job.id });
  return html`<li><button type="button" class="work-row" onClick=${open}>
    <span class=${`state ${toneOf(job)}`} title=${wordOf(job)}>${h(Mark, { shape: shapeOf(job), tone: toneOf(job) })}<span class="visually-hidden">${wordOf(job)}</span></span>
    <span class="truncate grow" dir="auto">${job.name}</span>
    ${isEnded(job) ? html`<span class="muted small">${job.ended_at ? ago(job.ended_at, serverNow()) : ''}</span>` : html`<span class="work-bar">${h(Bar, { job, thin: true })}</span><span class="muted small">${percent(job.progress)}</span>`}
  </button></li>`;
}

function Programs() {
  const there = engines.value.filter(engine => engine.builds.length);
  return html`<h4 class="caption">${t('page.engines')}</h4>
    <ul class="programs">${there.map(engine => html`<li key=${engine.name}><span>${engineLabel(engine.name)}</span> <span class="muted">${engine.builds.map(build => build.version).join(', ')}</span></li>`)}</ul>`;
}
