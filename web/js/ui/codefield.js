import { h, html, useLayoutEffect, useState } from '../lib.js';
import { Icon } from './icon.js';

/** As in the stylesheet. */
const LINE = 20;
const ABOVE = 10;

/** @typedef {{line: number, message: string, level: 'error' | 'warning'}} Mark */

/**
 * Text by lines, with their numbers and with words at lines where something is wrong.
 * @param {{id: string, label: string, value: string, marks: Mark[], readOnly?: boolean, placeholder?: string, describedby?: string,
 *   onInput: (text: string) => void}} props
 */
export function CodeField({ id, label, value, marks, readOnly, placeholder, describedby, onInput }) {
  const [top, setTop] = useState(0);
  const lengths = value.split('\n').map(line => line.length);
  // Less text may leave less to scroll, without a word from the field.
  useLayoutEffect(() => setTop(field(id)?.scrollTop ?? 0), [value]);
  const isWrong = marks.some(mark => mark.level === 'error');
  return html`<div class="code-field">
    <div class="code-numbers" aria-hidden="true"><pre style=${{ transform: `translateY(${-top}px)` }}>${numbers(lengths.length)}</pre></div>
    <textarea
      id=${id}
      class="mono"
      wrap="off"
      aria-label=${label}
      aria-describedby=${describedby}
      aria-invalid=${isWrong ? 'true' : undefined}
      readonly=${readOnly}
      spellcheck=${false}
      autocapitalize="off"
      autocomplete="off"
      placeholder=${placeholder}
      value=${value}
      onKeyDown=${onKeyDown}
      onInput=${(/** @type {Event} */ event) => onInput(/** @type {HTMLTextAreaElement} */ (event.target).value)}
      onScroll=${(/** @type {Event} */ event) => setTop(/** @type {HTMLTextAreaElement} */ (event.target).scrollTop)}
    ></textarea>
    <div class="code-marks" aria-hidden="true">${atLines(marks).map(mark => h(Band, { mark, top: ABOVE + (mark.line - 1) * LINE - top, room: lengths[mark.line - 1] ?? 0, key: mark.line }))}</div>
  </div>`;
}

/** A new line begins where the one before it does, and deeper after a colon. @param {KeyboardEvent} event */
function onKeyDown(event) {
  const area = /** @type {HTMLTextAreaElement} */ (event.target);
  if (event.key !== 'Enter' || event.isComposing || event.ctrlKey || event.metaKey || area.readOnly) return;
  const before = area.value.slice(0, area.selectionStart).split('\n').at(-1) ?? '';
  event.preventDefault();
  // Unlike setting the value, this can be undone with the keys.
  document.execCommand('insertText', false, `\n${/^ */.exec(before)?.[0]}${/:\s*$/.test(before) ? '  ' : ''}`);
}

/** Its words stand behind those of the line and leave them to be read. @param {{mark: Mark, top: number, room: number}} props room: characters of the line */
function Band({ mark, top, room }) {
  const isError = mark.level === 'error';
  return html`<div class=${`code-band ${isError ? 'err' : 'warn'}`} data-line=${mark.line} style=${{ transform: `translateY(${top}px)`, '--characters': room }}>
    <span class="band-words">${h(Icon, { name: isError ? 'circle-alert' : 'triangle-alert' })}<span class="truncate">${mark.message}</span></span>
  </div>`;
}

/** One mark a line: an error rather than a warning. @param {Mark[]} marks */
function atLines(marks) {
  const errorsLast = ['warning', 'error'].flatMap(level => marks.filter(mark => mark.level === level && mark.line > 0));
  return [...new Map(errorsLast.map(mark => [mark.line, mark])).values()];
}

/** @param {number} lines */
function numbers(lines) {
  return Array.from({ length: lines }, (_, index) => index + 1).join('\n');
}

/** @param {string} id */
function field(id) {
  return /** @type {HTMLTextAreaElement | null} */ (document.getElementById(id));
}

/** Puts the caret into a line, all of it chosen. @param {string} id @param {number} line */
export function goToLine(id, line) {
  const area = field(id);
  if (!area) return;
  const lines = area.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, entry) => sum + entry.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  area.scrollTop = Math.max(0, (line - 1) * LINE - area.clientHeight / 2);
}
