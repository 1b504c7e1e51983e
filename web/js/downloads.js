// Downloads of engines: what is on its way, and how to start, hold and end it.
import { get, post } from './api.js';
import { loadEngines } from './catalogue.js';
import { signal } from './lib.js';
import { complain } from './overlay.js';
import { link } from './store.js';

/**
 * @typedef {object} Download
 * @property {string} id
 * @property {string} engine
 * @property {string} version
 * @property {string} state
 * @property {number} done bytes
 * @property {number} size bytes; 0 when nobody knows
 * @property {number} rate bytes per second
 * @property {number | null} left seconds
 * @property {string} error
 */

export const downloads = signal(/** @type {Download[]} */ ([]));

/** @param {string} engine @param {string} version */
export async function startDownload(engine, version) {
  try {
    await post('engines/download', { engine, version });
  } catch (error) {
    complain(error);
  }
  void loadEngines();
  void get;
  void link;
}
