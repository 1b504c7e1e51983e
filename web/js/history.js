// The last minutes of each machine's load, as the poll brought them: for the small curves of the sidebar.
import { signal } from './lib.js';
import { nodes } from './store.js';

const LENGTH = 40;
const EVERY_MS = 2000;

export const loads = signal(/** @type {Record<string, number[]>} */ ({}));

export function startHistory() {
  setInterval(() => document.hidden || sample(), EVERY_MS);
}

function sample() {
  const next = { ...loads.peek() };
  for (const node of nodes.peek()) {
    if (node.cpu_percent !== null && node.cpu_percent !== undefined)
      next[node.id] = [...(next[node.id] ?? []), node.cpu_percent].slice(-LENGTH);
  }
  loads.value = next;
}
