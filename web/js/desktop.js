// What only the window can do: the functions that pywebview hands to the page. In a browser there are none of them.
import { signal } from './lib.js';

/**
 * @typedef {object} Desktop
 * @property {() => Promise<string[]>} choose_files
 * @property {() => Promise<string | null>} choose_folder
 * @property {(path: string) => Promise<unknown>} open_path
 * @property {(path: string) => Promise<unknown>} reveal
 * @property {(title: string, text: string) => Promise<unknown>} notify
 * @property {(text: string) => Promise<unknown>} set_title
 * @property {(choice: 'background' | 'after' | 'quit' | 'stay') => Promise<unknown>} answer_closing
 */

const api = signal(found());

/** The window hands its functions over some time after the page has loaded. */
export function startDesktop() {
  addEventListener('pywebviewready', () => {
    api.value = found();
  });
}

/** @returns {Desktop | null} */
export function desktop() {
  return api.value;
}

/** @returns {Desktop | null} */
function found() {
  const given = /** @type {any} */ (globalThis).pywebview?.api;
  return given && typeof given.open_path === 'function' ? given : null;
}
