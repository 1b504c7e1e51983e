// Keys that work anywhere on the page. Single letters rest while somebody types.
import { runAction } from './actions.js';
import { openAddJob } from './addjob/draft.js';
import { chip, frozen, needle, setChip, setNeedle, visible } from './listing.js';
import { closeDrawer, closeMenu, dialog, drawer, menu } from './overlay.js';
import { go, route } from './router.js';
import { chosen, clearSelection, moveActive, selectAll, selected } from './selection.js';
import { CHIPS } from './status.js';
import { job } from './store.js';

/** @typedef {import('./types').Job} Job */

/** @returns {Job[]} */
export const chosenJobs = () =>
  chosen()
    .map(job)
    .filter(item => item !== undefined);

export function startKeys() {
  document.addEventListener('keydown', onKey);
  document.addEventListener('keyup', event => event.key === 'Shift' && thaw());
  addEventListener('blur', thaw);
}

function thaw() {
  frozen.value = Boolean(menu.peek());
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key === 'Shift') frozen.value = true;
  if (event.defaultPrevented) return;
  const run = modified(event) ?? (isTyping(event) || dialog.peek() || menu.peek() ? undefined : plain(event));
  if (run) {
    event.preventDefault();
    run();
  } else if (event.key === 'Escape') stepBack(event);
}

/** @param {KeyboardEvent} event @returns {(() => void) | undefined} */
function modified(event) {
  if (event.key === 'F6') return () => nextRegion(event.shiftKey ? -1 : 1);
  const key = event.key.toLowerCase();
  if (event.altKey && !isTyping(event) && !dialog.peek()) {
    if (event.key === 'ArrowUp') return () => void runAction('up', chosenJobs());
    if (event.key === 'ArrowDown') return () => void runAction('down', chosenJobs());
  }
  if (!event.ctrlKey && !event.metaKey) return undefined;
  if (key === 'k') return () => (dialog.value = dialog.peek() === 'palette' ? '' : 'palette');
  if (dialog.peek()) return undefined;
  if (key === 'n') return () => openAddJob();
  if (key === 'f') return focusFilter;
  if (key === ',') return () => go({ page: 'settings' });
  if (key === 'a' && !isTyping(event) && route.peek().page === 'jobs') return selectAll;
  return undefined;
}

/** @param {KeyboardEvent} event @returns {(() => void) | undefined} */
function plain(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (event.key === '?') return () => (dialog.value = 'help');
  if (event.key === '/') return focusFilter;
  if (event.key === 'n' || event.key === 'N') return () => openAddJob();
  if (route.peek().page !== 'jobs') return undefined;
  const view = CHIPS[Number(event.key) - 1];
  if (view) return () => setChip(view);
  return forJobs(event);
}

/** @param {KeyboardEvent} event @returns {(() => void) | undefined} */
function forJobs(event) {
  if (onControl(event)) return undefined;
  const key = event.key.toLowerCase();
  if (key === 'arrowdown' || key === 'arrowup') return () => moveActive(key === 'arrowdown' ? 1 : -1, event.shiftKey);
  const jobs = chosenJobs();
  if (!jobs.length) return undefined;
  if (key === ' ')
    return () => void runAction(jobs.some(item => item.status !== 'paused' && !ended(item)) ? 'pause' : 'resume', jobs);
  if (key === 'r') return () => void runAction(jobs.some(item => item.units.failed) ? 'retry' : 'restart', jobs);
  if (key === 'o') return () => void runAction('open', jobs);
  if (key === 'delete') return () => void runAction('remove', jobs);
  if (key === 'l' && !event.shiftKey) return inPlayer(event) ? undefined : () => go({ job: jobs[0].id, tab: 'log' });
  return undefined;
}

/** @param {Job} item */
const ended = item => ['completed', 'cancelled', 'error'].includes(item.status);

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** Whether the key belongs to a control under the focus. @param {KeyboardEvent} event */
function onControl(event) {
  const target = event.target;
  if (!(target instanceof HTMLElement) || target.closest('[role=grid]')) return false;
  return Boolean(
    target.closest(
      'button, a, input, [role=tab], [role=slider], [role=separator], [role=listbox], .player, [role=log]',
    ),
  );
}

/** @param {KeyboardEvent} event */
function inPlayer(event) {
  return event.target instanceof HTMLElement && event.target.closest('.player') !== null;
}

export function focusFilter() {
  if (route.peek().page !== 'jobs') go({ page: 'jobs' });
  requestAnimationFrame(() => /** @type {HTMLElement | null} */ (document.querySelector('#filter'))?.focus());
}

/** Closes what is nearest: menu, dialog (which hears of the key itself), drawer, selection, filter. @param {KeyboardEvent} event */
function stepBack(event) {
  if (menu.peek()) return closeMenu();
  if (dialog.peek()) return;
  if (drawer.peek()) return closeDrawer();
  if (event.target instanceof HTMLInputElement && event.target.id === 'filter') {
    if (needle.peek()) setNeedle('');
    return focusGrid();
  }
  if (selected.peek().size || route.peek().job) return clearSelection();
  if (needle.peek()) return setNeedle('');
  if (chip.peek() !== 'all') setChip('all');
}

/** The list; or the details, which cover it in a narrow window. */
export function focusGrid() {
  const places = [...(visible.peek().length ? ['[role=grid]'] : []), '#job-panel', 'main'];
  // What is hidden does not take it.
  places.find(place => {
    const element = /** @type {HTMLElement | null} */ (document.querySelector(place));
    element?.focus({ preventScroll: true });
    return element !== null && document.activeElement === element;
  });
}

/** @param {number} step */
function nextRegion(step) {
  const regions = [...document.querySelectorAll('[data-region]')].filter(
    region => /** @type {HTMLElement} */ (region).offsetParent,
  );
  const here = regions.findIndex(region => region.contains(document.activeElement));
  const next = regions[(here + step + regions.length) % regions.length];
  const inside = [
    ...(next?.querySelectorAll('[tabindex="0"], button:not([tabindex="-1"]), a[href], input:not([tabindex="-1"])') ??
      []),
  ];
  const first = /** @type {HTMLElement[]} */ (inside).find(
    element => element.offsetParent && !(/** @type {any} */ (element).disabled),
  );
  first?.focus();
}
