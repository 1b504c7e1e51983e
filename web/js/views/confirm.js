import { t } from '../i18n.js';
import { Fragment, h, html } from '../lib.js';
import { closeDialog } from '../overlay.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';

/** @param {{question: import('../overlay.js').Question}} props */
export function Confirm({ question }) {
  const yes = () => {
    closeDialog();
    question.onConfirm();
  };
  const footer = html`<${Fragment}>
    ${h(Button, { label: t('action.keep'), autofocus: question.danger, onClick: closeDialog })}
    ${h(Button, { label: question.confirm, kind: question.danger ? 'danger' : 'primary', autofocus: !question.danger, onClick: yes })}
  <//>`;
  return h(Dialog, {
    title: question.title,
    kind: 'narrow',
    alert: true,
    footer,
    children: html`<p>${question.text}</p>`,
  });
}
