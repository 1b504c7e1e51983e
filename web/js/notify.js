// Tells of what a person waits for: a job finished, a job failed. Once for an event, however many pages are open.

import { desktop } from './desktop.js';
import { t } from './i18n.js';
import { prefs } from './prefs.js';
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
  if (before.status === after.status || !['completed', 'error'].includes(after.status)) return;
  if (!prefs.peek().notify || !(await claimFirst(`${after.id}.${after.status}.${after.ended_at}`))) return;
  const text =
    after.status === 'completed' ? t('notice.done', { name: after.name }) : t('notice.failed', { name: after.name });
  tell(text, after.status === 'error' ? after.reason : '', after.id);
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
