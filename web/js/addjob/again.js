// The dialog filled with what a job was made of: for one more, or for one in its place.
import { baseName } from '../format.js';
import { ownArguments } from '../requests.js';
import { isEnded } from '../status.js';
import { presets, serverNow } from '../store.js';
import { addSource, openAddJob, setForm } from './draft.js';

/** @typedef {import('../types').Job} Job */

/** One more like it. @param {Job} job */
export function duplicate(job) {
  openWith(job);
  setForm({ name: `${job.name} 2` });
}

/** Whether a job can still be replaced by another: nothing of it was begun. @param {Job} job */
export function isEditable(job) {
  return !job.parent && !isEnded(job) && job.started_at === null;
}

/** The same, changed, in its place. @param {Job} job */
export function edit(job) {
  openWith(job);
  setForm({ replaces: job.id, name: job.name, ...whenOf(job) });
}

/** @param {Job} job */
function openWith(job) {
  openAddJob();
  addSource({ name: baseName(job.project), path: job.project, job: job.id, engine: job.engine });
  const usual = presets.peek().find(preset => preset.id === job.preset)?.args ?? {};
  setForm({
    pattern: '{name}',
    args: { ...job.args },
    touched: Object.keys(ownArguments(job.args, usual)),
    frames: job.frames,
    framesTouched: Boolean(job.frames),
    version: job.engine_version,
    split: job.enable_split_jobs,
    nodes: job.nodes,
    preset: job.preset,
    priority: job.priority,
    attempts: job.max_attempts,
    output: job.owns_output ? '' : job.output_path,
    existing: job.existing === 'skip' ? 'skip' : 'overwrite',
  });
}

/** When it starts. What the form cannot show beside that is kept. @param {Job} job @returns {Partial<import('./draft.js').Form>} */
function whenOf(job) {
  const later = job.start_at !== null && Date.parse(job.start_at) > serverNow() ? job.start_at : '';
  const when = job.status === 'paused' ? 'paused' : job.after.length ? 'after' : later ? 'at' : 'now';
  return {
    when,
    after: job.after[0] ?? '',
    startAt: later && localTime(later),
    kept: { after: job.after, startAt: later },
  };
}

/** As an input of a date and a time wants it. @param {string} moment */
function localTime(moment) {
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
