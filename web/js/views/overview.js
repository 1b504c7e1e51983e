import { between, count, duration, percent } from '../format.js';
import { formatFrames } from '../frames.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { nodeName } from '../listing.js';
import { retry } from '../perform.js';
import { Player } from '../player/player.js';
import { go } from '../router.js';
import { isEnded, unitTotal } from '../status.js';
import { serverNow } from '../store.js';
import { Bar } from '../ui/bar.js';
import { Button } from '../ui/button.js';
import { FrameGrid } from '../ui/framegrid.js';
import { Icon } from '../ui/icon.js';
import { showUnit, units, unitsOf } from '../units.js';
import { etaWords } from './jobrow.js';

/** @typedef {import('../types').Job} Job */

/** @param {{job: Job}} props */
export function Overview({ job }) {
  return html`<div class="stack">
    ${h(Player, { job })}
    ${h(Progress, { job })}
    ${h(Warnings, { job })}
    ${h(Errors, { job })}
    <section>
      <h3 class="caption">${job.engine === 'ffmpeg' ? t('tab.segments') : t('tab.frames')}</h3>
      ${h(FrameGrid, { job })}
    </section>
    ${h(PerMachine, { job })}
  </div>`;
}

/** @param {{job: Job}} props */
function Progress({ job }) {
  const total = unitTotal(job);
  const done = job.units.done + job.units.skipped;
  const elapsed = between(job.started_at, job.ended_at, serverNow());
  return html`<section class="progress" aria-label=${t('column.progress')}>
    <div class="progress-line"><strong>${percent(job.progress)}</strong><span class="muted">${t('overview.done_of', { done, total })}</span>
      ${job.units.failed ? html`<span class="err">${t('units.failed_n', { n: job.units.failed })}</span>` : null}
      <span class="space"></span>
      <span class="muted">${isEnded(job) ? etaWords(job) : [elapsed === null ? '' : t('overview.elapsed', { time: duration(elapsed) }), etaWords(job) === '–' ? '' : t('overview.left', { time: etaWords(job) })].filter(Boolean).join(' · ')}</span>
    </div>
    ${h(Bar, { job, tall: true })}
  </section>`;
}

/** @param {{job: Job}} props */
function Warnings({ job }) {
  if (!job.warnings.length) return null;
  return html`<ul class="notes">${job.warnings.map(text => html`<li class="note warn" key=${text}>${h(Icon, { name: 'triangle-alert' })}<span>${text}</span></li>`)}</ul>`;
}

/** Failures by what they said, and a way to try them again. @param {{job: Job}} props */
function Errors({ job }) {
  if (!job.errors.length) return null;
  const look = (/** @type {string} */ text) => {
    showUnit(Number.parseInt(text, 10));
    go({ tab: 'log' });
  };
  return html`<section>
    <h3 class="caption">${t('overview.errors')}</h3>
    <ul class="notes">${job.errors.map(
      group => html`<li class="note err" key=${group.message + group.node}>
        ${h(Icon, { name: 'circle-alert' })}
        <div class="grow"><p class="message">${group.message}</p>
        <p class="muted small">${[t('overview.failed_units', { n: group.count, units: group.units }), group.node && nodeName(group.node)].filter(Boolean).join(' · ')}</p>
        <div class="toolbar">${h(Button, { label: t('action.retry'), icon: 'list-restart', small: true, onClick: () => void retry([job], group.units) })}${h(Button, { label: t('overview.read_log'), icon: 'terminal', small: true, kind: 'quiet', onClick: () => look(group.units) })}</div></div>
      </li>`,
    )}</ul>
  </section>`;
}

/** @param {{job: Job}} props */
function PerMachine({ job }) {
  if (unitsOf.value !== job.id) return null;
  const groups = byMachine();
  if (!groups.size) return null;
  return html`<section>
    <h3 class="caption">${t('overview.machines')}</h3>
    <table class="table">
      <thead><tr><th scope="col">${t('column.machine')}</th><th scope="col">${t('column.units')}</th><th scope="col" class="num">${t('column.done')}</th><th scope="col" class="num">${t('column.average')}</th><th scope="col" class="num">${t('column.failed')}</th></tr></thead>
      <tbody>${[...groups].map(([node, own]) => {
        const timed = own.filter(unit => unit.state === 'done' && unit.seconds !== null);
        const average = timed.reduce((sum, unit) => sum + (unit.seconds ?? 0), 0) / timed.length;
        const range = formatFrames(own.map(unit => unit.unit));
        return html`<tr key=${node}>
          <th scope="row" class="truncate" dir="auto">${nodeName(node)}</th>
          <td class="truncate mono" title=${range}>${range}</td>
          <td class="num">${count(own.filter(unit => unit.state === 'done').length)} / ${count(own.length)}</td>
          <td class="num">${timed.length ? duration(average) : '–'}</td>
          <td class="num">${own.filter(unit => unit.state === 'failed').length || '–'}</td>
        </tr>`;
      })}</tbody>
    </table>
  </section>`;
}

function byMachine() {
  const groups = /** @type {Map<string, import('../types').Unit[]>} */ (new Map());
  for (const unit of units.value.filter(entry => entry.node))
    groups.set(unit.node, [...(groups.get(unit.node) ?? []), unit]);
  return groups;
}
