import { download } from '../actions.js';
import { address } from '../api.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useLayoutEffect, useState } from '../lib.js';
import { nodeName } from '../listing.js';
import { clipped, closeLog, firstLine, lines, logState, openLog, readMore } from '../logfeed.js';
import { isActive } from '../status.js';
import { Button } from '../ui/button.js';
import { nameOf } from '../ui/framegrid.js';
import { Icon } from '../ui/icon.js';
import { useWindow } from '../ui/virtual.js';
import { showUnit, unitShown, units } from '../units.js';

const LINE = 19;
const EVERY_MS = 700;
const BAD = /\b(error|failed|failure|fatal|exception|traceback|cannot|unable)\b/i;

/** @param {{job: import('../types').Job}} props */
export function LogTab({ job }) {
  const unit = unitShown.value;
  const [follow, setFollow] = useState(true);
  const [errorsOnly, setErrorsOnly] = useState(false);
  const [text, setText] = useState('');
  const [hit, setHit] = useState(0);
  const active = isActive(job);
  useEffect(() => {
    openLog(job.id, unit);
    void readMore();
    return closeLog;
  }, [job.id, unit]);
  useEffect(() => {
    const timer = active ? setInterval(() => document.hidden || readMore(), EVERY_MS) : 0;
    if (!active) void readMore();
    return () => clearInterval(timer);
  }, [active, job.id, unit]);
  const rows = numbered().filter(row => !errorsOnly || BAD.test(row.text));
  const needle = text.toLowerCase();
  const hits = needle ? rows.flatMap((row, index) => (row.text.toLowerCase().includes(needle) ? [index] : [])) : [];
  const at = Math.min(hit, Math.max(0, hits.length - 1));
  const { box, first, last, onScroll, reveal } = useWindow(rows.length, LINE, 0);
  useLayoutEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [rows.length, follow]);
  useLayoutEffect(() => reveal(hits[at] ?? -1), [at, needle]);
  useEffect(() => {
    const wrong = unit !== null && units.peek().some(entry => entry.unit === unit && entry.state === 'failed');
    const place = wrong ? rows.findLastIndex(row => BAD.test(row.text)) : -1;
    if (place >= 0) reveal(place);
  }, [unit, logState.value]);
  const scrolled = () => {
    onScroll();
    const element = box.current;
    if (element) setFollow(element.scrollHeight - element.scrollTop - element.clientHeight < LINE * 2);
  };
  const onSearchKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter' || !hits.length) return;
    event.preventDefault();
    setFollow(false);
    setHit((at + (event.shiftKey ? -1 : 1) + hits.length) % hits.length);
  };
  const onSearch = (/** @type {Event} */ event) => {
    setText(/** @type {HTMLInputElement} */ (event.target).value);
    setHit(0);
    setFollow(false);
  };
  return html`<div class="log-tab">
    <div class="toolbar log-bar" role="toolbar" aria-label=${t('log.tools')}>
      ${h(UnitSelect, {})}
      <div class="filter">${h(Icon, { name: 'search' })}<input type="search" aria-label=${t('log.search')} placeholder=${t('log.search')} value=${text} onInput=${onSearch} onKeyDown=${onSearchKey} />${needle && html`<span class="hits" role="status">${hits.length ? `${at + 1}/${hits.length}` : '0/0'}</span>`}</div>
      ${h(Button, { label: t('log.errors'), icon: 'triangle-alert', only: true, small: true, kind: 'quiet', pressed: errorsOnly, onClick: () => setErrorsOnly(!errorsOnly) })}
      ${h(Button, { label: t('log.download'), icon: 'download', only: true, small: true, kind: 'quiet', onClick: () => download(address(`jobs/${encodeURIComponent(job.id)}/logs`)) })}
    </div>
    ${
      logState.value === 'none' || (errorsOnly && !rows.length)
        ? html`<p class="empty">${t(errorsOnly ? 'log.no_errors' : 'log.none')}</p>`
        : html`<div class="log" role="log" aria-live="off" aria-label=${t('tab.log')} tabindex="0" ref=${box} onScroll=${scrolled}>
          <div class="log-lines" style=${{ height: `${rows.length * LINE}px` }}>
            ${rows.slice(first, last).map((row, index) => h(Line, { row, top: (first + index) * LINE, needle, current: hits[at] === first + index, key: row.number }))}
          </div>
        </div>`
    }
    ${clipped.value && html`<p class="muted small log-note">${t('log.clipped')}</p>`}
    ${!follow && rows.length ? html`<div class="jump">${h(Button, { label: t('log.jump'), icon: 'arrow-down-to-line', kind: 'primary', small: true, onClick: () => setFollow(true) })}</div>` : null}
  </div>`;
}

function numbered() {
  const start = firstLine.value;
  return lines.value.map((text, index) => ({ number: start + index, text }));
}

/** @param {{row: {number: number, text: string}, top: number, needle: string, current: boolean}} props */
function Line({ row, top, needle, current }) {
  return html`<div class=${`line ${BAD.test(row.text) ? 'bad' : ''} ${current ? 'current' : ''}`} style=${{ transform: `translateY(${top}px)` }}><span class="number" aria-hidden="true">${row.number}</span><span class="words">${marked(row.text, needle)}</span></div>`;
}

/** @param {string} text @param {string} needle */
function marked(text, needle) {
  const at = needle ? text.toLowerCase().indexOf(needle) : -1;
  if (at < 0) return text;
  return [text.slice(0, at), html`<mark>${text.slice(at, at + needle.length)}</mark>`, text.slice(at + needle.length)];
}

/** Which part of the log: all of the job, or one frame of one machine. */
function UnitSelect() {
  const chosen = unitShown.value;
  const onChange = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    showUnit(value === '' ? null : Number(value));
  };
  return html`<select class="control" aria-label=${t('log.unit')} value=${chosen === null ? '' : String(chosen)} onChange=${onChange}>
    <option value="">${t('log.whole')}</option>
    ${[...byMachine()].map(([node, own]) => html`<optgroup key=${node} label=${nodeName(node)}>${own.map(unit => html`<option key=${unit.unit} value=${String(unit.unit)}>${nameOf(unit)}${unit.state === 'failed' ? ` – ${t('unit.failed')}` : ''}</option>`)}</optgroup>`)}
  </select>`;
}

function byMachine() {
  const groups = /** @type {Map<string, import('../types').Unit[]>} */ (new Map());
  for (const unit of units.value.filter(entry => entry.attempt > 0))
    groups.set(unit.node, [...(groups.get(unit.node) ?? []), unit]);
  return groups;
}
