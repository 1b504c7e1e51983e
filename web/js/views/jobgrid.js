import { menuItems } from '../actions.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useLayoutEffect, useState } from '../lib.js';
import { sortBy, sorting, visible } from '../listing.js';
import { openMenu, say } from '../overlay.js';
import { prefs } from '../prefs.js';
import {
  active,
  chosen,
  clearSelection,
  extendTo,
  moveActive,
  pickOne,
  selectAll,
  selected,
  toggle,
} from '../selection.js';
import { job } from '../store.js';
import { Icon } from '../ui/icon.js';
import { useWindow } from '../ui/virtual.js';
import { shownColumns, tracksOf } from './columns.js';
import { JobRow } from './jobrow.js';
import { useRowDrag } from './rowdrag.js';

const HEAD = 34;

/** @typedef {import('./columns.js').Column} Column */

export function JobGrid() {
  const ids = visible.value;
  const height = prefs.value.density === 'compact' ? 34 : 52;
  const [width, setWidth] = useState(720);
  const { box, first, last, places, isFlung, onScroll, reveal } = useWindow(ids.length, height, HEAD);
  useEffect(() => watchWidth(box.current, setWidth), []);
  const here = ids.indexOf(active.value);
  useLayoutEffect(() => reveal(here), [active.value, here, reveal]);
  useEffect(() => {
    if (selected.value.size > 1) say(t('selection.count', { n: selected.value.size }));
  }, [selected.value]);
  const columns = shownColumns(prefs.value.hiddenColumns, width);
  const drag = useRowDrag(box, height, HEAD);
  return html`<div
    class="grid"
    role="grid"
    ref=${box}
    tabindex="0"
    aria-label=${t('region.jobs')}
    aria-rowcount=${ids.length + 1}
    aria-multiselectable="true"
    aria-activedescendant=${here >= first && here < last ? `job-${active.value}` : undefined}
    style=${{ '--tracks': tracksOf(columns) }}
    onScroll=${onScroll}
    onPointerDown=${drag.onPointerDown}
    onClick=${onClick}
    onDblClick=${focusInspector}
    onContextMenu=${onContextMenu}
    onKeyDown=${onKeyDown(height, box.current?.clientHeight ?? 600)}
  >
    ${h(Head, { columns })}
    <div class="rows" role="rowgroup" style=${{ height: `${ids.length * height}px` }}>
      ${ids.slice(first, last).map((id, index) => h(JobRow, { id, index: first + index, height, columns, light: isFlung, key: (first + index) % places }))}
      ${drag.line === null ? null : html`<div class="drop-line" aria-hidden="true" style=${{ transform: `translateY(${drag.line * height}px)` }}></div>`}
    </div>
  </div>`;
}

/** @param {Element | null} element @param {(width: number) => void} onWidth */
function watchWidth(element, onWidth) {
  if (!element) return undefined;
  const watcher = new ResizeObserver(() => onWidth(element.clientWidth));
  watcher.observe(element);
  return () => watcher.disconnect();
}

/** @param {{columns: Column[]}} props */
function Head({ columns }) {
  const all = visible.value.length > 0 && selected.value.size >= visible.value.length;
  return html`<div class="head" role="rowgroup">
    <div class="row" role="row" aria-rowindex="1">
      ${columns.map(column => {
        const own = sorting.value.column === column.id;
        const order = own ? (sorting.value.descending ? 'descending' : 'ascending') : undefined;
        if (column.id === 'select') {
          return html`<div role="columnheader" key="select" class="cell col-select"><label class="hit"><input type="checkbox" tabindex="-1" aria-label=${t('selection.all')} checked=${all} onChange=${() => (all ? clearSelection() : selectAll())} /></label></div>`;
        }
        if (!column.sortable) {
          const label = t(`column.${column.id}`);
          return html`<div role="columnheader" key=${column.id} class=${`cell col-${column.id}`}>${column.id === 'menu' ? html`<span class="visually-hidden">${label}</span>` : label}</div>`;
        }
        return html`<div role="columnheader" key=${column.id} class=${`cell col-${column.id}`} aria-sort=${order}>
          <button type="button" class="sort" tabindex="-1" title=${t('list.sort', { name: t(`column.${column.id}`) })} onClick=${() => sortBy(column.id)}>
            ${t(`column.${column.id}`)}${own ? h(Icon, { name: sorting.value.descending ? 'chevron-down' : 'chevron-up' }) : null}
          </button>
        </div>`;
      })}
    </div>
  </div>`;
}

/** @param {Event} event */
function rowOf(event) {
  const row = /** @type {HTMLElement} */ (event.target).closest('[data-job]');
  return row instanceof HTMLElement ? (row.dataset.job ?? '') : '';
}

/** @param {MouseEvent} event */
function onClick(event) {
  const id = rowOf(event);
  if (!id) return;
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest('.row-menu')) return openRowMenu(id, event.clientX, event.clientY);
  if (target.closest('.hit')) {
    if (target instanceof HTMLInputElement) event.shiftKey ? extendTo(id) : toggle(id);
    return;
  }
  if (event.shiftKey) extendTo(id);
  else if (event.ctrlKey || event.metaKey) toggle(id);
  else pickOne(id);
}

/** @param {MouseEvent} event */
function onContextMenu(event) {
  const id = rowOf(event);
  if (!id) return;
  event.preventDefault();
  openRowMenu(id, event.clientX, event.clientY);
}

/** @param {string} id @param {number} x @param {number} y */
export function openRowMenu(id, x, y) {
  if (!selected.peek().has(id)) pickOne(id);
  /** @type {HTMLElement | null} */ (document.querySelector('[role=grid]'))?.focus({ preventScroll: true });
  const jobs = chosen()
    .map(job)
    .filter(item => item !== undefined);
  openMenu(menuItems(jobs), {
    x,
    y,
    label: jobs.length === 1 ? jobs[0].name : t('selection.count', { n: jobs.length }),
  });
}

/** @param {number} height @param {number} seen */
const onKeyDown = (height, seen) => (/** @type {KeyboardEvent} */ event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const page = Math.max(1, Math.floor((seen - HEAD) / height) - 1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: 'first', End: 'last' };
  const step = steps[/** @type {keyof typeof steps} */ (event.key)];
  if (step) moveActive(/** @type {any} */ (step), event.shiftKey);
  else if (event.key === 'Enter') focusInspector();
  else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) menuAtRow();
  else return;
  event.preventDefault();
};

function menuAtRow() {
  const row = document.querySelector(`#job-${CSS.escape(active.peek())}`);
  const place = row?.getBoundingClientRect();
  if (place) openRowMenu(active.peek(), place.left + 120, place.bottom - 8);
}

function focusInspector() {
  requestAnimationFrame(() =>
    /** @type {HTMLElement | null} */ (document.querySelector('.inspector [role=tab][aria-selected=true]'))?.focus(),
  );
}
