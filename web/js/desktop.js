// What only the window can do: the functions that pywebview hands to the page, or null in a browser.

/**
 * @typedef {object} Desktop
 * @property {(path: string) => void} open_folder
 * @property {() => Promise<string[]>} [choose_files]
 */

/** @returns {Desktop | null} */
export function desktop() {
  const api = /** @type {any} */ (globalThis).pywebview?.api;
  return api && typeof api.open_folder === 'function' ? api : null;
}
