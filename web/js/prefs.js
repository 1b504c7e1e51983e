// What a person set up in this window: kept by the browser, so that it is there at the next start.
import { signal } from './lib.js';

const KEY = 'zordon.window';

/**
 * @typedef {object} Prefs
 * @property {string} [language]
 * @property {'auto' | 'dark' | 'light'} theme
 * @property {'cosy' | 'compact'} density
 * @property {number} sidebar
 * @property {number} inspector
 * @property {boolean} inspectorOpen
 * @property {string[]} hiddenColumns
 * @property {boolean} split
 * @property {boolean} guideDone
 */

/** @type {Prefs} */
const DEFAULTS = {
  theme: 'auto',
  density: 'cosy',
  sidebar: 236,
  inspector: 460,
  inspectorOpen: true,
  hiddenColumns: ['priority', 'age'],
  split: true,
  guideDone: false,
};

/** @returns {Prefs} */
function stored() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return { ...DEFAULTS };
  }
}

export const prefs = signal(stored());

/** @param {Partial<Prefs>} changes */
export function setPrefs(changes) {
  prefs.value = { ...prefs.value, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs.value));
  } catch {
    // A browser that keeps nothing still works; the choice lasts until the page closes.
  }
}
