// Engines, presets and the machine's own facts: read once, and again when the poll says that they changed.
import { get } from './api.js';
import { engines, enginesKnown, machine, presets } from './store.js';

const turns = { asked: 0, told: 0 };

export async function loadEngines() {
  const turn = ++turns.asked;
  try {
    const answer = await get('engines?response_type=full');
    // An older answer may come last: looking for builds takes its time.
    if (turn < turns.told) return;
    turns.told = turn;
    engines.value = Object.entries(answer).map(([name, data]) => engine(name, /** @type {any} */ (data)));
    enginesKnown.value = true;
  } catch {
    // The next answer of the poll asks again.
  }
}

/**
 * @param {string} name
 * @param {any} data
 * @returns {import('./types').Engine}
 */
function engine(name, data) {
  const builds = data.builds ?? data.versions ?? data.installed ?? [];
  return {
    name,
    label: data.label ?? name,
    builds: builds.map((/** @type {any} */ build) =>
      typeof build === 'string' ? { engine: name, version: build, origin: '' } : build,
    ),
    extensions: data.supported_extensions ?? data.extensions ?? [],
    formats: data.supported_export_formats ?? data.export_formats ?? [],
    arguments: data.options ?? data.arguments ?? data.ui_options ?? [],
  };
}

export async function loadPresets() {
  try {
    const answer = await get('presets');
    const entries = Object.entries(answer.presets ?? answer).filter(([, data]) => data && typeof data === 'object');
    presets.value = entries.map(([id, data]) => preset(id, /** @type {any} */ (data)));
  } catch {
    // Those that are known stay.
  }
}

/**
 * @param {string} id
 * @param {any} data
 * @returns {import('./types').Preset}
 */
function preset(id, data) {
  return {
    id,
    built_in: data.source === 'built-in',
    name: data.name ?? id,
    engine: data.engine ?? data.renderer ?? '',
    description: data.description ?? '',
    args: data.args ?? data.params ?? {},
    existing: data.output?.existing ?? '',
    split: data.split?.enabled ?? true,
  };
}

export async function loadMachine() {
  try {
    machine.value = await get('status');
  } catch {
    // Only decorations of the status bar depend on it.
  }
}
