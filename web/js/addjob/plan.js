// What the draft comes to: one job for each file and camera.

import { parseFrames } from '../frames.js';
import { allJobs, presets } from '../store.js';
import { form, sources, stemOf } from './draft.js';
import { exampleFile, expandName } from './naming.js';

/** @typedef {import('./draft.js').Source} Source */
/** @typedef {{source: Source, name: string, args: Record<string, unknown>}} Planned */

/** @returns {Planned[]} */
export function plannedJobs() {
  const { cameras, args, name, pattern, preset } = form.value;
  const alone = sources.value.length === 1;
  const planned = /** @type {Planned[]} */ ([]);
  for (const source of sources.value) {
    for (const camera of alone && cameras.length ? cameras : [String(args.camera ?? '')]) {
      const base = alone && name.trim() ? name.trim() : stemOf(source.name);
      const parts = { name: base, camera, scene: String(args.scene ?? ''), preset: presetName(preset) };
      const wanted = several(cameras) && !pattern.includes('{camera}') ? `${pattern}_{camera}` : pattern;
      const taken = planned.map(job => job.name);
      planned.push({ source, name: expandName(wanted, parts, taken), args: camera ? { ...args, camera } : args });
    }
  }
  return planned;
}

/** @param {string[]} cameras */
const several = cameras => cameras.length > 1;

/** @param {string} id */
function presetName(id) {
  return presets.value.find(preset => preset.id === id)?.name ?? '';
}

/** The path of the first file of the first job, and how many more jobs there are. */
export function example() {
  const planned = plannedJobs();
  const first = planned[0];
  if (!first) return null;
  const { engine, probe } = first.source;
  const file = exampleFile({ engine, name: first.name, frames: form.value.frames, args: first.args, probe });
  const folder = form.value.output.trim().replace(/[\\/]+$/, '') || first.name;
  return { path: `${folder}/${file}`, more: planned.length - 1 };
}

/** A job that already writes into the same folder. */
export function conflict() {
  const folder = form.value.output.trim().replace(/[\\/]+$/, '');
  return folder
    ? allJobs().find(job => job.output_path.replace(/[\\/]+$/, '') === folder && job.units.done > 0)
    : undefined;
}

/** How many frames one job has; 0 when that is not known yet. */
export function frameCount() {
  try {
    return parseFrames(form.value.frames).length;
  } catch {
    return 0;
  }
}
