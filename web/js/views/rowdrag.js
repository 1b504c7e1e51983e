// Rows are dragged to another place in the queue. Alt with the arrow keys does the same.

import { mayAct } from '../farm.js';
import { t } from '../i18n.js';
import { useEffect, useRef, useState } from '../lib.js';
import { frozen, peekJob, sorting, visible } from '../listing.js';
import { say, toast } from '../overlay.js';
import { moveBeside } from '../perform.js';
import { chosen, selected } from '../selection.js';
import { isEnded } from '../status.js';

/** @typedef {import('../types').Job} Job */

const FAR = 6;
const EDGE = 40;

/**
 * @param {{current: HTMLElement | null}} box the scroller
 * @param {number} height of a row
 * @param {number} head of the header
 */
export function useRowDrag(box, height, head) {
  const [line, setLine] = useState(/** @type {number | null} */ (null));
  const drag = useRef(/** @type {{id: string, x: number, y: number, on: boolean, target: number} | null} */ (null));

  const stop = (/** @type {boolean} */ drop) => {
    const ended = drag.current;
    drag.current = null;
    if (!ended?.on) return;
    frozen.value = false;
    setLine(null);
    if (drop) finish(ended.id, ended.target);
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener('click', swallow, { capture: true }));
  };
  const move = (/** @type {PointerEvent} */ event) => {
    const state = drag.current;
    const element = box.current;
    if (!state || !element) return;
    if (!state.on && Math.hypot(event.clientX - state.x, event.clientY - state.y) < FAR) return;
    if (!state.on && !begin(state.id)) return stop(false);
    state.on = true;
    frozen.value = true;
    const area = element.getBoundingClientRect();
    if (event.clientY < area.top + head + EDGE) element.scrollTop -= height / 4;
    if (event.clientY > area.bottom - EDGE) element.scrollTop += height / 4;
    state.target = placeUnder((event.clientY - area.top - head + element.scrollTop) / height);
    setLine(state.target);
  };
  useEffect(() => {
    const up = () => stop(true);
    const key = (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && drag.current?.on && stop(false);
    addEventListener('pointermove', move);
    addEventListener('pointerup', up);
    addEventListener('pointercancel', up);
    addEventListener('keydown', key, true);
    return () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
      removeEventListener('pointercancel', up);
      removeEventListener('keydown', key, true);
    };
  }, [height, head]);

  const onPointerDown = (/** @type {PointerEvent} */ event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = target.closest('[data-job]');
    if (event.button !== 0 || event.pointerType === 'touch' || !(row instanceof HTMLElement)) return;
    if (target.closest('.hit, .row-menu') || event.shiftKey || event.ctrlKey || event.metaKey) return;
    drag.current = { id: row.dataset.job ?? '', x: event.clientX, y: event.clientY, on: false, target: 0 };
  };
  return { line, onPointerDown };
}

/** @param {Event} event */
function swallow(event) {
  event.stopPropagation();
}

/** Whether the row may be dragged; says why not. @param {string} id */
function begin(id) {
  const job = peekJob(id);
  if (!job || isEnded(job) || !mayAct()) return false;
  if (!sorting.peek().column) return true;
  toast(t('drag.sorted'), { tone: 'info' });
  return false;
}

/** Between which rows; ended jobs have no place in the queue. @param {number} row */
function placeUnder(row) {
  const open = visible.peek().filter(id => {
    const job = peekJob(id);
    return job && !isEnded(job);
  });
  return Math.max(0, Math.min(open.length, Math.round(row)));
}

/** @param {string} id @param {number} target */
function finish(id, target) {
  const ids = visible.peek();
  const moved = (selected.peek().has(id) ? chosen() : [id]).map(peekJob).filter(job => job && !isEnded(job));
  const jobs = /** @type {Job[]} */ (moved);
  const own = new Set(jobs.map(job => job.id));
  const after = ids.slice(target).find(other => !own.has(other) && !isEnded(/** @type {Job} */ (peekJob(other))));
  const before = ids.slice(0, target).findLast(other => !own.has(other));
  if (after) void moveBeside(jobs, 'before', after);
  else if (before) void moveBeside(jobs, 'after', before);
  say(t('drag.moved', { n: jobs.length, place: target + 1 }));
}
