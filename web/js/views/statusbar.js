import { bytes, duration, soon } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { counts } from '../listing.js';
import { lag, link, machine, queueEnd } from '../store.js';
import { Mark } from '../ui/statusmark.js';

export function StatusBar() {
  const live = link.value === 'live';
  const words = live
    ? lag.value
      ? t('bar.connected_ms', { ms: lag.value })
      : t('bar.connected')
    : t(`bar.${link.value}`);
  const { running, queued, failed } = counts.value;
  return html`<footer class="statusbar" data-region="status" data-link=${link.value}>
    <span class="connection">${h(Mark, { shape: live ? 'disc' : 'ring', tone: live ? 'ok' : 'warn' })}${words}</span>
    ${live && html`<span>${[t('bar.running', { n: running }), t('bar.queued', { n: queued }), failed ? t('bar.failed', { n: failed }) : ''].filter(Boolean).join(' · ')}</span>`}
    ${h(Ahead, {})}
    <span class="space"></span>
    ${h(Disk, {})}
    <span class="wide-only">${`Zordon ${machine.value.app_version ?? machine.value.version ?? ''}`}</span>
  </footer>`;
}

/** When everything that waits and runs is done; nothing while that cannot be told. */
function Ahead() {
  const words = aheadWords(queueEnd.value);
  return words ? html`<span class="wide-only">${words}</span>` : null;
}

/** @param {import('../types').Queue | null} queue */
export function aheadWords(queue) {
  if (!queue || queue.seconds === null || queue.ends_at === null) return '';
  const key = queue.at_least ? 'bar.all_done_least' : 'bar.all_done';
  return t(key, { time: duration(queue.seconds), clock: soon(Date.parse(queue.ends_at)) });
}

function Disk() {
  const free = machine.value.disk?.free ?? machine.value.disk_free ?? null;
  return typeof free === 'number' ? html`<span class="wide-only">${t('bar.disk', { size: bytes(free) })}</span>` : null;
}
