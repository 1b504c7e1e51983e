// The rows that are chosen, and the one that keys move.
import { batch, computed, effect, signal } from './lib.js';
import { setChip, setNeedle, visible } from './listing.js';
import { go, route } from './router.js';
import { job, shape } from './store.js';

export const selected = signal(/** @type {ReadonlySet<string>} */ (new Set()));
export const active = signal('');
const anchor = { id: '' };

/** The job that the inspector shows: the one in the address. */
export const shown = computed(() => {
  shape.value;
  return route.value.page === 'jobs' && job(route.value.job) ? route.value.job : '';
});

/** A link that names a job chooses its row too, so that what is done is done to the job that is seen. */
effect(() => {
  const id = shown.value;
  if (id && !selected.peek().has(id)) {
    selected.value = new Set([id]);
    active.value = id;
  }
});

/** @returns {string[]} chosen jobs in the order of the list */
export function chosen() {
  const ids = visible.peek().filter(id => selected.peek().has(id));
  if (ids.length) return ids;
  return shown.peek() ? [shown.peek()] : [];
}

/** @param {string} id */
export function pickOne(id) {
  anchor.id = id;
  batch(() => {
    selected.value = new Set([id]);
    active.value = id;
    go({ page: 'jobs', job: id });
  });
}

/** A job that was just added, whatever the list shows. @param {string} id */
export function pickNew(id) {
  if (!visible.peek().includes(id)) {
    setChip('all');
    setNeedle('');
  }
  pickOne(id);
}

/** @param {string} id */
export function toggle(id) {
  const next = new Set(selected.peek());
  if (!next.delete(id)) next.add(id);
  anchor.id = id;
  batch(() => {
    selected.value = next;
    active.value = id;
    if (next.size === 1) go({ page: 'jobs', job: [...next][0] });
  });
}

/** @param {string} id */
export function extendTo(id) {
  const ids = visible.peek();
  const from = ids.indexOf(anchor.id || active.peek() || id);
  const to = ids.indexOf(id);
  batch(() => {
    selected.value = new Set(ids.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1));
    active.value = id;
  });
}

export function selectAll() {
  selected.value = new Set(visible.peek());
}

export function clearSelection() {
  batch(() => {
    selected.value = new Set();
    go({ page: 'jobs', job: '' });
  });
}

/**
 * @param {number | 'first' | 'last'} step
 * @param {boolean} extend
 */
export function moveActive(step, extend) {
  const ids = visible.peek();
  if (!ids.length) return;
  const here = ids.indexOf(active.peek());
  const wanted = step === 'first' ? 0 : step === 'last' ? ids.length - 1 : here < 0 ? 0 : here + step;
  const id = ids[Math.max(0, Math.min(ids.length - 1, wanted))];
  extend ? extendTo(id) : pickOne(id);
}
