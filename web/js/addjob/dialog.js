import { t } from '../i18n.js';
import { keyNames } from '../keynames.js';
import { Fragment, h, html } from '../lib.js';
import { closeDialog } from '../overlay.js';
import { copyText } from '../perform.js';
import { link } from '../store.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';
import { Detected } from './detected.js';
import { form, refusal, resetDraft, sending, sources } from './draft.js';
import { Make } from './make.js';
import { Output } from './output.js';
import { plannedJobs } from './plan.js';
import { Sources } from './sources.js';
import { draftCommands, problems, submit } from './submit.js';
import { Work } from './work.js';

export function AddJob() {
  const close = () => {
    closeDialog();
    resetDraft();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void submit(false);
  };
  const jobs = plannedJobs().length;
  const isEdit = Boolean(form.value.replaces);
  const lost = link.value === 'lost';
  const off = sending.value || lost || (isEdit && Boolean(problems().source));
  const label = isEdit ? t('add.save') : jobs > 1 ? t('add.add_n', { n: jobs }) : t('add.add');
  const footer = html`<${Fragment}>
    ${refusal.value ? html`<p class="error grow" role="alert">${h(Icon, { name: 'circle-alert' })}${refusal.value}</p>` : html`<span class="grow muted small keys-hint">${keyNames('Ctrl Enter').map(key => html`<kbd key=${key}>${key}</kbd> `)}</span>`}
    ${jobs > 0 && h(Button, { label: t('action.copy_command'), icon: 'terminal', kind: 'quiet', only: true, onClick: () => void copyText(draftCommands()) })}
    ${!isEdit && h(Button, { label: t('add.add_next'), disabled: sending.value || lost, onClick: () => void submit(true) })}
    ${h(Button, { label: sending.value ? t('add.sending') : label, icon: isEdit ? 'check' : 'plus', kind: 'primary', disabled: off, onClick: () => void submit(false) })}
  <//>`;
  return h(Dialog, {
    title: isEdit ? t('add.edit') : t('add.title'),
    wide: true,
    kind: 'add-job',
    footer,
    onKeyDown,
    onClose: close,
    children: html`<form class="add-form" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${h(Sources, {})}
      ${sources.value.length > 0 && html`<${Fragment}>${h(Detected, {})}${h(Make, {})}${h(Output, {})}${h(Work, {})}<//>`}
    </form>`,
  });
}
