import { bytes, duration } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { counts } from '../listing.js';
import { isActive } from '../status.js';
import { allJobs, lag, link, machine, pulse } from '../store.js';
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

/** When everything that runs now is done: the longest of the estimates. */
function Ahead() {
  pulse.value;
  const running = allJobs()
    .filter(isActive)
    .map(job => job.eta_seconds)
    .filter(eta => eta !== null);
  return running.length
    ? html`<span class="wide-only">${t('bar.all_done', { time: duration(Math.max(...running)) })}</span>`
    : null;
}

function Disk() {
  const free = machine.value.disk?.free ?? machine.value.disk_free ?? null;
  return typeof free === 'number' ? html`<span class="wide-only">${t('bar.disk', { size: bytes(free) })}</span>` : null;
}
