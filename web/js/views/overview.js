import { count, duration, percent, ranSeconds } from '../format.js';
import { formatFrames } from '../frames.js';
import { heard, t } from '../i18n.js';
import { h, html } from '../lib.js';
import { nodeName } from '../listing.js';
import { rerenderElsewhere } from '../perform.js';
import { Player } from '../player/player.js';
import { isEnded, unitTotal } from '../status.js';
import { serverNow } from '../store.js';
import { Bar } from '../ui/bar.js';
import { Button } from '../ui/button.js';
import { FrameGrid } from '../ui/framegrid.js';
import { Icon } from '../ui/icon.js';
import { Mark } from '../ui/statusmark.js';
import { units, unitsOf } from '../units.js';
import { Errors } from './errors.js';
import { etaWords } from './jobrow.js';
import { LogTail } from './logtail.js';
import { Versions } from './versions.js';

/** @typedef {import('../types').Job} Job */
/** @typedef {import('../types').Unit} Unit */

/** @param {{job: Job}} props */
export function Overview({ job }) {
  return html`<div class="stack">
    ${h(Player, { job })}
    ${h(Progress, { job })}
    ${h(Versions, { job })}
    ${h(Warnings, { job })}
    ${h(Errors, { job })}
    <section>
      <h3 class="caption">${job.engine === 'ffmpeg' ? t('tab.segments') : t('tab.frames')}</h3>
      ${h(FrameGrid, { job })}
    </section>
    ${h(PerMachine, { job })}
    ${h(LogTail, { job })}
  </div>`;
}

/** @param {{job: Job}} props */
function Progress({ job }) {
  const total = unitTotal(job);
  // From the units themselves once they are here: so the line and the table below never disagree.
  const done =
    unitsOf.value === job.id
      ? units.value.filter(unit => unit.state === 'done' || unit.state === 'skipped').length
      : job.units.done + job.units.skipped;
  const elapsed = ranSeconds(job, serverNow());
  const together = job.machine_seconds ? t('overview.machine_time', { time: duration(job.machine_seconds) }) : '';
  return html`<section class="progress" aria-label=${t('column.progress')}>
    <div class="progress-line"><strong>${percent(job.progress)}</strong><span class="muted">${t('overview.done_of', { done, total })}</span>
      ${job.units.failed ? html`<span class="err">${t('units.failed_n', { n: job.units.failed })}</span>` : null}
      <span class="space"></span>
      <span class="muted">${isEnded(job) ? [etaWords(job), together].filter(Boolean).join(' · ') : [elapsed === null ? '' : t('overview.elapsed', { time: duration(elapsed) }), etaWords(job) === '–' ? '' : t('overview.left', { time: etaWords(job) })].filter(Boolean).join(' · ')}</span>
    </div>
    ${h(Bar, { job, tall: true })}
  </section>`;
}

/** @param {{job: Job}} props */
function Warnings({ job }) {
  const marks = Object.entries(job.marks);
  // The server says marks last among the warnings; here each has its button.
  const said = job.warnings.slice(0, job.warnings.length - marks.length);
  if (!job.warnings.length) return null;
  return html`<ul class="notes">
    ${said.map(text => html`<li class="note warn" key=${text}>${h(Icon, { name: 'triangle-alert' })}<span>${heard(text)}</span></li>`)}
    ${marks.map(([mark, frames]) => h(Marked, { job, mark, frames, key: mark }))}
  </ul>`;
}

/** Finished frames to be looked at, and one click that renders them elsewhere. @param {{job: Job, mark: string, frames: string}} props */
function Marked({ job, mark, frames }) {
  return html`<li class="note warn">${h(Icon, { name: 'triangle-alert' })}<span>${t(`marks.${mark}`, { frames })}</span>
    ${h(Button, { label: t('marks.again'), icon: 'refresh-cw', small: true, onClick: () => void rerenderElsewhere(job, frames) })}</li>`;
}

/** @param {{job: Job}} props */
function PerMachine({ job }) {
  if (unitsOf.value !== job.id) return null;
  const groups = byMachine();
  if (!groups.size) return null;
  const columns = ['machine', 'units', 'done', 'average', 'state'];
  return html`<section>
    <h3 class="caption">${t('overview.machines')}</h3>
    <table class="table per-machine">
      <thead><tr>${columns.map(name => html`<th scope="col" key=${name} class=${name === 'done' || name === 'average' ? 'num' : ''}>${t(`column.${name}`)}</th>`)}</tr></thead>
      <tbody>${[...groups].map(([node, own]) => h(MachineRow, { node, own, key: node }))}</tbody>
    </table>
  </section>`;
}

/** @param {{node: string, own: Unit[]}} props */
function MachineRow({ node, own }) {
  const timed = own.filter(unit => unit.state === 'done' && unit.seconds !== null);
  const average = timed.reduce((sum, unit) => sum + (unit.seconds ?? 0), 0) / timed.length;
  const range = formatFrames(own.map(unit => unit.unit));
  const state = stateOf(own);
  return html`<tr>
    <th scope="row" class="truncate" dir="auto">${nodeName(node)}</th>
    <td class="truncate mono" title=${range}>${range}</td>
    <td class="num">${count(own.filter(unit => unit.state === 'done').length)} / ${count(own.length)}</td>
    <td class="num">${timed.length ? duration(average) : '–'}</td>
    <td><span class=${`state ${state.tone}`}>${h(Mark, state)}<span class="truncate">${state.word}</span></span></td>
  </tr>`;
}

/** What a machine does for the job, the worst first. @param {Unit[]} own */
function stateOf(own) {
  const failed = own.filter(unit => unit.state === 'failed').length;
  if (failed) return { shape: 'square', tone: 'err', word: t('units.failed_n', { n: failed }) };
  if (own.some(unit => unit.state === 'leased')) return { shape: 'disc', tone: 'run', word: t('unit.leased') };
  if (own.every(unit => unit.state === 'done')) return { shape: 'tick', tone: 'ok', word: t('unit.done') };
  return { shape: 'ring', tone: 'idle', word: t('unit.waiting') };
}

function byMachine() {
  const groups = /** @type {Map<string, import('../types').Unit[]>} */ (new Map());
  for (const unit of units.value.filter(entry => entry.node))
    groups.set(unit.node, [...(groups.get(unit.node) ?? []), unit]);
  return groups;
}
