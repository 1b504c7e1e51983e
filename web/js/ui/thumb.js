import { thumbnail } from '../api.js';
import { h, html, useEffect, useState } from '../lib.js';
import { isVideo, unitTotal } from '../status.js';
import { Icon } from './icon.js';
import { fetchPicture, isSeen } from './picturequeue.js';

/** Twenty pictures for a whole job: the list need not fetch every frame that lands. */
const STEPS = 20;

/** The newest picture of a job; under the pointer the one of that place in the job. @param {{job: import('../types').Job}} props */
export function Thumb({ job }) {
  const [hover, setHover] = useState(/** @type {number | null} */ (null));
  const there = job.last_unit !== null || job.file_count > 0;
  const rev = Math.floor(job.units.done / Math.max(1, Math.floor(unitTotal(job) / STEPS)));
  const own = there ? thumbnail(job.id, { rev }) : '';
  const wanted = there && hover !== null ? thumbnail(job.id, { unit: hover, rev: `at.${rev}` }) : own;
  const shown = usePicture(wanted);
  if (!shown) return html`<span class="thumb blank">${h(Icon, { name: isVideo(job) ? 'film' : 'image' })}</span>`;
  const scrub = (/** @type {PointerEvent} */ event) => setHover(unitUnder(event, job));
  return html`<img class="thumb" alt="" decoding="async" draggable=${false} src=${shown} onPointerMove=${scrub} onPointerLeave=${() => setHover(null)} />`;
}

/** The last of the wanted pictures that came. @param {string} url */
function usePicture(url) {
  const [shown, setShown] = useState(isSeen(url) ? url : '');
  useEffect(() => {
    if (!url || url === shown) return undefined;
    if (isSeen(url)) return setShown(url);
    return fetchPicture(url, came => came && setShown(url));
  }, [url]);
  return shown;
}

/** @param {PointerEvent} event @param {import('../types').Job} job */
function unitUnder(event, job) {
  const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
  const share = Math.max(0, Math.min(0.999, (event.clientX - box.left) / box.width));
  const [first, last] = isVideo(job) ? [0, unitTotal(job) - 1] : [job.start_frame ?? 0, job.end_frame ?? 0];
  return Math.round(first + (last - first) * share);
}
