// What a person set up in this window. The browser keeps it; for windows that keep nothing (a private desktop view) the
// settings of the machine keep it too.
import { get, patch } from './api.js';
import { signal } from './lib.js';

const KEY = 'zordon.window';
const SAVE_AFTER_MS = 400;

/**
 * @typedef {object} Prefs
 * @property {string} [language]
 * @property {'auto' | 'dark' | 'light'} theme
 * @property {'cosy' | 'compact'} density
 * @property {number} sidebar
 * @property {number} inspector
 * @property {string[]} hiddenColumns
 * @property {boolean} split
 * @property {boolean} notify
 * @property {'ask' | 'background' | 'after' | 'quit'} closing what becomes of running jobs when the window closes
 * @property {string} pattern for names of new jobs
 * @property {string[]} cardsDone cards of the first run that are done with
 * @property {number} alertsSeen time in ms
 */

/** @type {Prefs} */
const DEFAULTS = {
  theme: 'auto',
  density: 'cosy',
  sidebar: 236,
  inspector: 460,
  hiddenColumns: ['priority', 'age'],
  split: true,
  notify: false,
  closing: 'ask',
  pattern: '{name}',
  cardsDone: [],
  alertsSeen: 0,
};
const state = { timer: 0 };

/** @returns {Partial<Prefs> | null} */
function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null');
  } catch {
    return null;
  }
}

export const prefs = signal(/** @type {Prefs} */ ({ ...DEFAULTS, ...stored() }));

/** A window that knows nothing of itself takes what the last one on this machine left. */
export async function recallPrefs() {
  if (stored() || !isHere()) return;
  try {
    const settings = await get('settings');
    if (settings.ui && typeof settings.ui === 'object') prefs.value = { ...DEFAULTS, ...settings.ui };
  } catch {
    // The defaults are fine.
  }
}

/** @param {Partial<Prefs>} changes */
export function setPrefs(changes) {
  prefs.value = { ...prefs.value, ...changes };
  keep();
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs.value));
  } catch {
    // The settings of the machine have it.
  }
  if (!isHere()) return;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => void patch('settings', { ui: prefs.peek() }).catch(() => {}), SAVE_AFTER_MS);
}

/** Whether the page is shown on the machine that serves it: only then are its habits that machine's business. */
function isHere() {
  return ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
}
