// Addresses after the #: /jobs/<id>/<tab>?show=failed&find=text, /machine/<id>. They can be shared and survive a reload.
import { computed, signal } from './lib.js';

/** @typedef {'jobs' | 'engines' | 'settings' | 'presets' | 'machine' | 'farm'} Page */
/**
 * @typedef {object} Route
 * @property {Page} page
 * @property {string} job
 * @property {string} tab
 * @property {string} node the machine that its page shows
 * @property {URLSearchParams} query
 */

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});
addEventListener('popstate', () => {
  hash.value = location.hash;
});

/** @type {Page[]} */
const PAGES = ['jobs', 'engines', 'settings', 'presets', 'machine', 'farm'];
export const TABS = ['overview', 'frames', 'log', 'files', 'settings'];

export const route = computed(() => {
  const [path, query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  const [page = '', item = '', tab = ''] = path.split('/').map(decodeURIComponent);
  /** @type {Route} */
  const found = {
    page: PAGES.find(name => name === page) ?? 'jobs',
    job: page === 'jobs' ? item : '',
    tab: TABS.includes(tab) ? tab : 'overview',
    node: page === 'machine' ? item : '',
    query: new URLSearchParams(query),
  };
  return found;
});

/** @param {Partial<{page: Page, job: string, tab: string, node: string, query: Record<string, string>}>} change */
export function go(change) {
  const present = route.peek();
  const moves = change.page !== undefined && change.page !== present.page;
  const next = { ...present, ...change, query: new URLSearchParams(present.query) };
  if (moves) next.query.delete('at');
  if (moves && change.job === undefined) next.job = '';
  for (const [key, value] of Object.entries(change.query ?? {})) {
    if (value) next.query.set(key, value);
    else next.query.delete(key);
  }
  const text = addressOf(next);
  if (text === location.hash) return;
  history[moves ? 'pushState' : 'replaceState'](null, '', text);
  hash.value = text;
}

/** @param {Route} wanted */
function addressOf({ page, job, tab, node, query }) {
  const inside = { jobs: [job, job && tab !== 'overview' ? tab : ''], machine: [node] };
  const parts = [page, ...(inside[/** @type {keyof typeof inside} */ (page)] ?? [])];
  return `#/${parts.filter(Boolean).map(encodeURIComponent).join('/')}${String(query) && `?${query}`}`;
}
