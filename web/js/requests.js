// What a job was asked with: the fields of POST /api/add_job that make it again.

import { job as find, presets, serverNow } from './store.js';

/** @typedef {import('./types').Job} Job */
/** @typedef {import('./types').JobRequest} JobRequest */

/** @param {Job} job @returns {JobRequest} */
export function requestOf(job) {
  const preset = usablePreset(job);
  const usual = preset?.existing || 'overwrite';
  const after = job.after.filter(id => find(id));
  return withoutEmpty({
    name: job.name,
    engine: job.engine,
    engine_version: job.engine_version,
    frames: job.frames,
    args: preset ? ownArguments(job.args, preset.args) : job.args,
    enable_split_jobs: job.enable_split_jobs === (preset?.split ?? true) ? undefined : job.enable_split_jobs,
    priority: job.priority,
    preset: preset?.id,
    nodes: job.nodes.length ? job.nodes : undefined,
    max_attempts: job.max_attempts,
    existing: job.existing === usual ? undefined : job.existing,
    output_path: job.owns_output ? undefined : job.output_path,
    after: after.length ? after : undefined,
    start_at: job.start_at && Date.parse(job.start_at) > serverNow() ? job.start_at : undefined,
    local_path: job.project,
  });
}

/** The job's preset, if it still gives nothing that the job does not have. @param {Job} job */
function usablePreset(job) {
  const preset = presets.value.find(entry => entry.id === job.preset && entry.engine === job.engine);
  return preset && Object.keys(preset.args).every(name => name in job.args) ? preset : undefined;
}

/** What differs from a preset. @param {Record<string, unknown>} args @param {Record<string, unknown>} usual */
export function ownArguments(args, usual) {
  const isOwn = (/** @type {string} */ name) => JSON.stringify(args[name]) !== JSON.stringify(usual[name]);
  return Object.fromEntries(Object.entries(args).filter(([name]) => isOwn(name)));
}

/** @param {{[Name in keyof JobRequest]: JobRequest[Name] | '' | undefined}} fields @returns {JobRequest} */
export function withoutEmpty(fields) {
  return /** @type {any} */ (
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''))
  );
}
