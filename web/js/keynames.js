// Keys as they are called on the keyboard: in the words of the window, and with Apple's signs on its machines.
import { hasWords, t } from './i18n.js';

const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);
const SIGNS = /** @type {Record<string, string>} */ ({ Ctrl: '⌘', Alt: '⌥', Shift: '⇧' });

/** @param {string} keys such as 'Ctrl K' */
export function keyNames(keys) {
  return keys.split(' ').filter(Boolean).map(nameOf);
}

/** @param {string} key */
function nameOf(key) {
  if (APPLE && key in SIGNS) return SIGNS[key];
  const word = `key.${key.toLowerCase()}`;
  return hasWords(word) ? t(word) : key;
}
