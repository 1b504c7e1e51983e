import { duration } from '../format.js';
import { t } from '../i18n.js';
import { h, html, useRef, useState } from '../lib.js';
import { nodeName } from '../listing.js';
import { go } from '../router.js';
import { pickedUnits, showUnit, unitShown, units, unitsOf } from '../units.js';

/** @typedef {import('../types').Unit} Unit */

/** More cells than this are drawn as groups: one cell for several units, in the state that matters most. */
const MOST = 3000;
const WEIGHT = { failed: 4, leased: 3, waiting: 2, skipped: 1, done: 0 };

/**
 * One cell for each unit. With ``pick`` cells can be chosen by drag, Shift and keys.
 * @param {{job: import('../types').Job, pick?: boolean}} props
 */
export function FrameGrid({ job, pick }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [here, setHere] = useState(0);
  const anchor = useRef(0);
  if (unitsOf.value !== job.id) return html`<div class="cells loading-cells" aria-hidden="true"></div>`;
  const cells = groupUnits(units.value);
  const at = Math.min(here, cells.length - 1);

  const choose = (/** @type {number} */ index, /** @type {boolean} */ extend) => {
    const cell = cells[index];
    if (!cell) return;
    if (!extend) anchor.current = index;
    setHere(index);
    showUnit(cell.unit);
    if (!pick) return;
    const [from, to] = [Math.min(anchor.current, index), Math.max(anchor.current, index)];
    pickedUnits.value = new Set(
      extend ? numbersIn(cells.slice(from, to + 1), units.value) : numbersIn([cell], units.value),
    );
  };
  const onPointer = (/** @type {PointerEvent} */ event) => {
    const cell = /** @type {HTMLElement} */ (event.target).closest('[data-cell]');
    if (!(cell instanceof HTMLElement) || event.buttons !== 1) return;
    const index = Number(cell.dataset.cell);
    if (event.type === 'pointerdown' && (event.ctrlKey || event.metaKey) && pick) return toggleCell(cells[index]);
    choose(index, event.type === 'pointermove' ? Boolean(pick) : event.shiftKey);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const next = nextCell(event, at, cells.length, columnsOf(box.current));
    if (next !== null) choose(next, event.shiftKey);
    else if (event.key === 'Enter') open(cells[at]);
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey) && pick)
      pickedUnits.value = new Set(units.value.map(unit => unit.unit));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div
    class="cells"
    role="listbox"
    ref=${box}
    tabindex="0"
    aria-label=${t('frames.grid')}
    aria-multiselectable=${pick ? 'true' : undefined}
    aria-activedescendant=${cells[at] ? `cell-${cells[at].unit}` : undefined}
    onPointerDown=${onPointer}
    onPointerMove=${pick ? onPointer : undefined}
    onDblClick=${() => open(cells[at])}
    onKeyDown=${onKeyDown}
  >
    ${cells.map((cell, index) => h(Cell, { cell, index, key: cell.unit, active: index === at && unitShown.value !== null, picked: pick ? pickedUnits.value.has(cell.unit) : unitShown.value === cell.unit }))}
  </div>`;
}

/** @param {{cell: Unit, index: number, active: boolean, picked: boolean}} props */
function Cell({ cell, index, active, picked }) {
  const words = [
    nameOf(cell),
    t(`unit.${cell.state}`),
    cell.node && nodeName(cell.node),
    cell.seconds !== null && duration(cell.seconds),
    cell.error,
  ]
    .filter(Boolean)
    .join(', ');
  return html`<span class=${`unit ${cell.state} ${active ? 'active' : ''}`} role="option" id=${`cell-${cell.unit}`} data-cell=${index} aria-selected=${picked} aria-label=${words} title=${words}></span>`;
}

/** @param {Unit} unit */
export function nameOf(unit) {
  return unit.first === unit.last
    ? t('unit.frame', { frame: String(unit.first) })
    : t('unit.span', { first: String(unit.first), last: String(unit.last) });
}

/** @param {Unit[]} all @returns {Unit[]} */
function groupUnits(all) {
  const size = Math.ceil(all.length / MOST);
  if (size <= 1) return all;
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => {
    const group = all.slice(index * size, (index + 1) * size);
    const worst = group.reduce((found, unit) => (WEIGHT[unit.state] > WEIGHT[found.state] ? unit : found));
    return { ...worst, unit: group[0].unit, first: group[0].first, last: group[group.length - 1].last };
  });
}

/** @param {Unit[]} cells @param {Unit[]} all */
function numbersIn(cells, all) {
  const [first, last] = [cells[0].first, cells[cells.length - 1].last];
  return all.filter(unit => unit.first >= first && unit.last <= last).map(unit => unit.unit);
}

/** @param {Unit | undefined} cell */
function toggleCell(cell) {
  if (!cell) return;
  const next = new Set(pickedUnits.peek());
  if (!next.delete(cell.unit)) next.add(cell.unit);
  pickedUnits.value = next;
}

/** @param {Unit | undefined} cell */
function open(cell) {
  if (!cell) return;
  showUnit(cell.unit);
  go({ tab: cell.state === 'failed' || cell.state === 'leased' ? 'log' : 'overview' });
}

/** @param {HTMLElement | null} box */
function columnsOf(box) {
  return box ? getComputedStyle(box).gridTemplateColumns.split(' ').length : 1;
}

/** @param {KeyboardEvent} event @param {number} here @param {number} total @param {number} columns */
function nextCell(event, here, total, columns) {
  const steps = {
    ArrowLeft: here - 1,
    ArrowRight: here + 1,
    ArrowUp: here - columns,
    ArrowDown: here + columns,
    Home: 0,
    End: total - 1,
  };
  const next = steps[/** @type {keyof typeof steps} */ (event.key)];
  return next === undefined || event.ctrlKey || event.altKey ? null : Math.max(0, Math.min(total - 1, next));
}
