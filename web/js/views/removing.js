import { get } from '../api.js';
import { bytes, count } from '../format.js';
import { t } from '../i18n.js';
import { Fragment, h, html, signal, useEffect, useState } from '../lib.js';
import { closeDialog, complain, dialog } from '../overlay.js';
import { removeNow, removeWithUndo } from '../perform.js';
import { isActive } from '../status.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';

/** @typedef {import('../types').Job} Job */
/** @typedef {{files: number, bytes: number}} Amount */

const leaving = signal(/** @type {Job[]} */ ([]));

/** Removes jobs: at once where nothing is lost by it, else what is to become of their files is asked. @param {Job[]} jobs */
export function remove(jobs) {
  if (!jobs.some(job => job.file_count || isActive(job))) return removeWithUndo(jobs);
  leaving.value = jobs;
  dialog.value = 'remove';
}

/** Whether the files stay, or go with the jobs. */
export function Removing() {
  const jobs = leaving.value;
  const [keep, setKeep] = useState(true);
  const own = jobs.filter(job => job.owns_output && job.file_count > 0);
  const amount = useAmount(own);
  const confirm = keep || !own.length ? 'action.remove' : amount ? 'remove.delete' : 'remove.delete_unknown';
  const yes = () => {
    closeDialog();
    void removeNow(jobs, keep);
  };
  const footer = html`<${Fragment}>
    ${h(Button, { label: t('remove.keep_job'), autofocus: true, onClick: closeDialog })}
    ${h(Button, { label: t(confirm, { size: bytes(amount?.bytes ?? 0) }), kind: 'danger', onClick: yes })}
  <//>`;
  return h(Dialog, {
    title: t('confirm.remove_title', { n: jobs.length, name: jobs[0].name }),
    kind: 'narrow',
    alert: true,
    footer,
    children: html`<div class="stack">
      ${jobs.some(isActive) && html`<p>${t('confirm.remove_active')}</p>`}
      ${own.length > 0 && h(Choice, { own, amount, keep, onChange: setKeep })}
      ${h(Elsewhere, { jobs })}
    </div>`,
  });
}

/** @param {{own: Job[], amount: Amount | null, keep: boolean, onChange: (keep: boolean) => void}} props */
function Choice({ own, amount, keep, onChange }) {
  const much = amount ? `${t('files.count', { n: amount.files })} · ${bytes(amount.bytes)}` : '';
  const where = own.length === 1 ? own[0].output_path : t('remove.folders', { n: own.length });
  const ways = [
    { value: true, label: t('remove.keep'), hint: where },
    {
      value: false,
      label: t('remove.files'),
      hint: much,
    },
  ];
  return html`<fieldset class="ways"><legend class="visually-hidden">${t('tab.files')}</legend>${ways.map(
    way => html`<label key=${way.label} class="way">
      <input type="radio" name="keep" checked=${keep === way.value} onChange=${() => onChange(way.value)} />
      <span><span>${way.label}</span><span class="hint" dir="auto">${way.hint}</span></span>
    </label>`,
  )}</fieldset>`;
}

/** Folders that people named are theirs. @param {{jobs: Job[]}} props */
function Elsewhere({ jobs }) {
  const files = jobs.filter(job => !job.owns_output).reduce((sum, job) => sum + job.file_count, 0);
  return files ? html`<p class="hint">${t('remove.elsewhere', { n: files, count: count(files) })}</p>` : null;
}

/** How much lies in the folders of jobs, as soon as that is known. @param {Job[]} jobs @returns {Amount | null} */
function useAmount(jobs) {
  const [amount, setAmount] = useState(/** @type {Amount | null} */ (null));
  useEffect(() => {
    const asked = jobs.map(job => get(`jobs/${encodeURIComponent(job.id)}/output`));
    const sum = (/** @type {Amount} */ one, /** @type {Amount} */ other) => ({
      files: one.files + other.files,
      bytes: one.bytes + other.bytes,
    });
    Promise.all(asked).then(found => setAmount(found.reduce(sum, { files: 0, bytes: 0 })), complain);
  }, []);
  return amount;
}
