// What this page knows of the farm. One signal per job: a changed job redraws one row.
import { batch, signal } from './lib.js';

/** @typedef {import('./types').Job} Job */
/** @typedef {import('./types').Node} Node */
/** @typedef {import('./types').Engine} Engine */

/** @type {Map<string, import('../vendor/signals.js').Signal<Job>>} */
const jobs = new Map();

/** Grows when jobs come, go or change in what lists are made of. */
export const shape = signal(0);
/** Grows with every delta that changed a job. */
export const pulse = signal(0);
export const nodes = signal(/** @type {Node[]} */ ([]));
/** When all that waits and runs is done, as the server tells it. */
export const queueEnd = signal(/** @type {import('./types').Queue | null} */ (null));
export const engines = signal(/** @type {Engine[]} */ ([]));
export const enginesKnown = signal(false);
export const presets = signal(/** @type {import('./types').Preset[]} */ ([]));
export const loaded = signal(false);
/** Jobs that a person removed and may still bring back. */
export const leaving = signal(/** @type {ReadonlySet<string>} */ (new Set()));
/** live, lost, starting; a stranger has to sign in first */
export const link = signal(/** @type {'starting' | 'live' | 'lost' | 'stranger'} */ ('starting'));
export const lag = signal(/** @type {number | null} */ (null));
/** Ticks each second while the page is seen, for times that pass. */
export const now = signal(Date.now());
export const machine = signal(/** @type {Record<string, any>} */ ({}));
const clockGap = { value: 0 };

/** @typedef {{before: Job | undefined, after: Job}} Changed */
/** @type {((changes: Changed[]) => void)[]} */
const listeners = [];

/** Called with the jobs of each delta, as they were and as they are. @param {(changes: Changed[]) => void} listener */
export function onChange(listener) {
  listeners.push(listener);
}

/** @param {string} id */
export function job(id) {
  return jobs.get(id)?.value;
}

/** @param {string} id */
export function jobSignal(id) {
  return jobs.get(id);
}

/** @returns {Job[]} */
export function allJobs() {
  return [...jobs.values()].map(entry => entry.peek());
}

/** The server's clock, as well as this machine knows it. */
export function serverNow() {
  return now.value + clockGap.value;
}

/** @param {import('./types').Delta} delta */
export function apply(delta) {
  const changes = delta.jobs.map(after => ({ before: jobs.get(after.id)?.peek(), after }));
  batch(() => {
    let changed = delta.full ? dropMissing(delta.jobs) : false;
    for (const item of delta.jobs) changed = put(item) || changed;
    for (const id of delta.removed ?? []) changed = jobs.delete(id) || changed;
    if (changed) shape.value += 1;
    if (delta.jobs.length || delta.removed?.length || delta.full) pulse.value += 1;
    if (delta.nodes?.length || delta.full) setNodes(delta.nodes ?? []);
    if (delta.queue) queueEnd.value = delta.queue;
    if (delta.time) clockGap.value = new Date(delta.time).getTime() - Date.now();
    loaded.value = true;
  });
  for (const listener of listeners) listener(changes);
}

/** @param {Job[]} present */
function dropMissing(present) {
  const ids = new Set(present.map(item => item.id));
  const gone = [...jobs.keys()].filter(id => !ids.has(id));
  for (const id of gone) jobs.delete(id);
  return gone.length > 0 || present.length === 0;
}

/** @param {Job} item */
function put(item) {
  const known = jobs.get(item.id);
  if (!known) {
    jobs.set(item.id, signal(item));
    return true;
  }
  const before = known.peek();
  known.value = item;
  return /** @type {const} */ (['status', 'name', 'order', 'priority', 'ended_at']).some(
    key => before[key] !== item[key],
  );
}

/** When this page first saw that a machine is gone. @type {Map<string, number>} */
const goneSince = new Map();

/** Milliseconds for which a machine has been gone, as far as this page knows. @param {string} id */
export function goneFor(id) {
  return now.value - (goneSince.get(id) ?? now.value);
}

/** All machines: the server sends every one of them each time. @param {Node[]} present */
export function setNodes(present) {
  for (const node of present) {
    if (node.state !== 'offline') goneSince.delete(node.id);
    else if (!goneSince.has(node.id)) goneSince.set(node.id, Date.now());
  }
  nodes.value = [...present].sort((a, b) => Number(b.this) - Number(a.this) || a.name.localeCompare(b.name));
}

/** Shows at once what a person asked for; the poll confirms or corrects it. @param {string} id @param {Partial<Job>} changes */
export function expect(id, changes) {
  const known = jobs.get(id);
  if (!known) return;
  known.value = { ...known.peek(), ...changes };
  shape.value += 1;
}
