// Doing what people ask: one call per job, one toast for all, and a way back where there is one.
import { act, post } from './api.js';
import { t } from './i18n.js';
import { complain, toast } from './overlay.js';
import { isEnded } from './status.js';
import { allJobs, expect, job, leaving, nodes } from './store.js';

/** @typedef {import('./types').Job} Job */

const UNDO_MS = 8000;

/**
 * @param {Job[]} jobs
 * @param {string} action route of the API
 * @param {{body?: (job: Job) => Record<string, unknown>, show?: Partial<Job>, said: string, undo?: (done: Job[]) => void}} how
 */
export async function performAll(jobs, action, how) {
  if (how.show) for (const item of jobs) expect(item.id, how.show);
  const results = await Promise.allSettled(jobs.map(item => act(item.id, action, how.body?.(item) ?? {})));
  const done = jobs.filter((_, index) => results[index].status === 'fulfilled');
  for (const [index, item] of jobs.entries()) settle(item, results[index], how.show);
  if (done.length) toast(t(how.said, { n: done.length }), { undo: how.undo && (() => how.undo?.(done)) });
  const failure = results.find(result => result.status === 'rejected');
  if (failure) complain(/** @type {PromiseRejectedResult} */ (failure).reason);
  return done;
}

/**
 * @param {Job} before
 * @param {PromiseSettledResult<any>} result
 * @param {Partial<Job> | undefined} expected
 */
function settle(before, result, expected) {
  if (result.status === 'fulfilled' || !expected) return;
  const present = job(before.id);
  if (present && present.rev === before.rev) expect(before.id, before);
}

/** @param {Job[]} jobs */
export const pause = jobs =>
  performAll(jobs, 'pause', { show: { status: 'paused' }, said: 'toast.paused', undo: done => void resume(done) });

/** @param {Job[]} jobs */
export const pauseAfterCurrent = jobs =>
  performAll(jobs, 'pause', {
    body: () => ({ after_current: true }),
    said: 'toast.soft_paused',
    undo: done => void resume(done),
  });

/** @param {Job[]} jobs */
export const resume = jobs => performAll(jobs, 'resume', { said: 'toast.resumed', undo: done => void pause(done) });

/** Holds every other job that has not ended, and lets these go on. @param {Job[]} jobs */
export async function startOnly(jobs) {
  const own = new Set(jobs.map(item => item.id));
  const others = allJobs().filter(item => !own.has(item.id) && !isEnded(item) && item.status !== 'paused');
  const held = jobs.filter(item => item.status === 'paused');
  await Promise.allSettled(held.map(item => act(item.id, 'resume')));
  if (others.length)
    await performAll(others, 'pause', { said: 'toast.others_paused', undo: done => void resume(done) });
}

/** @param {Job[]} jobs @param {string} [frames] */
export const retry = (jobs, frames) =>
  performAll(jobs, 'retry', { body: () => (frames ? { frames } : {}), said: 'toast.retried' });

/** @param {Job[]} jobs @param {string} [frames] */
export const rerender = (jobs, frames) =>
  performAll(jobs, 'rerender', { body: () => (frames ? { frames } : {}), said: 'toast.rerender' });

/** On other machines than made them. @param {Job} job @param {string} frames */
export const rerenderElsewhere = (job, frames) =>
  performAll([job], 'rerender', { body: () => ({ frames, elsewhere: true }), said: 'toast.rerender' });

/** Go on with a version of the project. @param {Job} job @param {'submitted' | 'new' | 'new_for'} use */
export const useProject = (job, use) => performAll([job], 'project', { body: () => ({ use }), said: 'toast.version' });

/** @param {Job[]} jobs @param {string} frames */
export const skip = (jobs, frames) => performAll(jobs, 'skip', { body: () => ({ frames }), said: 'toast.skipped' });

/** @param {Job[]} jobs */
export const cancel = jobs => performAll(jobs, 'cancel', { body: () => ({ confirm: true }), said: 'toast.cancelled' });

/** @param {Job[]} jobs @param {'top' | 'up' | 'down' | 'bottom'} where */
export async function move(jobs, where) {
  const ordered = where === 'top' || where === 'down' ? [...jobs].reverse() : jobs;
  for (const item of ordered) {
    try {
      await act(item.id, 'move', { where });
    } catch (error) {
      return complain(error);
    }
  }
}

