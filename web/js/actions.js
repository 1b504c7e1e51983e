// What can be done with jobs: one table for the toolbar, the menu, the keys and the palette.

import { duplicate, edit, isEditable } from './addjob/again.js';
import { askPresetName } from './addjob/presets.js';
import { zipAddress } from './api.js';
import { commandOf } from './command.js';
import { desktop } from './desktop.js';
import { mayAct } from './farm.js';
import { t } from './i18n.js';
import { sorting } from './listing.js';
import { ask } from './overlay.js';
import * as doing from './perform.js';
import { makeReviewFilm } from './review.js';
import { isActive, isEnded, isVideo } from './status.js';
import { hasChoice, showMachines } from './views/jobmachines.js';
import { remove } from './views/removing.js';

/** @typedef {import('./types').Job} Job */
/**
 * @typedef {object} Action
 * @property {string} id label is t('action.<id>')
 * @property {string} icon
 * @property {string} [keys]
 * @property {boolean} [danger]
 * @property {boolean} [line] begins a group
 * @property {(job: Job) => boolean} valid
 * @property {(jobs: Job[]) => unknown} run
 * @property {boolean} [single] makes sense for one job only
 * @property {(jobs: Job[]) => number} [amount] shown in the label
 */

/** @param {Job} job */
const hasFiles = job => job.file_count > 0;
/** A film needs two of them. @param {Job} job */
const hasFrames = job => !job.parent && !isVideo(job) && job.file_count > 1;
/** @param {Job} job */
const queued = job => !isEnded(job);

/** @type {Action[]} */
export const ACTIONS = [
  {
    id: 'open',
    icon: 'folder-open',
    keys: 'O',
    single: true,
    valid: job => hasFiles(job) && desktop() !== null,
    run: ([job]) => desktop()?.open_path(job.output_path),
  },
  {
    id: 'copy_path',
    icon: 'copy',
    single: true,
    valid: job => Boolean(job.output_path),
    run: ([job]) => doing.copyText(job.output_path),
  },
  { id: 'zip', icon: 'download', single: true, valid: hasFiles, run: ([job]) => download(zipAddress(job.id)) },
  { id: 'review_film', icon: 'film', single: true, valid: hasFrames, run: ([job]) => makeReviewFilm(job) },
  {
    id: 'retry',
    icon: 'list-restart',
    keys: 'R',
    line: true,
    valid: job => job.units.failed > 0,
    amount: failedUnits,
    run: jobs => doing.retry(jobs),
  },
  {
    id: 'pause',
    icon: 'pause',
    keys: 'Space',
    valid: job => queued(job) && job.status !== 'paused' && !job.held_for_files,
    run: doing.pause,
  },
  {
    id: 'resume',
    icon: 'play',
    keys: 'Space',
    valid: job => job.status === 'paused' || job.held_for_files,
    run: doing.resume,
  },
  { id: 'after_current', icon: 'hourglass', valid: isActive, run: doing.pauseAfterCurrent },
  { id: 'restart', icon: 'rotate-ccw', keys: 'R', valid: mayRestart, run: jobs => doing.retry(jobs) },
  { id: 'rerender', icon: 'refresh-cw', valid: job => job.units.done > 0, run: confirmRerender },
  { id: 'top', icon: 'arrow-up-to-line', line: true, valid: movable, run: jobs => doing.move(jobs, 'top') },
  { id: 'up', icon: 'arrow-up', keys: 'Alt ↑', valid: movable, run: jobs => doing.move(jobs, 'up') },
  { id: 'down', icon: 'arrow-down', keys: 'Alt ↓', valid: movable, run: jobs => doing.move(jobs, 'down') },
  { id: 'bottom', icon: 'arrow-down-to-line', valid: movable, run: jobs => doing.move(jobs, 'bottom') },
  {
    id: 'priority_high',
    icon: 'chevron-up',
    line: true,
    valid: job => queued(job) && job.priority !== 75,
    run: jobs => doing.setPriority(jobs, 75),
  },
  {
    id: 'priority_normal',
    icon: 'minus',
    valid: job => queued(job) && job.priority !== 50,
    run: jobs => doing.setPriority(jobs, 50),
  },
  {
    id: 'priority_low',
    icon: 'chevron-down',
    valid: job => queued(job) && job.priority !== 25,
    run: jobs => doing.setPriority(jobs, 25),
  },
  {
    id: 'duplicate',
    icon: 'layers',
    line: true,
    single: true,
    valid: job => !job.parent,
    run: ([job]) => duplicate(job),
  },
  { id: 'edit', icon: 'pencil', single: true, valid: isEditable, run: ([job]) => edit(job) },
  { id: 'machines', icon: 'network', single: true, valid: hasChoice, run: ([job]) => showMachines(job) },
  {
    id: 'save_preset',
    icon: 'sliders-horizontal',
    single: true,
    valid: job => Object.keys(job.args).length > 0,
    run: ([job]) => askPresetName({ engine: job.engine, args: job.args, name: job.name }),
  },
  { id: 'only_these', icon: 'play', valid: queued, run: doing.startOnly },
  { id: 'copy_name', icon: 'copy', single: true, valid: () => true, run: ([job]) => doing.copyText(job.name) },
  { id: 'copy_id', icon: 'copy', single: true, valid: () => true, run: ([job]) => doing.copyText(job.id) },
  {
    id: 'copy_command',
    icon: 'terminal',
    single: true,
    valid: job => !job.parent,
    run: ([job]) => doing.copyText(commandOf(job)),
  },
  { id: 'cancel', icon: 'ban', line: true, valid: queued, run: confirmCancel },
  { id: 'remove', icon: 'trash-2', keys: 'Del', danger: true, valid: () => true, run: remove },
];

