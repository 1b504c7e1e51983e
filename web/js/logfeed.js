// The tail of a log: at most the last 200 kB, then what is added.

import { request } from './api.js';
import { signal } from './lib.js';

const TAIL = 200_000;
const MOST_LINES = 20_000;

export const lines = signal(/** @type {string[]} */ ([]));
export const firstLine = signal(1);
export const logState = signal(/** @type {'reading' | 'ready' | 'none'} */ ('reading'));
/** Whether the log begins before the first line that is shown. */
export const clipped = signal(false);

const feed = { job: '', unit: /** @type {number | null} */ (null), next: 0, rest: '', busy: false };

/** @param {string} job @param {number | null} unit */
export function openLog(job, unit) {
  if (feed.job === job && feed.unit === unit) return;
  Object.assign(feed, { job, unit, next: -TAIL, rest: '' });
  lines.value = [];
  firstLine.value = 1;
  clipped.value = false;
  logState.value = 'reading';
}

export function closeLog() {
  feed.job = '';
}

export async function readMore() {
  if (!feed.job || feed.busy) return;
  const { job, unit, next } = feed;
  feed.busy = true;
  try {
    const query = new URLSearchParams({ from: String(next) });
    if (unit !== null) query.set('unit', String(unit));
    const answer = await request(`jobs/${encodeURIComponent(job)}/logs?${query}`);
    const data = await answer.arrayBuffer();
    if (feed.job === job && feed.unit === unit) take(data, Number(answer.headers.get('X-Log-Size') ?? Number.NaN));
  } catch {
    if (feed.job === job) logState.value = lines.peek().length ? 'ready' : 'none';
  } finally {
    feed.busy = false;
  }
}

/** @param {ArrayBuffer} data @param {number} size */
function take(data, size) {
  const begun = feed.next < 0;
  if (begun && size > data.byteLength) clipped.value = true;
  feed.next = Number.isNaN(size) ? Math.max(0, feed.next) + data.byteLength : size;
  const parts = (feed.rest + new TextDecoder().decode(data)).split('\n');
  feed.rest = parts.pop() ?? '';
  if (begun && clipped.peek()) parts.shift();
  if (parts.length) append(parts);
  logState.value = lines.peek().length ? 'ready' : 'none';
}

/** @param {string[]} more */
function append(more) {
  const all = [...lines.peek(), ...more.map(line => line.replace(/\r$/, ''))];
  const over = Math.max(0, all.length - MOST_LINES);
  firstLine.value += over;
  lines.value = over ? all.slice(over) : all;
}
