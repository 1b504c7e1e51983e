// How long the work will take, from what was measured: earlier jobs of the same project, else of the same engine.

import { allJobs, nodes } from '../store.js';

/** @typedef {import('../types').Job} Job */

const LEASE_SECONDS = 20;
const FIRST_UNITS = 4;

/** Machines that could take part. @param {string[]} wanted ids; empty: all */
export function able(wanted) {
  return nodes.value.filter(node => node.state !== 'offline' && (!wanted.length || wanted.includes(node.id)));
}

/**
 * @param {{engine: string, project: string, frames: number, machines: number}} work
 * @returns {{chunk: number, together: number | null, alone: number | null}} seconds; null when nothing was measured
 */
export function estimate({ engine, project, frames, machines }) {
  const each = secondsEach(engine, project);
  const chunk = each === null ? FIRST_UNITS : Math.max(1, Math.round(LEASE_SECONDS / each));
  const shared = Math.max(1, Math.min(chunk, Math.ceil(frames / Math.max(1, machines))));
  if (each === null) return { chunk: shared, together: null, alone: null };
  return { chunk: shared, together: (frames * each) / Math.max(1, machines), alone: frames * each };
}

/** Seconds that one frame took one machine. @param {string} engine @param {string} project */
function secondsEach(engine, project) {
  const ended = allJobs().filter(
    job => job.engine === engine && job.status === 'completed' && job.ended_at && job.machine_seconds,
  );
  const same = ended.filter(job => job.project === project);
  if (!same.length) return null;
  const newest = same.reduce((found, job) => ((job.ended_at ?? '') > (found.ended_at ?? '') ? job : found));
  return (newest.machine_seconds ?? 0) / Math.max(1, newest.units.done);
}

/** Why a job cannot be split, as far as its options tell. @param {string} engine @param {Record<string, unknown>} args */
export function whyWhole(engine, args) {
  if (engine !== 'ffmpeg') return '';
  if (args.two_pass) return 'two_pass';
  if (args.video_bitrate) return 'bitrate';
  if (args.fps) return 'fps';
  return args.video_codec === 'copy' ? 'copy' : '';
}
