import { isAtMachine } from '../farm.js';
import { timeOfDay } from '../format.js';
import { formatter, t } from '../i18n.js';
import { h, html, useEffect, useRef, useState } from '../lib.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { DAYS, HOURS, scheduleOf, USUAL, usualWeek, weekOf } from './hours.js';
import { change } from './store.js';

/** A week to paint: hours in which the machine works. @param {{name: string, label: string, hint: string, error: string, value: Record<string, string>}} props */
export function Schedule({ name, label, hint, error, value }) {
  const [draft, setDraft] = useState(/** @type {boolean[] | null} */ (null));
  const [here, setHere] = useState(0);
  const paint = useRef(/** @type {boolean | null} */ (null));
  const week = draft ?? weekOf(value);
  const save = (/** @type {boolean[]} */ next) => {
    setDraft(next);
    void change(name, scheduleOf(next)).then(() => setDraft(null));
  };
  const set = (/** @type {number} */ place, /** @type {boolean} */ on) =>
    week.map((old, index) => (index === place ? on : old));
  const onPointer = (/** @type {PointerEvent} */ event) => {
    const place = placeOf(event);
    if (place === null || event.buttons !== 1 || !isAtMachine()) return;
    if (event.type === 'pointerdown') paint.current = !week[place];
    if (paint.current === null || week[place] === paint.current) return;
    setDraft(set(place, paint.current));
    setHere(place);
  };
  useEffect(() => {
    const up = () => {
      if (paint.current !== null && draft) save(draft);
      paint.current = null;
    };
    addEventListener('pointerup', up);
    return () => removeEventListener('pointerup', up);
  });
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -HOURS, ArrowDown: HOURS };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    const next = step === undefined ? here : Math.max(0, Math.min(week.length - 1, here + step));
    if (step === undefined && event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    setHere(next);
    if (!isAtMachine()) return;
    if (step === undefined) save(set(here, !week[here]));
    else if (event.shiftKey) save(set(next, week[here]));
  };
  return html`<fieldset class="schedule">
    <legend>${label}</legend>
    <p class="hint" id="schedule-hint">${hint}</p>
    <div class="toolbar">${Object.keys(USUAL).map(id => h(Button, { key: id, label: t(`schedule.${id}`), small: true, pressed: usualWeek(id).every((on, index) => on === week[index]), onClick: () => save(usualWeek(id)) }))}</div>
    <div class="week" role="grid" aria-readonly=${!isAtMachine()} tabindex="0" aria-label=${label} aria-describedby="schedule-hint" aria-activedescendant=${`hour-${here}`} onPointerDown=${onPointer} onPointerMove=${onPointer} onKeyDown=${onKeyDown}>
      ${DAYS.map((day, row) => h(Day, { day, row, week, here, key: day }))}
    </div>
    ${h(Scale, {})}
    ${error && html`<p class="error">${h(Icon, { name: 'circle-alert' })}${error}</p>`}
  </fieldset>`;
}

/** @param {{day: string, row: number, week: boolean[], here: number}} props */
function Day({ day, row, week, here }) {
  const label = dayName(row);
  return html`<div class="day" role="row"><span class="day-name" role="rowheader" title=${label} data-day=${day}>${label.slice(0, 2)}</span>${Array.from(
    { length: HOURS },
    (_, hour) => {
      const place = row * HOURS + hour;
      return html`<span key=${place} id=${`hour-${place}`} role="gridcell" data-hour=${place} class=${`hour ${week[place] ? 'on' : ''} ${place === here ? 'here' : ''}`} aria-selected=${week[place]} aria-label=${t('schedule.hour', { day: label, from: hourWords(hour), to: hourWords(hour + 1) })}></span>`;
    },
  )}</div>`;
}

function Scale() {
  return html`<p class="scale muted" aria-hidden="true">${[0, 6, 12, 18, 24].map(hour => html`<span key=${hour}>${hour}</span>`)}</p>`;
}

/** @param {number} hour */
function hourWords(hour) {
  return timeOfDay(new Date(2024, 0, 1, hour));
}

/** @param {number} row */
function dayName(row) {
  // 2024 began on a Monday.
  return formatter(Intl.DateTimeFormat, { weekday: 'long' }).format(new Date(2024, 0, 1 + row));
}

/** @param {PointerEvent} event */
function placeOf(event) {
  const cell = /** @type {HTMLElement} */ (event.target).closest('[data-hour]');
  return cell instanceof HTMLElement ? Number(cell.dataset.hour) : null;
}
