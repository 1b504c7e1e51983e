// The ledger of the job that the inspector shows, read again when the job changes.

import { get } from './api.js';
import { effect, signal } from './lib.js';
import { shown } from './selection.js';
import { jobSignal } from './store.js';

/** @typedef {import('./types').Unit} Unit */

const EVERY_MS = 400;

export const units = signal(/** @type {Unit[]} */ ([]));
export const unitsOf = signal('');
export const pickedUnits = signal(/** @type {ReadonlySet<number>} */ (new Set()));
/** The unit whose log and picture are looked at; null: all of the job. */
export const unitShown = signal(/** @type {number | null} */ (null));
const state = { due: 0, timer: 0, busy: false };

effect(() => {
  const id = shown.value;
  if (id !== unitsOf.peek()) forget();
  const rev = id ? jobSignal(id)?.value.rev : undefined;
  if (rev !== undefined) schedule();
});

function forget() {
  unitsOf.value = '';
  units.value = [];
  pickedUnits.value = new Set();
  unitShown.value = null;
  state.due = 0;
}

function schedule() {
  clearTimeout(state.timer);
  state.timer = setTimeout(read, Math.max(0, state.due - Date.now()));
}

async function read() {
  const id = shown.peek();
  if (!id) return;
  if (state.busy) return schedule();
  state.busy = true;
  state.due = Date.now() + EVERY_MS;
  try {
    const answer = await get(`jobs/${encodeURIComponent(id)}/units`);
    if (shown.peek() === id) {
      unitsOf.value = id;
      units.value = Array.isArray(answer) ? answer : answer.units;
    }
  } catch {
    // The job's next change asks again.
  } finally {
    state.busy = false;
  }
}

/** @param {number | null} unit */
export function showUnit(unit) {
  unitShown.value = unit;
}

/** Frames of units, for the API: frame numbers of frames, indexes of segments. @param {Iterable<number>} picked */
export function pickedNumbers(picked) {
  return [...picked].sort((a, b) => a - b);
}
