// Tells of what a person waits for: a job finished, a job failed. Once for an event, however many pages are open.

import { desktop } from './desktop.js';
import { t } from './i18n.js';
import { prefs } from './prefs.js';
import { reasonWords } from './reasons.js';
import { job as find, onChange } from './store.js';

/** @typedef {import('./types').Job} Job */

const KEY = 'zordon.told';
const KEPT = 200;
const SEEN_BY_ALL_MS = 10_000;

export function startNotices() {
  onChange(changes => {
    for (const { before, after } of changes) if (before) void consider(before, after);
  });
}

/** @param {Job} before @param {Job} after */
async function consider(before, after) {
  const event = whatHappened(before, after);
  if (!event || !prefs.peek().notify) return;
  if (!(await claimFirst(`${after.id}.${event}.${after.ended_at ?? after.started_at}`))) return;
  tell(t(`notice.${event}`, { name: after.name }), aboutEvent(event, after), after.id);
}

/** @param {string} event @param {Job} job */
function aboutEvent(event, job) {
  if (event === 'failed') return reasonWords(job.reason);
  return event === 'done' && job.warnings.length ? t('status.warnings', { n: job.warnings.length }) : '';
}

/** The same events as the hooks of the node. @param {Job} before @param {Job} after */
function whatHappened(before, after) {
  if (before.status !== after.status && after.status === 'completed') return 'done';
  if (before.status !== after.status && after.status === 'error') return 'failed';
  const isFirst = after.units.failed > 0 && before.units.failed === 0;
  return isFirst && !['paused', 'cancelled'].includes(after.status) ? 'first_failure' : null;
}

/**
 * Whether this page is the first that tells of an event. What one page stores, others see only a moment later; a lock
 * they see at once, so it is held until they have.
 * @param {string} event
 */
function claimFirst(event) {
  if (!navigator.locks) return Promise.resolve(claim(event));
  return new Promise(resolve => {
    void navigator.locks.request(`${KEY}.${event}`, { ifAvailable: true }, lock => {
      resolve(lock !== null && claim(event));
      return lock && new Promise(done => setTimeout(done, SEEN_BY_ALL_MS));
    });
  });
}

/** @param {string} event */
function claim(event) {
  try {
    const told = /** @type {string[]} */ (JSON.parse(localStorage.getItem(KEY) ?? '[]'));
    if (told.includes(event)) return false;
    localStorage.setItem(KEY, JSON.stringify([...told, event].slice(-KEPT)));
    return true;
  } catch {
    return true;
  }
}

/** @param {string} title @param {string} text @param {string} id */
function tell(title, text, id) {
  const window = desktop();
  if (window) return void window.notify(title, text);
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const notice = new Notification(title, { body: text, tag: id });
  notice.onclick = () => {
    focus();
    if (find(id)) location.hash = `#/jobs/${encodeURIComponent(id)}`;
  };
}

/** Whether this page could tell anything while nobody looks at it. */
export function canNotify() {
  return Boolean(desktop()) || ('Notification' in globalThis && Notification.permission === 'granted');
}

/** Asks the browser, where it wants to be asked. @returns {Promise<boolean>} */
export async function allowNotices() {
  if (desktop()) return true;
  if (!('Notification' in globalThis)) return false;
  return (await Notification.requestPermission()) === 'granted';
}