/** Puts jobs, in their order, beside another. @param {Job[]} jobs @param {'before' | 'after'} where @param {string} other */
export async function moveBeside(jobs, where, other) {
  const ordered = where === 'after' ? [...jobs].reverse() : jobs;
  for (const item of ordered) {
    try {
      await act(item.id, 'move', { where, other });
    } catch (error) {
      return complain(error);
    }
  }
}

/** @param {Job[]} jobs @param {number} priority */
export const setPriority = (jobs, priority) =>
  performAll(jobs, 'priority', {
    body: () => ({ priority }),
    show: { priority },
    said: 'toast.priority',
    undo: done => void restorePriority(done),
  });

/** @param {Job[]} jobs */
function restorePriority(jobs) {
  return performAll(jobs, 'priority', { body: item => ({ priority: item.priority }), said: 'toast.priority' });
}

/** Who takes part from now on; naming other machines than the job's own lets them help. @param {Job[]} jobs @param {string[]} ids none: all */
export function setMachines(jobs, ids) {
  const own = nodes.peek().find(node => node.this)?.id;
  const isShared = ids.length !== 1 || ids[0] !== own;
  return performAll(jobs, 'nodes', {
    body: () => ({ nodes: ids, enable_split_jobs: isShared || undefined }),
    show: isShared ? { nodes: ids, enable_split_jobs: true } : { nodes: ids },
    said: 'toast.machines',
    undo: done => void restoreMachines(done),
  });
}

/** @param {Job[]} jobs */
function restoreMachines(jobs) {
  const body = (/** @type {Job} */ item) => ({ nodes: item.nodes, enable_split_jobs: item.enable_split_jobs });
  return performAll(jobs, 'nodes', { body, said: 'toast.machines' });
}

/** Removes jobs after the time for undo; nothing is sent before. @param {Job[]} jobs */
export function removeWithUndo(jobs) {
  const ids = jobs.map(item => item.id);
  leaving.value = new Set([...leaving.peek(), ...ids]);
  const timer = setTimeout(() => void removeNow(jobs), UNDO_MS);
  const undo = () => {
    clearTimeout(timer);
    stay(ids);
  };
  toast(t('toast.removed', { n: jobs.length }), { undo, ms: UNDO_MS });
}

/** @param {Job[]} jobs @param {boolean} [keep] whether the files that they have made stay */
export async function removeNow(jobs, keep = false) {
  const body = { confirm: true, keep_output: keep };
  const results = await Promise.allSettled(jobs.map(item => act(item.id, 'delete', body)));
  const failure = results.find(result => result.status === 'rejected');
  if (failure) complain(/** @type {PromiseRejectedResult} */ (failure).reason);
  stay(jobs.map(item => item.id));
}

/** @param {string[]} ids */
function stay(ids) {
  const rest = new Set(leaving.peek());
  for (const id of ids) rest.delete(id);
  leaving.value = rest;
}

/** @param {import('./types').Node} node @param {'pause' | 'resume'} action @param {{soft?: boolean, until?: Date}} [how] */
export async function setNode(node, action, how = {}) {
  const body = { after_current: how.soft || undefined, until: how.until?.toISOString() };
  try {
    const answer = await post(`nodes/${encodeURIComponent(node.id)}/${action}`, action === 'pause' ? body : {});
    if (answer?.id) nodes.value = nodes.peek().map(entry => (entry.id === answer.id ? answer : entry));
    const said = action === 'resume' ? 'toast.node_resumed' : how.soft ? 'toast.node_soft_paused' : 'toast.node_paused';
    const undo = action === 'pause' ? () => void setNode(node, 'resume') : undefined;
    toast(t(said, { name: node.name }), { undo });
  } catch (error) {
    complain(error);
  }
}

/** Every machine that answers, one after the other. @param {'pause' | 'resume'} action */
export async function setAllNodes(action) {
  const wanted = nodes
    .peek()
    .filter(node => node.state !== 'offline' && (node.state === 'paused') === (action === 'resume'));
  const results = await Promise.allSettled(
    wanted.map(node => post(`nodes/${encodeURIComponent(node.id)}/${action}`, {})),
  );
  const done = results.filter(result => result.status === 'fulfilled').length;
  const undo = action === 'pause' ? () => void setAllNodes('resume') : undefined;
  if (done) toast(t(`toast.machines_${action}`, { n: done }), { undo });
  const failure = results.find(result => result.status === 'rejected');
  if (failure) complain(/** @type {PromiseRejectedResult} */ (failure).reason);
}

/** Copies without the Clipboard API too, which pages at http://LAN-address lack. @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    // Outside an open dialog nothing can be selected.
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  toast(t('toast.copied'), { tone: 'info', ms: 2500 });
}