/** It ended, but not through failed units: cancelled, or for a reason that may be gone, as a file that was missing. @param {Job} job */
function mayRestart(job) {
  return job.status === 'cancelled' || (job.status === 'error' && !job.units.failed);
}

/** @param {Job} job */
function movable(job) {
  return queued(job) && !sorting.peek().column;
}

/** @param {Job[]} jobs */
function failedUnits(jobs) {
  return jobs.reduce((sum, job) => sum + job.units.failed, 0);
}

/** @param {string} id @param {Job[]} jobs */
export function runAction(id, jobs) {
  const action = ACTIONS.find(entry => entry.id === id);
  const allowed = mayAct() || READING.includes(id);
  const fitting = action && allowed ? jobs.filter(action.valid) : [];
  if (fitting.length) return action?.run(action.single ? fitting.slice(0, 1) : fitting);
}

/** What somebody may do who was let in only to look. */
const READING = ['open', 'copy_path', 'zip', 'copy_name', 'copy_id', 'copy_command'];

/** Actions that at least one of the jobs allows. @param {Job[]} jobs */
export function actionsFor(jobs) {
  const allowed = ACTIONS.filter(action => mayAct() || READING.includes(action.id));
  return allowed.filter(action => (action.single ? jobs.length === 1 : true) && jobs.some(action.valid));
}

/** @param {Action} action @param {Job[]} jobs */
export function labelOf(action, jobs) {
  return action.amount ? t(`action.${action.id}_n`, { n: action.amount(jobs) }) : t(`action.${action.id}`);
}

/** @param {Job[]} jobs @returns {import('./overlay.js').MenuItem[]} */
export function menuItems(jobs) {
  return actionsFor(jobs).map(action => ({
    id: action.id,
    label: labelOf(action, jobs),
    icon: action.icon,
    keys: action.keys,
    danger: action.danger,
    line: action.line,
    run: () => void runAction(action.id, jobs),
  }));
}

/** @param {string} url */
export function download(url) {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.click();
}

/** @param {Job[]} jobs */
function confirmCancel(jobs) {
  if (!jobs.some(job => job.units.done || isActive(job))) return doing.cancel(jobs);
  ask({
    title: t('confirm.cancel_title', { n: jobs.length, name: jobs[0].name }),
    text: t('confirm.cancel_text'),
    confirm: t('action.cancel'),
    onConfirm: () => void doing.cancel(jobs),
  });
}

/** @param {Job[]} jobs */
function confirmRerender(jobs) {
  const done = jobs.reduce((sum, job) => sum + job.units.done, 0);
  ask({
    title: t('confirm.rerender_title', { n: jobs.length, name: jobs[0].name }),
    text: t('confirm.rerender_text', { n: done }),
    confirm: t('action.rerender'),
    onConfirm: () => void doing.rerender(jobs),
  });
}
