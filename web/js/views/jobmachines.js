import { mayAct } from '../farm.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { setMachines } from '../perform.js';
import { go } from '../router.js';
import { pickOne } from '../selection.js';
import { isActive } from '../status.js';
import { nodes } from '../store.js';
import { MachineChecks } from './machinechecks.js';

/** @typedef {import('../types').Job} Job */

/** Whether there is a choice of machines for a job. @param {Job} job */
export function hasChoice(job) {
  return !job.parent && nodes.value.length > 1 && mayAct();
}

/** Who takes part, to be changed while the job waits or is rendered. @param {{job: Job}} props */
export function JobMachines({ job }) {
  return html`<section class="job-machines" aria-label=${t('jobset.machines')}>
    <h3 class="caption">${t('jobset.machines')}</h3>
    ${h(MachineChecks, { legend: t('jobset.takes_part'), chosen: takesPart(job), onChange: ids => void setMachines([job], ids) })}
    ${isActive(job) ? html`<p class="hint">${t('jobset.machines_hint')}</p>` : null}
  </section>`;
}

/** Without splitting, a job is its own machine's alone. @param {Job} job */
function takesPart(job) {
  return job.enable_split_jobs ? job.nodes : nodes.value.filter(node => node.this).map(node => node.id);
}

/** The machines that would be left without one; none when it has no part in the job. @param {Job} job @param {string} node */
export function withoutMachine(job, node) {
  const chosen = takesPart(job);
  const now = nodes.value.map(entry => entry.id).filter(id => !chosen.length || chosen.includes(id));
  return hasChoice(job) && now.includes(node) ? now.filter(id => id !== node) : [];
}

/** Leads to the check boxes. @param {Job} job */
export function showMachines(job) {
  pickOne(job.id);
  go({ tab: 'settings' });
  requestAnimationFrame(() =>
    /** @type {HTMLElement | null} */ (document.querySelector('.job-machines input:enabled'))?.focus(),
  );
}
