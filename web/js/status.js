// One vocabulary for the states that people see.
import { t } from './i18n.js';

/** @typedef {import('./types').Job} Job */

/** Groups of the chips, in their order. */
export const CHIPS = /** @type {const} */ (['all', 'running', 'queued', 'failed', 'paused', 'done', 'cancelled']);

/** @type {Record<import('./types').JobStatus, string>} */
const GROUP = {
  not_started: 'queued',
  scheduled: 'queued',
  configuring: 'running',
  running: 'running',
  waiting_for_subjobs: 'running',
  paused: 'paused',
  cancelled: 'cancelled',
  completed: 'done',
  error: 'failed',
};

/** @type {Record<import('./types').JobStatus, string>} */
const TONE = {
  not_started: 'idle',
  scheduled: 'idle',
  configuring: 'run',
  running: 'run',
  waiting_for_subjobs: 'run',
  paused: 'warn',
  cancelled: 'idle',
  completed: 'ok',
  error: 'err',
};

/** @type {Record<import('./types').JobStatus, string>} Shapes differ, so that colours are not needed. */
const SHAPE = {
  not_started: 'ring',
  scheduled: 'clock',
  configuring: 'half',
  running: 'disc',
  waiting_for_subjobs: 'half',
  paused: 'bars',
  cancelled: 'cross',
  completed: 'tick',
  error: 'square',
};

/** @param {Job} job */
export const groupOf = job => GROUP[job.status] ?? 'queued';
/** @param {Job} job */
export const toneOf = job => (isDoubtful(job) ? 'warn' : (TONE[job.status] ?? 'idle'));
/** @param {Job} job */
export const shapeOf = job => SHAPE[job.status] ?? 'ring';
/** @param {Job} job */
export const isEnded = job => ['completed', 'cancelled', 'error'].includes(job.status);
/** @param {Job} job */
export const isActive = job => ['running', 'configuring', 'waiting_for_subjobs'].includes(job.status);

/** Done, and something about it should be looked at. @param {Job} job */
const isDoubtful = job => job.status === 'completed' && job.warnings.length > 0;

/** @param {Job} job */
export function wordOf(job) {
  const word = t(`status.${job.status}`);
  return isDoubtful(job) ? `${word}, ${t('status.warnings', { n: job.warnings.length })}` : word;
}

/** @param {Job} job */
export function unitTotal(job) {
  const { waiting, leased, done, failed, skipped } = job.units;
  return waiting + leased + done + failed + skipped;
}

/** @param {Job} job */
export function isVideo(job) {
  return job.engine === 'ffmpeg';
}
