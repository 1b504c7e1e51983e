import { mayAct } from '../farm.js';
import { bytes, duration } from '../format.js';
import { formatFrames } from '../frames.js';
import { heard, t } from '../i18n.js';
import { Fragment, h, html, useState } from '../lib.js';
import { nodeName } from '../listing.js';
import { copyText, rerender, retry, skip } from '../perform.js';
import { go } from '../router.js';
import { Button } from '../ui/button.js';
import { FrameGrid } from '../ui/framegrid.js';
import { Icon } from '../ui/icon.js';
import { useWindow } from '../ui/virtual.js';
import { pickedNumbers, pickedUnits, showUnit, units, unitsOf } from '../units.js';

/** @typedef {import('../types').Unit} Unit */

const ROW = 28;
const HEAD = 30;
const COLUMNS = ['unit', 'state', 'machine', 'time', 'tries', 'size'];
/** @type {Record<string, (unit: Unit) => number | string>} */
const ORDER = {
  unit: unit => unit.unit,
  state: unit => unit.state,
  machine: unit => unit.node,
  time: unit => unit.seconds ?? -1,
  tries: unit => unit.attempt,
  size: unit => unit.bytes,
};

/** @param {{job: import('../types').Job}} props */
export function FramesTab({ job }) {
  const picked = pickedUnits.value;
  const text = formatFrames(pickedNumbers(picked));
  const own = units.value.filter(unit => picked.has(unit.unit));
  return html`<div class="stack frames">
    <div>
      ${h(FrameGrid, { job, pick: true })}
      ${h(Legend, {})}
    </div>
    <div class="picking">
    <p class="muted truncate" title=${text}>${picked.size ? html`${t('frames.picked', { n: picked.size })} <span class="mono">${text}</span>` : t('frames.hint')}</p>
    <div class="toolbar" role="toolbar" aria-label=${t('frames.actions')}>
      ${mayAct() && h(Acts, { job, own })}
      ${h(Button, { label: t('frames.copy'), icon: 'copy', small: true, only: true, disabled: !text, onClick: () => void copyText(text) })}
    </div>
    </div>
    ${unitsOf.value === job.id ? h(UnitTable, {}) : null}
  </div>`;
}

/** What may be done with the picked ones. @param {{job: import('../types').Job, own: Unit[]}} props */
function Acts({ job, own }) {
  const among = (/** @type {string[]} */ states) =>
    formatFrames(own.filter(unit => states.includes(unit.state)).map(unit => unit.unit));
  const [failed, done, open] = [among(['failed']), among(['done']), among(['waiting', 'failed'])];
  return html`<${Fragment}>
      ${h(Button, { label: t('frames.retry'), icon: 'list-restart', small: true, disabled: !failed, onClick: () => void retry([job], failed) })}
      ${h(Button, { label: t('frames.rerender'), icon: 'refresh-cw', small: true, disabled: !done, onClick: () => void rerender([job], done) })}
      ${h(Button, { label: t('frames.skip'), icon: 'skip-forward', small: true, disabled: !open, onClick: () => void skip([job], open) })}
  <//>`;
}

function Legend() {
  const states = ['done', 'leased', 'waiting', 'failed', 'skipped'];
  return html`<ul class="legend">${states.map(state => html`<li key=${state}><span class=${`unit ${state}`}></span>${t(`unit.${state}`)}</li>`)}</ul>`;
}

function UnitTable() {
  const [sort, setSort] = useState({ column: 'unit', down: false });
  const all = [...units.value].sort(
    (a, b) => compare(ORDER[sort.column](a), ORDER[sort.column](b)) * (sort.down ? -1 : 1) || a.unit - b.unit,
  );
  const { box, first, last, onScroll } = useWindow(all.length, ROW, HEAD);
  const middle = median(all.map(unit => unit.seconds).filter(seconds => seconds !== null));
  const order = (/** @type {string} */ column) => setSort({ column, down: sort.column === column && !sort.down });
  return html`<div class="unit-scroll" ref=${box} onScroll=${onScroll} tabindex="0" role="group" aria-label=${t('frames.table')}>
    <table class="table units" aria-rowcount=${all.length + 1}>
      <thead><tr aria-rowindex="1">${COLUMNS.map(
        column => html`<th scope="col" key=${column} class=${`col-${column}`} aria-sort=${sort.column === column ? (sort.down ? 'descending' : 'ascending') : undefined}>
        <button type="button" class="sort" onClick=${() => order(column)}>${t(`column.${column}`)}${sort.column === column ? h(Icon, { name: sort.down ? 'chevron-down' : 'chevron-up' }) : null}</button></th>`,
      )}</tr></thead>
      <tbody>
        ${first > 0 && html`<tr aria-hidden="true"><td style=${{ height: `${first * ROW}px`, padding: 0 }}></td></tr>`}
        ${all.slice(first, last).map((unit, index) => h(UnitRow, { unit, index: first + index, slow: middle > 0 && (unit.seconds ?? 0) > middle * 3, key: unit.unit }))}
        ${last < all.length && html`<tr aria-hidden="true"><td style=${{ height: `${(all.length - last) * ROW}px`, padding: 0 }}></td></tr>`}
      </tbody>
    </table>
  </div>`;
}

/** @param {{unit: Unit, index: number, slow: boolean}} props */
function UnitRow({ unit, index, slow }) {
  const look = () => {
    showUnit(unit.unit);
    pickedUnits.value = new Set([unit.unit]);
  };
  const log = () => {
    look();
    go({ tab: 'log' });
  };
  return html`<tr class=${pickedUnits.value.has(unit.unit) ? 'picked' : ''} aria-rowindex=${index + 2} onClick=${look} onDblClick=${log}>
    <th scope="row"><button type="button" class="link" title=${t('overview.read_log')} onClick=${log}>${unit.first === unit.last ? String(unit.first) : `${unit.first}–${unit.last}`}</button></th>
    <td><span class=${`state unit-${unit.state}`} title=${heard(unit.error) || undefined}><span class=${`unit ${unit.state}`}></span><span class="truncate">${unit.error && unit.state === 'failed' ? heard(unit.error) : t(`unit.${unit.state}`)}</span></span></td>
    <td class="truncate" dir="auto">${unit.node ? nodeName(unit.node) : '–'}</td>
    <td class=${`num ${slow ? 'warn' : ''}`} title=${slow ? t('frames.slow') : undefined}>${unit.seconds === null ? '–' : duration(unit.seconds)}</td>
    <td class="num col-tries">${unit.attempt || '–'}</td>
    <td class="num">${unit.bytes ? bytes(unit.bytes) : '–'}</td>
  </tr>`;
}

/** @param {number | string} a @param {number | string} b */
function compare(a, b) {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

/** @param {(number | null)[]} values */
function median(values) {
  const sorted = values.map(Number).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
