// What to do when the project of a job has changed since it was added.
import { mayAct } from '../farm.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { useProject } from '../perform.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';

/** @typedef {import('../types').Job} Job */

const CHOICES = /** @type {const} */ ([
  ['submitted', 'archive'],
  ['new', 'refresh-cw'],
  ['new_for', 'list-restart'],
]);

/** The choice, with a button for each way on. @param {{job: Job}} props */
export function Versions({ job }) {
  if (!job.project_changed.length) return null;
  const names = job.project_changed.slice(0, 3).join(', ');
  const ways = CHOICES.filter(([use]) => use !== 'submitted' || job.project_kept);
  return html`<section>
    <h3 class="caption">${t('versions.title')}</h3>
    <div class="note warn">${h(Icon, { name: 'triangle-alert' })}<div class="grow">
      <p class="message">${t('versions.changed', { names })}</p>
      <div class="toolbar">${mayAct() && ways.map(([use, icon]) => h(Button, { key: use, label: t(`versions.${use}`), icon, small: true, onClick: () => void useProject(job, use) }))}</div>
      ${!job.project_kept && html`<p class="muted small">${t('versions.not_kept')}</p>`}
    </div></div>
  </section>`;
}
