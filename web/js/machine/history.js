// The load of one machine over the last minutes: an hour when asked for, then what is new each second.

import { get } from '../api.js';
import { loads } from '../history.js';
import { signal, useEffect } from '../lib.js';

/**
 * @typedef {object} History
 * @property {number[]} at seconds since 1970
 * @property {number[]} cpu percent
 * @property {number[][]} cores percent of each
 * @property {number[]} memory percent
 * @property {(number | null)[]} received bytes per second
 * @property {(number | null)[]} sent
 * @property {(number | null)[]} read
 * @property {(number | null)[]} written
 * @property {(number | null)[]} gpu percent
 * @property {(number | null)[]} temperature
 */

const EVERY_MS = 1000;
const KEPT = 3600;
const COLUMNS = /** @type {const} */ ([
  'at',
  'cpu',
  'cores',
  'memory',
  'received',
  'sent',
  'read',
  'written',
  'gpu',
  'temperature',
]);

/** @returns {History} */
const nothing = () => /** @type {any} */ (Object.fromEntries(COLUMNS.map(name => [name, []])));

export const history = signal(nothing());
export const historyError = signal('');

/** Keeps the history of a machine fresh while its page is shown. @param {import('../types').Node} node @param {number} span seconds */
export function useHistory(node, span) {
  useEffect(() => {
    const state = { busy: false, gone: false };
    history.value = nothing();
    const read = async (/** @type {number} */ seconds) => {
      if (state.busy || document.hidden) return;
      state.busy = true;
      try {
        const more = node.this
          ? await get(`nodes/${encodeURIComponent(node.id)}/history?seconds=${seconds}`)
          : seen(node.id);
        if (!state.gone) history.value = joined(history.peek(), more);
        historyError.value = '';
      } catch (error) {
        historyError.value = error instanceof Error ? error.message : String(error);
      } finally {
        state.busy = false;
      }
    };
    void read(span);
    const timer = setInterval(() => void read(missing(span)), EVERY_MS);
    return () => {
      state.gone = true;
      clearInterval(timer);
    };
  }, [node.id, span]);
}

/** What this page saw of another machine: it tells its load, not its past. @param {string} id @returns {History} */
function seen(id) {
  const samples = loads.peek()[id] ?? [];
  const nothingOf = samples.map(() => null);
  return {
    at: samples.map(sample => sample.at),
    cpu: samples.map(sample => sample.cpu),
    cores: samples.map(() => []),
    memory: samples.map(sample => sample.memory),
    received: nothingOf,
    sent: nothingOf,
    read: nothingOf,
    written: nothingOf,
    gpu: nothingOf,
    temperature: nothingOf,
  };
}

/** How many seconds to ask for: what came after the newest sample, and a little more. @param {number} span */
function missing(span) {
  const newest = history.peek().at.at(-1);
  return newest ? Math.min(span, Math.ceil(Date.now() / 1000 - newest) + 2) : span;
}

/** @param {History} known @param {History} more @returns {History} */
function joined(known, more) {
  const newest = known.at.at(-1) ?? 0;
  const from = more.at.findIndex(at => at > newest);
  if (from < 0) return known;
  const entries = COLUMNS.map(name => [name, [...known[name], ...(more[name] ?? []).slice(from)].slice(-KEPT)]);
  return /** @type {any} */ (Object.fromEntries(entries));
}
