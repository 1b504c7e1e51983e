import { get } from '../api.js';
import { t } from '../i18n.js';
import { html, useEffect, useState } from '../lib.js';
import { isVideo } from '../status.js';
import { allJobs, job as find } from '../store.js';

/** @typedef {import('../types').Job} Job */
/** @typedef {import('../types').Unit} Unit */

const MOST = 200;

/** The units of the job to compare with. @param {string} id */
export function useOther(id) {
  const [found, setFound] = useState(/** @type {Unit[]} */ ([]));
  const rev = id ? find(id)?.rev : undefined;
  useEffect(() => {
    if (!id) return setFound([]);
    get(`jobs/${encodeURIComponent(id)}/units`).then(setFound, () => setFound([]));
  }, [id, rev]);
  return found;
}

/**
 * Which job to compare with, and where the line between the two stands.
 * @param {{job: Job, against: string, wipe: number, onAgainst: (id: string) => void, onWipe: (place: number) => void}} props
 */
export function CompareBar({ job, against, wipe, onAgainst, onWipe }) {
  const others = candidates(job);
  return html`<div class="view-bar" role="group" aria-label=${t('player.compare')}>
    <select class="control" aria-label=${t('player.compare')} value=${against} disabled=${!others.length} onChange=${(/** @type {Event} */ event) => onAgainst(/** @type {HTMLSelectElement} */ (event.target).value)}>
      <option value="">${others.length ? t('player.compare_none') : t('player.compare_nobody')}</option>
      ${others.map(other => html`<option key=${other.id} value=${other.id}>${other.name}</option>`)}
    </select>
    ${against && html`<input type="range" class="wipe-slider" min="0" max="100" value=${wipe} aria-label=${t('player.wipe')} aria-valuetext=${`${wipe} %`} onInput=${(/** @type {Event} */ event) => onWipe(Number(/** @type {HTMLInputElement} */ (event.target).value))} />`}
  </div>`;
}

/** Jobs with pictures; those of the same project first, then the nearest names. @param {Job} job */
function candidates(job) {
  const able = allJobs().filter(other => other.id !== job.id && !isVideo(other) && other.units.done > 0);
  const near = (/** @type {Job} */ other) => Number(other.project !== job.project);
  able.sort((a, b) => near(a) - near(b) || a.name.localeCompare(b.name, undefined, { numeric: true }));
  return able.slice(0, MOST);
}
