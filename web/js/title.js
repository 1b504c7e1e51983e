// The window's title and favicon tell how far the farm is.

import { desktop } from './desktop.js';
import { percent } from './format.js';
import { t } from './i18n.js';
import { effect } from './lib.js';
import { counts } from './listing.js';
import { groupOf } from './status.js';
import { allJobs, pulse, shape } from './store.js';

const ICON = new URL('../img/zordon.svg', import.meta.url).href;
const SIZE = 64;
const last = { title: '', icon: '' };

export function startTitle() {
  effect(() => {
    pulse.value;
    shape.value;
    const share = shareOfRunning();
    showTitle(titleOf(counts.value, share));
    showIcon(share, counts.value.failed > 0);
  });
}

/** How far the running jobs are, 0–1; null when none runs. */
function shareOfRunning() {
  const running = allJobs().filter(job => groupOf(job) === 'running');
  return running.length ? running.reduce((sum, job) => sum + job.progress, 0) / running.length : null;
}

/** @param {Record<string, number>} found @param {number | null} share */
function titleOf(found, share) {
  const failed = found.failed ? `⚠ ${t('title.failed', { n: found.failed })}` : '';
  const running = share === null ? '' : `(${found.running}) ${percent(share)}`;
  return [running, failed, 'Zordon'].filter(Boolean).join(' – ');
}

/** @param {string} text */
function showTitle(text) {
  if (text === last.title) return;
  last.title = text;
  document.title = text;
  void desktop()?.set_title(text);
}

/** @param {number | null} share @param {boolean} failed */
function showIcon(share, failed) {
  const key = share === null && !failed ? '' : `${share === null ? '' : Math.floor(share * 50)}.${failed}`;
  if (key === last.icon) return;
  last.icon = key;
  const link = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel=icon]'));
  if (link) link.href = key ? ring(share ?? 1, failed ? '#ff938c' : '#55c98f') : ICON;
}

/** A ring that closes as work goes on. @param {number} share @param {string} colour */
function ring(share, colour) {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE;
  canvas.height = SIZE;
  const pen = canvas.getContext('2d');
  if (!pen) return ICON;
  const middle = SIZE / 2;
  pen.lineWidth = 12;
  pen.strokeStyle = '#56607088';
  arc(pen, middle, 1);
  pen.strokeStyle = colour;
  arc(pen, middle, Math.max(share, 0.02));
  return canvas.toDataURL('image/png');
}

/** @param {CanvasRenderingContext2D} pen @param {number} middle @param {number} share */
function arc(pen, middle, share) {
  pen.beginPath();
  pen.arc(middle, middle, middle - 7, -Math.PI / 2, Math.PI * (2 * share - 0.5));
  pen.stroke();
}
