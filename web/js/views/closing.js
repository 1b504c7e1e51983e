// The window is to close while jobs run: the person decides what becomes of them.
import { patch } from '../api.js';
import { desktop } from '../desktop.js';
import { t } from '../i18n.js';
import { Fragment, h, html, signal, useState } from '../lib.js';
import { dialog } from '../overlay.js';
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
  const footer = html`<${Fragment}>
    ${h(Button, { label: t('closing.after'), onClick: () => void close('after', remember) })}
    ${h(Button, { label: t('closing.quit'), kind: 'danger', onClick: () => void close('quit', remember) })}
    ${h(Button, { label: t('closing.background'), kind: 'primary', onClick: () => void close('background', remember) })}
  <//>`;
  return h(Dialog, {
    title: t('closing.title'),
    alert: true,
    onClose: () => answer('stay'),
    footer,
    children: html`<${Fragment}>
      <p>${t('closing.text', { n: jobs.value })}</p>
      ${h(Switch, { label: t('closing.remember'), checked: remember, onChange: setRemember, hint: t('closing.remember_hint') })}
    <//>`,
  });
}

/** @param {Choice} choice @param {boolean} remember */
async function close(choice, remember) {
  if (remember) {
    setPrefs({ closing: choice });
    // The window may be gone before prefs are kept in their own time.
    await patch('settings', { ui: prefs.peek() }).catch(() => {});
  }
  answer(choice);
}

/** @param {Choice | 'stay'} choice */
function answer(choice) {
  dialog.value = '';
  void desktop()?.answer_closing(choice);
}
