// Why units of a job failed, by what they said.
import { mayAct } from '../farm.js';
import { formatFrames, parseFrames } from '../frames.js';
import { heard, t } from '../i18n.js';
import { h, html } from '../lib.js';
import { nodeName } from '../listing.js';
import { retry, setMachines } from '../perform.js';
import { go } from '../router.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { showUnit } from '../units.js';
import { withoutMachine } from './jobmachines.js';

/** @typedef {import('../types').Job} Job */
/** @typedef {{message: string, units: string, count: number, nodes: string[]}} Failure */

/** One card for each message, and a way to try its units again. @param {{job: Job}} props */
export function Errors({ job }) {
  if (!job.errors.length) return null;
  return html`<section>
    <h3 class="caption">${t('overview.errors')}</h3>
    <ul class="notes">${byMessage(job.errors).map(failure => h(FailureCard, { job, failure, key: failure.message }))}</ul>
  </section>`;
}

/** The server keeps machines apart; who reads wants each message once, the most frequent first. @param {import('../types').ErrorGroup[]} errors */
function byMessage(errors) {
  const found = /** @type {Map<string, Failure>} */ (new Map());
  for (const { message, units, count, node } of errors) {
    const same = found.get(message);
    found.set(message, {
      message,
      units: same ? formatFrames(parseFrames(`${same.units},${units}`)) : units,
      count: count + (same?.count ?? 0),
      nodes: [...(same?.nodes ?? []), node].filter(Boolean),
    });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** @param {{job: Job, failure: Failure}} props */
function FailureCard({ job, failure }) {
  const { message, units, count, nodes } = failure;
  const look = () => {
    showUnit(Number.parseInt(units, 10));
    go({ tab: 'log' });
  };
  return html`<li class="note err">
    ${h(Icon, { name: 'circle-alert' })}
    <div class="grow"><p class="message">${heard(message)}</p>
    <p class="muted small">${[t('overview.failed_units', { n: count, units }), nodes.map(nodeName).join(', ')].filter(Boolean).join(' · ')}</p>
    <div class="toolbar">${mayAct() && h(Button, { label: t('action.retry'), icon: 'list-restart', small: true, onClick: () => void retry([job], units) })}${h(Button, { label: t('overview.read_log'), icon: 'terminal', small: true, kind: 'quiet', onClick: look })}${nodes.length === 1 && h(LeaveOut, { job, node: nodes[0] })}</div></div>
  </li>`;
}

/** What fails on one machine alone goes to the others. @param {{job: Job, node: string}} props */
function LeaveOut({ job, node }) {
  const others = withoutMachine(job, node);
  if (!others.length || !mayAct()) return null;
  return h(Button, {
    label: t('overview.leave_out', { name: nodeName(node) }),
    icon: 'ban',
    small: true,
    kind: 'quiet',
    onClick: () => void setMachines([job], others),
  });
}
