// Downloads of other machines, read as long as somebody looks at them.
import { elsewhere, isMoving, readElsewhere } from '../downloads.js';
import { link, nodes } from '../store.js';

/** @typedef {import('../types').Node} Node */

const SOON_MS = 1000;
/** Machines that fetch nothing, as far as known, are asked only every so many times. */
const SELDOM = 10;

/** Reads them now and then again and again; how to end that. */
export function watchElsewhere() {
  const reading = /** @type {Set<string>} */ (new Set());
  let turn = 0;
  const look = () => {
    if (document.hidden || link.peek() !== 'live') return;
    const all = turn++ % SELDOM === 0;
    for (const node of nodes.peek())
      if (!node.this && node.state !== 'offline' && (all || fetches(node)) && !reading.has(node.id)) {
        reading.add(node.id);
        void readElsewhere(node.id).then(() => reading.delete(node.id));
      }
  };
  look();
  const timer = setInterval(look, SOON_MS);
  return () => clearInterval(timer);
}

/** @param {Node} node */
function fetches(node) {
  const states = Object.values(node.builds).flatMap(versions => Object.values(versions));
  return states.includes('downloading') || (elsewhere.peek()[node.id] ?? []).some(isMoving);
}
