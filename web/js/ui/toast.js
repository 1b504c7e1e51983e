import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { dismiss, spoken, toasts } from '../overlay.js';
import { Button } from './button.js';
import { Icon } from './icon.js';

const ICONS = { ok: 'circle-check', err: 'circle-alert', info: 'info' };

/** @param {{toast: import('../overlay.js').Toast}} props */
function Toast({ toast }) {
  const undo = () => {
    dismiss(toast.id);
    toast.undo?.();
  };
  return html`<li class=${`toast ${toast.tone}`}>
    ${h(Icon, { name: ICONS[toast.tone] })}
    <span class="words" dir="auto">${toast.text}</span>
    ${toast.undo && h(Button, { label: t('action.undo'), icon: 'undo-2', kind: 'quiet', small: true, onClick: undo })}
    ${h(Button, { label: t('action.dismiss'), icon: 'x', kind: 'quiet', only: true, small: true, onClick: () => dismiss(toast.id) })}
  </li>`;
}

export function Toasts() {
  return html`<div class="toasts" role="region" aria-label=${t('region.messages')}>
    <div role="status" aria-live="polite"><ul>${toasts.value.map(toast => h(Toast, { toast, key: toast.id }))}</ul></div>
    <p class="visually-hidden" aria-live="polite">${spoken.value}</p>
  </div>`;
}
