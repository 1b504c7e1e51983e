// Which jobs the list shows, and in which order.
import { computed, signal, untracked } from './lib.js';
import { go, route } from './router.js';
import { CHIPS, groupOf, isEnded } from './status.js';
import { allJobs, job, leaving, nodes, pulse, shape } from './store.js';

/** @typedef {import('./types').Job} Job */

export const chip = computed(() => {
  const wanted = route.value.query.get('show') ?? 'all';
  return /** @type {string} */ (CHIPS.includes(/** @type {any} */ (wanted)) ? wanted : 'all');
});
export const needle = computed(() => route.value.query.get('find') ?? '');
export const machineFilter = computed(() => route.value.query.get('machine') ?? '');
export const sorting = computed(() => {
  const [column = '', direction = ''] = (route.value.query.get('sort') ?? '').split('.');
  return { column, descending: direction === 'down' };
});

/** @param {string} name */
export const setChip = name => go({ page: 'jobs', query: { show: name === 'all' ? '' : name } });
/** @param {string} text */
export const setNeedle = text => go({ page: 'jobs', query: { find: text } });
/** @param {string} id */
export const setMachine = id => go({ page: 'jobs', query: { machine: id === machineFilter.peek() ? '' : id } });

/** @param {string} column */
export function sortBy(column) {
  const { column: present, descending } = sorting.peek();
  if (present !== column) return go({ query: { sort: `${column}.up` } });
  return go({ query: { sort: descending ? '' : `${column}.down` } });
}

export const counts = computed(() => {
  shape.value;
  const found = /** @type {Record<string, number>} */ (Object.fromEntries(CHIPS.map(name => [name, 0])));
  for (const item of allJobs()) {
    if (leaving.value.has(item.id)) continue;
    found.all += 1;
    found[groupOf(item)] += 1;
  }
  return found;
});

/** While true the order stands still: Shift is held, a menu is open or a row is dragged. */
export const frozen = signal(false);
const last = { ids: /** @type {string[]} */ ([]) };

export const visible = computed(() => {
  shape.value;
  if (sorting.value.column === 'progress' || sorting.value.column === 'eta') pulse.value;
  const wanted = allJobs().filter(matches).sort(comparer());
  last.ids = frozen.value ? settle(wanted.map(item => item.id)) : wanted.map(item => item.id);
  return last.ids;
});

/** @param {string[]} ids */
function settle(ids) {
  const present = new Set(ids);
  const kept = last.ids.filter(id => present.has(id));
  const known = new Set(kept);
  return [...kept, ...ids.filter(id => !known.has(id))];
}

/** @param {Job} item */
function matches(item) {
  if (leaving.value.has(item.id)) return false;
  if (chip.value !== 'all' && groupOf(item) !== chip.value) return false;
  if (machineFilter.value && !worksOn(item, machineFilter.value)) return false;
  const text = needle.value.trim().toLocaleLowerCase();
  return !text || searched(item).includes(text);
}

/** @param {Job} item @param {string} node */
function worksOn(item, node) {
  return nodes.value.some(
    entry => entry.id === node && (entry.jobs.includes(item.id) || item.machines.some(part => part.node === node)),
  );
}

/** @param {Job} item */
function searched(item) {
  return [item.name, item.engine, item.engine_version, ...machinesOf(item)].join(' ').toLocaleLowerCase();
}

/** @returns {(a: Job, b: Job) => number} */
function comparer() {
  const { column, descending } = sorting.value;
  const by = COLUMN_ORDER[column];
  if (!by) return queueOrder;
  return (a, b) => (descending ? by(b, a) : by(a, b)) || queueOrder(a, b);
}

/** Work first, as the farm will take it; then what has ended, newest first. @param {Job} a @param {Job} b */
function queueOrder(a, b) {
  const ended = Number(isEnded(a)) - Number(isEnded(b));
  if (ended) return ended;
  if (isEnded(a)) return (b.ended_at ?? '').localeCompare(a.ended_at ?? '') || a.order - b.order;
  return b.priority - a.priority || a.order - b.order || a.created_at.localeCompare(b.created_at);
}

/** @type {Record<string, (a: Job, b: Job) => number>} */
const COLUMN_ORDER = {
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  status: (a, b) => CHIPS.indexOf(/** @type {any} */ (groupOf(a))) - CHIPS.indexOf(/** @type {any} */ (groupOf(b))),
  progress: (a, b) => a.progress - b.progress,
  eta: (a, b) => (a.eta_seconds ?? Number.POSITIVE_INFINITY) - (b.eta_seconds ?? Number.POSITIVE_INFINITY) || 0,
  priority: (a, b) => a.priority - b.priority,
  age: (a, b) => b.created_at.localeCompare(a.created_at),
};

/** Names of the machines that made units of a job or have some in hand; help for others is this machine's. @param {Job} item */
export function machinesOf(item) {
  if (item.parent) return nodes.value.filter(node => node.this && node.jobs.includes(item.id)).map(node => node.name);
  return item.machines.map(part => part.name);
}

/** @param {string} id */
export function nodeName(id) {
  return nodes.value.find(node => node.id === id)?.name ?? (id.length > 16 ? `${id.slice(0, 8)}…` : id);
}

/** @param {string} id */
export const peekJob = id => untracked(() => job(id));
