// Files dropped anywhere on the page open Add job; a stray drop never leads the page away.

import { openAddJob } from './addjob/draft.js';
import { desktop } from './desktop.js';
import { mayAct } from './farm.js';
import { signal } from './lib.js';

/** How long the window is given to tell the whole paths of dropped files, which a page never sees. */
const PATHS_MS = 500;

export const dragging = signal(false);
const depth = { value: 0 };
const late = { timer: 0 };

export function startDrops() {
  addEventListener('dragenter', event => carriesFiles(event) && show(1));
  addEventListener('dragleave', event => carriesFiles(event) && show(-1));
  addEventListener('dragover', event => carriesFiles(event) && event.preventDefault());
  addEventListener('drop', onDrop);
  addEventListener('zordon-files', onPaths);
}

/** @param {number} step */
function show(step) {
  depth.value = Math.max(0, depth.value + step);
  dragging.value = depth.value > 0 && mayAct();
}

/** @param {DragEvent} event */
function carriesFiles(event) {
  return event.dataTransfer?.types.includes('Files') || event.dataTransfer?.types.includes('text/uri-list');
}

/** @param {DragEvent} event */
function onDrop(event) {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  depth.value = 0;
  dragging.value = false;
  const files = [...(event.dataTransfer?.files ?? [])];
  // Some WebKit windows hand over addresses only.
  const paths = files.length ? [] : localPaths(event.dataTransfer?.getData('text/uri-list') ?? '');
  if (!files.length && !paths.length) return;
  if (desktop()) late.timer = setTimeout(() => openAddJob({ files, paths }), PATHS_MS);
  else openAddJob({ files, paths });
}

/** The window tells where the dropped files are: nothing needs to be copied. @param {Event} event */
function onPaths(event) {
  clearTimeout(late.timer);
  const paths = /** @type {CustomEvent<string[]>} */ (event).detail;
  if (Array.isArray(paths) && paths.length) openAddJob({ paths });
}

/** @param {string} list */
function localPaths(list) {
  const lines = list.split(/\r?\n/).filter(line => line.startsWith('file://'));
  return lines.map(line => decodeURIComponent(new URL(line).pathname));
}
