// The farm as its members see it: who belongs to it, who was found, who asks to join.
import { ApiError, get, post } from './api.js';
import { t } from './i18n.js';
import { signal } from './lib.js';
import { complain } from './overlay.js';
import { link } from './store.js';

/**
 * @typedef {object} Member
 * @property {string} id
 * @property {string} name
 * @property {boolean} this
 * @property {boolean} online
 * @property {string} reason
 * @property {string} address
 * @property {string | null} since it answers, or does not
 * @property {string} version
 * @property {string} fingerprint
 * @property {number | null} skew_seconds
 */
/**
 * @typedef {object} Asking
 * @property {string} id
 * @property {string} name
 * @property {string} address
 * @property {string} digits the same six stand on the other screen
 * @property {number} seconds_left
 */
/**
 * @typedef {object} Farm
 * @property {string} id
 * @property {string} farm
 * @property {string} name
 * @property {string} fingerprint
 * @property {boolean} lan
 * @property {boolean} looking whether machines nearby are looked for
 * @property {number | null} code_seconds for which a code for a browser is good; null: there is none
 * @property {string[]} urls for browsers on other machines
 * @property {Member[]} members
 * @property {{mode: 'ask' | 'open' | 'always', seconds_left: number | null}} door
 * @property {Asking[]} pending
 * @property {{address: string, state: string, name: string, digits: string, reason: string, about: string} | null} joining
 * @property {{id: string, name: string, address: string, farm: string, open: boolean}[]} hints found, nothing of it proven
 * @property {{id: string, at: string, text: string}[]} notices
 * @property {{role: string, node: string}} you
 */

const EVERY_MS = 5000;
const SOON_MS = 1000;

export const farm = signal(/** @type {Farm | null} */ (null));
/** A node that was started without a network has no farm to tell of. */
const state = { absent: false };
/** Why there is nothing to show. */
export const farmError = signal('');

/** Of whoever looks, as the machine last said; nothing before it has: an answer that fails gives nobody a right. */
const role = signal('');

/** Whether whoever looks may also act: browsers that were let in to look may not. */
export function mayAct() {
  return !['', 'view'].includes(role.value);
}

/** Why not, in words. */
export function whyNotAct() {
  return role.peek() ? t('word.only_looking') : farmError.peek();
}

/** Settings are changed at the machine itself. */
export function isAtMachine() {
  return role.value === 'local';
}

/** Who belongs to the farm is decided at the machine itself. */
export function mayManage() {
  return farm.value?.you?.role === 'local';
}

/** Comes when it is known who looks, or that nobody says. */
export function startFarm() {
  setInterval(() => document.hidden || state.absent || link.peek() !== 'live' || void readFarm(), EVERY_MS);
  setInterval(() => document.hidden || !isMoving() || void readFarm(), SOON_MS);
  return readFarm();
}

/** While somebody compares digits, every second counts. */
function isMoving() {
  const present = farm.peek();
  return Boolean(present && (present.pending.length || present.joining || present.code_seconds));
}

export async function readFarm() {
  try {
    farm.value = await get('farm');
    role.value = farm.value?.you.role ?? '';
    farmError.value = '';
  } catch (error) {
    farm.value = null;
    farmError.value = error instanceof Error ? error.message : String(error);
    state.absent = error instanceof ApiError && error.status === 404;
    // Where there is no farm to tell of, nobody else can look.
    if (state.absent) role.value = 'local';
  }
}

/** @param {string} action @param {Record<string, unknown>} [body] @returns {Promise<any>} null when it was refused */
export async function actOnFarm(action, body = {}) {
  try {
    const answer = await post(`farm/${action}`, body);
    void readFarm();
    return answer;
  } catch (error) {
    complain(error);
    return null;
  }
}
