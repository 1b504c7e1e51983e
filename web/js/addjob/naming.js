// Names of new jobs, which are the names of their files too: tokens in braces, and the line that shows what comes of it.

import { parseFrames } from '../frames.js';
import { allJobs } from '../store.js';

export const TOKENS = ['name', 'camera', 'scene', 'preset', 'version', 'date'];

/** @type {Record<string, string>} Blender's formats and the extensions that it gives them. */
const EXTENSIONS = {
  PNG: 'png',
  JPEG: 'jpg',
  OPEN_EXR: 'exr',
  OPEN_EXR_MULTILAYER: 'exr',
  TIFF: 'tif',
  BMP: 'bmp',
  TARGA: 'tga',
  TARGA_RAW: 'tga',
  WEBP: 'webp',
  HDR: 'hdr',
  DPX: 'dpx',
};
const MOST_VERSIONS = 999;

/** @typedef {{name: string, camera: string, scene: string, preset: string}} Parts */

/** @param {string} pattern */
export function unknownTokens(pattern) {
  return [...pattern.matchAll(/\{([^}]*)\}/g)].map(match => match[1]).filter(token => !TOKENS.includes(token));
}

/** The name that a pattern gives; ``{version}`` is the first one that no job has yet. @param {string} pattern @param {Parts} parts @param {string[]} taken names of jobs that are about to be added */
export function expandName(pattern, parts, taken = []) {
  const filled = (/** @type {number} */ version) =>
    fill(pattern.trim() || '{name}', { ...parts, version: String(version), date: today() });
  if (!pattern.includes('{version}')) return filled(1);
  const names = new Set([...allJobs().map(job => job.name), ...taken]);
  let version = 1;
  while (version < MOST_VERSIONS && names.has(filled(version))) version += 1;
  return filled(version);
}

/** An empty token takes the sign before it along, so that no name has holes. @param {string} pattern @param {Record<string, string>} values */
function fill(pattern, values) {
  const text = pattern.replace(/([-_. ]?)\{(\w+)\}/g, (whole, sign, token) =>
    token in values ? values[token] && sign + values[token] : whole,
  );
  return text.replace(/^[-_. ]+/, '') || values.name;
}

function today() {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}

/** The first file that the job will make. @param {{engine: string, name: string, frames: string, args: Record<string, unknown>, probe: import('../types').Probe | null}} job */
export function exampleFile({ engine, name, frames, args, probe }) {
  const stem = name.replace(/[<>:"/\\|?*]+/g, '_');
  if (engine === 'ffmpeg') return `${stem}.${args.container ?? 'mp4'}`;
  const scene =
    probe?.facts.scenes?.find(entry => entry.name === (args.scene ?? probe.facts.active_scene)) ??
    probe?.facts.scenes?.[0];
  const format = String(args.format ?? scene?.format ?? 'PNG');
  return `${stem}_${String(firstFrame(frames, probe)).padStart(4, '0')}.${EXTENSIONS[format] ?? 'png'}`;
}

/** @param {string} frames @param {import('../types').Probe | null} probe */
function firstFrame(frames, probe) {
  try {
    return parseFrames(frames)[0];
  } catch {
    return probe?.start_frame ?? 1;
  }
}
