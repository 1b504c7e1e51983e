import { actOnDownload, isMoving } from '../downloads.js';
import { bytes, duration, percent, rate } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';

/** @typedef {import('../downloads.js').Download} Download */

/** How far a download is, and how to hold, go on with or end it. @param {{download: Download}} props */
export function Progress({ download }) {
  const { state, received, total } = download;
  const share = total ? received / total : 0;
  const name = `${download.engine} ${download.version}`;
  if (state === 'failed') return h(Failed, { download, name });
  return html`<div class="download">
    <div class="bar" role="progressbar" aria-label=${t('download.progress', { name })} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.floor(share * 100)} aria-valuetext=${words(download)}><span class=${state === 'paused' ? 'held' : 'run'} style=${{ width: `${(state === 'downloading' || state === 'paused' || state === 'queued' ? share : 1) * 100}%` }}></span></div>
    <span class="muted small download-words">${words(download)}</span>
    ${state === 'downloading' || state === 'queued' ? h(Button, { label: t('download.pause', { name }), icon: 'pause', only: true, small: true, kind: 'quiet', onClick: () => void actOnDownload(download, 'pause') }) : null}
    ${state === 'paused' ? h(Button, { label: t('download.resume', { name }), icon: 'play', only: true, small: true, kind: 'quiet', onClick: () => void actOnDownload(download, 'resume') }) : null}
    ${isMoving(download) || state === 'paused' ? h(Button, { label: t('download.cancel', { name }), icon: 'x', only: true, small: true, kind: 'quiet', onClick: () => void actOnDownload(download, 'cancel') }) : null}
  </div>`;
}

/** @param {{download: Download, name: string}} props */
function Failed({ download, name }) {
  return html`<div class="download failed"><p class="error grow" role="alert">${h(Icon, { name: 'circle-alert' })}<span>${download.reason || t('download.state.failed')}</span></p>
    ${h(Button, { label: t('download.again'), icon: 'refresh-cw', small: true, onClick: () => void actOnDownload(download, 'resume') })}
    ${h(Button, { label: t('download.cancel', { name }), icon: 'x', only: true, small: true, kind: 'quiet', onClick: () => void actOnDownload(download, 'cancel') })}</div>`;
}

/** @param {Download} download */
function words({ state, received, total, speed, eta_seconds: left, reason }) {
  if (state !== 'downloading') return [t(`download.state.${state}`), reason].filter(Boolean).join(' · ');
  const amount = total ? t('download.of', { done: bytes(received), all: bytes(total) }) : bytes(received);
  const pace = speed ? rate(speed) : '';
  return [total ? percent(received / total) : '', amount, pace, left ? duration(left) : ''].filter(Boolean).join(' · ');
}
