import { ago, duration, percent, ranSeconds } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { machinesOf } from '../listing.js';
import { noteOf, reasonWords } from '../reasons.js';
import { active, selected } from '../selection.js';
import { isActive, isEnded, shapeOf, toneOf, unitTotal, wordOf } from '../status.js';
import { job as find, serverNow } from '../store.js';
import { Bar } from '../ui/bar.js';
import { Icon } from '../ui/icon.js';
import { Mark } from '../ui/statusmark.js';
import { Thumb } from '../ui/thumb.js';

/** @typedef {import('../types').Job} Job */

/** @param {{id: string, index: number, height: number, columns: import('./columns.js').Column[], light: boolean}} props ``light``: only what the eye catches while the list is flung */
export function JobRow({ id, index, height, columns, light }) {
  const job = find(id);
  if (!job) return null;
  const chosen = selected.value.has(id);
  return html`<div
    class=${`row job ${active.value === id ? 'active' : ''}`}
    role="row"
    id=${`job-${id}`}
    data-job=${id}
    aria-rowindex=${index + 2}
    aria-selected=${chosen}
    style=${{ transform: `translateY(${index * height}px)`, height: `${height}px` }}
  >
    ${columns.map(column => html`<div role="gridcell" key=${column.id} class=${`cell col-${column.id}`}>${(light ? LIGHT_CELLS : CELLS)[column.id]?.(job, chosen, columns)}</div>`)}
  </div>`;
}

/** @type {Record<string, (job: Job, chosen: boolean, columns: import('./columns.js').Column[]) => any>} */
const CELLS = {
  select: (job, chosen) =>
    html`<label class="hit"><input type="checkbox" tabindex="-1" checked=${chosen} aria-label=${t('selection.pick', { name: job.name })} /></label>`,
  preview: job => h(Thumb, { job, key: job.id }),
  name: job =>
    html`<span class="title truncate" dir="auto" title=${job.name}>${job.name}</span><span class="summary">${summaryParts(job).map(part => html`<span key=${part}>${part}</span>`)}</span>`,
  status: (job, _chosen, columns) => h(StatusCell, { job, bar: !columns.some(column => column.id === 'progress') }),
  progress: job => html`${h(Bar, { job })}<span class="percent">${percent(job.progress)}</span>`,
  eta: job => html`<span class="truncate">${etaWords(job)}</span>`,
  machines: job => machineCell(job),
  priority: job => html`<span>${priorityWord(job.priority)}</span>`,
  age: job => html`<span class="truncate">${ago(job.created_at, serverNow())}</span>`,
  menu: job =>
    html`<button type="button" class="button quiet only row-menu" tabindex="-1" aria-label=${t('list.menu', { name: job.name })}>${h(Icon, { name: 'ellipsis-vertical' })}</button>`,
};

/** @type {typeof CELLS} */
const LIGHT_CELLS = {
  select: CELLS.select,
  name: job =>
    html`<span class="title truncate" dir="auto" title=${job.name}>${job.name}</span><span class="summary">\u00a0</span>`,
  status: job => h(State, { job }),
  menu: CELLS.menu,
};

/** @param {{job: Job, more?: string}} props */
function State({ job, more = '' }) {
  return html`<span class=${`state ${toneOf(job)}`} title=${reasonWords(job.reason) || undefined}>
    ${h(Mark, { shape: shapeOf(job), tone: toneOf(job) })}<span class="truncate">${wordOf(job)}${more}</span>
  </span>`;
}

/** @param {{job: Job, bar?: boolean}} props */
export function StatusCell({ job, bar }) {
  const failed = job.units.failed && job.status !== 'error' ? t('status.failed_units', { n: job.units.failed }) : '';
  const share = bar && job.progress > 0 && job.progress < 1 ? percent(job.progress) : '';
  const awaits = job.status === 'running' && noteOf(job);
  const hasBar = bar && isActive(job) && !awaits;
  const note = [hasBar ? '' : share, noteOf(job)].filter(Boolean).join(' · ');
  return html`${h(State, { job, more: hasBar && share ? ` ${share}` : '' })}
    ${hasBar ? h(Bar, { job, thin: true }) : failed ? html`<span class="reason err truncate">${failed}</span>` : note ? html`<span class="reason" title=${note}>${note}</span>` : null}`;
}

/** @param {Job} job */
export function summary(job) {
  return summaryParts(job).join(' · ');
}

/** The most important first: the last ones go when room is short. @param {Job} job */
function summaryParts(job) {
  const total = unitTotal(job);
  const work = job.engine === 'ffmpeg' ? t('units.segments', { n: total }) : t('units.frames', { n: total });
  const size = job.width && job.height ? `${job.width}×${job.height}` : '';
  return [`${engineLabel(job.engine)} ${job.engine_version}`.trim(), work, size].filter(Boolean);
}

/** @param {string} engine */
export function engineLabel(engine) {
  return { blender: 'Blender', ffmpeg: 'FFmpeg' }[engine] ?? engine;
}

/** @param {Job} job */
export function etaWords(job) {
  if (isEnded(job)) {
    const took = ranSeconds(job, serverNow());
    return took === null ? '–' : t('eta.took', { time: duration(took) });
  }
  if (!isActive(job) || job.eta_seconds === null) return '–';
  return duration(job.eta_seconds);
}

/** @param {Job} job */
function machineCell(job) {
  const names = machinesOf(job);
  const words = names.length > 1 ? t('machine.many', { n: names.length }) : (names[0] ?? '–');
  return html`<span class="truncate" dir="auto" title=${names.join(', ')}>${words}</span>`;
}

/** @param {number} priority */
export function priorityWord(priority) {
  return priority > 50 ? t('priority.high') : priority < 50 ? t('priority.low') : t('priority.normal');
}
