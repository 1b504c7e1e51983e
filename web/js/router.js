// Addresses after the #: /jobs/<id>/<tab>?show=failed&find=text. Links can be shared and survive a reload.
import { computed, signal } from './lib.js';

/**
 * @typedef {object} Route
 * @property {'jobs' | 'engines' | 'settings'} page
 * @property {string} job
 * @property {string} tab
 * @property {URLSearchParams} query
 */

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const TABS = ['overview', 'frames', 'log', 'files', 'settings'];

export const route = computed(() => {
  const [path, query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  const [page = '', job = '', tab = ''] = path.split('/').map(decodeURIComponent);
  /** @type {Route} */
  const found = {
    page: page === 'engines' || page === 'settings' ? page : 'jobs',
    job: page === 'jobs' ? job : '',
    tab: TABS.includes(tab) ? tab : 'overview',
    query: new URLSearchParams(query),
  };
  return found;
});

/** @param {Partial<{page: string, job: string, tab: string, query: Record<string, string>}>} change */
export function go(change) {
  const present = route.peek();
  const page = change.page ?? present.page;
  const job = change.job ?? (change.page && change.page !== 'jobs' ? '' : present.job);
  const tab = change.tab ?? present.tab;
  const query = new URLSearchParams(present.query);
  for (const [key, value] of Object.entries(change.query ?? {})) value ? query.set(key, value) : query.delete(key);
  const path = page === 'jobs' ? ['jobs', job, job && tab !== 'overview' ? tab : ''] : [page];
  const text = `#/${path.filter(Boolean).map(encodeURIComponent).join('/')}${query.size ? `?${query}` : ''}`;
  if (text === location.hash) return;
  const step = change.page && change.page !== present.page ? 'pushState' : 'replaceState';
  history[step](null, '', text);
  hash.value = text;
}
