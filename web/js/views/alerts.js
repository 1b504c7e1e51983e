import { alerts, freshAlerts, markSeen } from '../alerts.js';
import { ago } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { closeDialog, dialog } from '../overlay.js';
import { serverNow } from '../store.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';

export function AlertsButton() {
  const fresh = freshAlerts.value.length;
  const label = fresh ? t('alert.fresh', { n: fresh }) : t('alert.title');
  const open = () => {
    dialog.value = 'alerts';
  };
  return html`<button type="button" class=${`button quiet alerts-button ${fresh ? 'fresh' : ''}`} aria-haspopup="dialog" aria-label=${label} title=${label} onClick=${open}>
    ${h(Icon, { name: 'bell' })}<span>${t('alert.title')}</span>${fresh ? html`<span class="badge">${fresh}</span>` : null}
  </button>`;
}

export function Alerts() {
  const all = alerts.value;
  const close = () => {
    markSeen();
    closeDialog();
  };
  return h(Dialog, {
    title: t('alert.title'),
    kind: 'alerts',
    onClose: close,
    children: all.length
      ? html`<ul class="alert-list">${all.map((alert, place) => h(Row, { alert, isFirst: !place, onChoose: close, key: alert.id }))}</ul>`
      : html`<p class="empty">${t('alert.none')}</p>`,
  });
}

/** @param {{alert: import('../alerts.js').Alert, isFirst: boolean, onChoose: () => void}} props */
function Row({ alert, isFirst, onChoose }) {
  const choose = () => {
    onChoose();
    alert.open();
  };
  return html`<li><button type="button" class="alert" autofocus=${isFirst} onClick=${choose}>
    <span class=${`alert-icon ${alert.tone}`}>${h(Icon, { name: alert.icon })}</span>
    <span class="alert-words"><strong class="truncate" dir="auto">${alert.title}</strong>${alert.text && html`<span class="muted small">${alert.text}</span>`}</span>
    <span class="muted small">${alert.at ? ago(new Date(alert.at).toISOString(), serverNow()) : t('alert.now')}</span>
  </button></li>`;
}
