import { actOnDownload, isMoving } from '../downloads.js';
import { mayAct } from '../farm.js';
import { bytes, duration, percent, rate } from '../format.js';
import { sentence, t } from '../i18n.js';
import { h, html } from '../lib.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';

/** @typedef {import('../downloads.js').Download} Download */

/** How far a download is, and how to hold, go on with or end it. @param {{download: Download, node?: string}} props node: the machine that it is on; empty: this one */
export function Progress({ download, node }) {
  const { state, received, total } = download;
  const share = total ? received / total : 0;
  const name = `${download.engine} ${download.version}`;
  if (state === 'failed') return h(Failed, { download, name, node });
  return html`<div class="download">
    <div class="bar" role="progressbar" aria-label=${t('download.progress', { name })} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.floor(share * 100)} aria-valuetext=${words(download)}><span class=${state === 'paused' ? 'held' : 'run'} style=${{ width: `${(state === 'downloading' || state === 'paused' || state === 'queued' ? share : 1) * 100}%` }}></span></div>
    <span class="muted small download-words" title=${words(download)}>${words(download)}</span>
    ${state === 'downloading' || state === 'queued' ? h(Act, { download, node, action: 'pause', icon: 'pause', name }) : null}
    ${state === 'paused' ? h(Act, { download, node, action: 'resume', icon: 'play', name }) : null}
    ${isMoving(download) || state === 'paused' ? h(Act, { download, node, action: 'cancel', icon: 'x', name }) : null}
  </div>`;
}

/** @param {{download: Download, name: string, node?: string}} props */
function Failed({ download, name, node }) {
  return html`<div class="download failed"><p class="error grow" role="alert">${h(Icon, { name: 'circle-alert' })}<span>${sentence(download.reason, download.about) || t('download.state.failed')}</span></p>
    ${mayAct() ? h(Button, { label: t('download.again'), icon: 'refresh-cw', small: true, onClick: () => void actOnDownload(download, 'resume', node) }) : null}
    ${h(Act, { download, node, action: 'cancel', icon: 'x', name })}</div>`;
}

/** @param {{download: Download, action: 'pause' | 'resume' | 'cancel', icon: string, name: string, node?: string}} props */
function Act({ download, action, icon, name, node }) {
  if (!mayAct()) return null;
  const onClick = () => void actOnDownload(download, action, node);
  return h(Button, { label: t(`download.${action}`, { name }), icon, only: true, small: true, kind: 'quiet', onClick });
}

/** @param {Download} download */
function words({ state, received, total, speed, eta_seconds: left, reason }) {
  if (state !== 'downloading') return [t(`download.state.${state}`), reason].filter(Boolean).join(' · ');
  const amount = total ? t('download.of', { done: bytes(received), all: bytes(total) }) : bytes(received);
  const pace = speed ? rate(speed) : '';
  return [total ? percent(received / total) : '', amount, pace, left ? duration(left) : ''].filter(Boolean).join(' · ');
}
