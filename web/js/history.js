// The last minutes of each machine's load: for the small curves of the sidebar.
import { get } from './api.js';
import { signal } from './lib.js';
import { link, nodes, setNodes } from './store.js';

const LENGTH = 40;
const EVERY_MS = 2500;

export const loads = signal(/** @type {Record<string, number[]>} */ ({}));

export function startHistory() {
  setInterval(() => document.hidden || link.peek() !== 'live' || void sample(), EVERY_MS);
}

/** The poll tells of machines only when a job changes, so they are asked for by themselves. */
async function sample() {
  try {
    setNodes(await get('nodes'));
  } catch {
    return; // The poll notices and tells.
  }
  const next = { ...loads.peek() };
  for (const node of nodes.peek()) {
    const load = node.cpu_percent;
    if (load !== null && load !== undefined) next[node.id] = [...(next[node.id] ?? []), load].slice(-LENGTH);
  }
  loads.value = next;
}
