// What the sites of the engines offer, and what they said when they were asked.
import { get, post } from '../api.js';
import { signal } from '../lib.js';
import { complain } from '../overlay.js';

/** @typedef {{name: string, label: string, engine: string, checked_at: string | null, age_seconds: number | null, problem: string, about: string, count: number}} Site */

const ENGINES = ['blender', 'ffmpeg'];

export const offers = signal(/** @type {import('./rows.js').Available[]} */ ([]));
export const sites = signal(/** @type {Site[]} */ ([]));
export const asking = signal(false);
/** Whether the lists were read at least once. */
export const offersKnown = signal(false);

export async function readOffers() {
  asking.value = true;
  try {
    const lists = await Promise.allSettled(ENGINES.map(engine => get(`engines/available?engine=${engine}`)));
    offers.value = lists.flatMap(list => (list.status === 'fulfilled' ? list.value : []));
    sites.value = await get('engines/sources');
  } catch {
    sites.value = [];
  }
  offersKnown.value = true;
  asking.value = false;
}

/** Asks the sites now, whatever the age of their lists. */
export async function refreshOffers() {
  asking.value = true;
  try {
    await post('engines/refresh');
  } catch (error) {
    complain(error);
  }
  await readOffers();
}
