// The window is to close while jobs run: the person decides what becomes of them.
import { patch } from '../api.js';
import { desktop } from '../desktop.js';
import { t } from '../i18n.js';
import { Fragment, h, html, signal, useEffect, useRef, useState } from '../lib.js';
import { closeDialog, dialog } from '../overlay.js';
import { prefs, setPrefs } from '../prefs.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Switch } from '../ui/field.js';

/** @typedef {'background' | 'after' | 'quit'} Choice */

export const CHOICES = /** @type {Choice[]} */ (['background', 'after', 'quit']);
const jobs = signal(0);

export function startClosing() {
  addEventListener('zordon-closing', event => {
    jobs.value = /** @type {CustomEvent<{jobs: number}>} */ (event).detail.jobs;
    dialog.value = 'closing';
  });
}

export function Closing() {
  const [remember, setRemember] = useState(false);
  const answer = useRef(/** @type {Choice | 'stay'} */ ('stay'));
  // However the dialog goes, Escape among others, the window hears of it.
  useEffect(() => () => void desktop()?.answer_closing(answer.current), []);
  const close = async (/** @type {Choice} */ choice) => {
    answer.current = choice;
    if (remember) await keep(choice);
    closeDialog();
  };
  const footer = html`<${Fragment}>
    ${h(Button, { label: t('closing.after'), onClick: () => void close('after') })}
    ${h(Button, { label: t('closing.quit'), kind: 'danger', onClick: () => void close('quit') })}
    ${h(Button, { label: t('closing.background'), kind: 'primary', autofocus: true, onClick: () => void close('background') })}
  <//>`;
  return h(Dialog, {
    title: t('closing.title'),
    alert: true,
    footer,
    children: html`<${Fragment}>
      <p>${t('closing.text', { n: jobs.value })}</p>
      ${h(Switch, { label: t('closing.remember'), checked: remember, onChange: setRemember, hint: t('closing.remember_hint') })}
    <//>`,
  });
}

/** The window may be gone before prefs are kept in their own time. @param {Choice} choice */
async function keep(choice) {
  setPrefs({ closing: choice });
  await patch('settings', { ui: prefs.peek() }).catch(() => {});
}
