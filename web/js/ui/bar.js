import { percent } from '../format.js';
import { t } from '../i18n.js';
import { html } from '../lib.js';
import { unitTotal } from '../status.js';

/** What is done, failed, in hand and left, as one bar. @param {{job: import('../types').Job, tall?: boolean, thin?: boolean}} props */
export function Bar({ job, tall, thin }) {
  const total = unitTotal(job) || 1;
  const { done, skipped, failed, leased } = job.units;
  const finished = (done + skipped) / total;
  const inHand = Math.max(0, Math.min(leased / total, 1 - finished - failed / total));
  const reached = Math.max(0, job.progress - finished - failed / total);
  const parts = [
    { kind: 'ok', share: finished },
    { kind: 'err', share: failed / total },
    { kind: 'run', share: Math.max(reached, total <= 4 ? 0 : inHand * 0.5) },
  ];
  const text = `${percent(job.progress)}${failed ? `, ${t('units.failed_n', { n: failed })}` : ''}`;
  return html`<div
    class=${`bar ${tall ? 'tall' : ''} ${thin ? 'thin' : ''}`}
    role="progressbar"
    aria-label=${t('column.progress')}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${Math.floor(job.progress * 100)}
    aria-valuetext=${text}
  >
    ${parts.map(part => part.share > 0 && html`<span key=${part.kind} class=${part.kind} style=${{ width: `${part.share * 100}%` }}></span>`)}
  </div>`;
}
