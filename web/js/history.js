// The last minutes of each machine's load: for the small curves of the sidebar.
import { get } from './api.js';
import { signal } from './lib.js';
import { link, nodes, setNodes } from './store.js';

const KEPT = 1440;
const EVERY_MS = 2500;

export const loads = signal(/** @type {Record<string, {at: number, cpu: number, memory: number}[]>} */ ({}));

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
  const at = Date.now() / 1000;
  const next = { ...loads.peek() };
  for (const node of nodes.peek()) {
    const load = node.cpu_percent;
    if (load !== null && load !== undefined)
      next[node.id] = [...(next[node.id] ?? []), { at, cpu: load, memory: node.memory_percent ?? 0 }].slice(-KEPT);
  }
  loads.value = next;
}
