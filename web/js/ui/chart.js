import { timeOfDay } from '../format.js';
import { language } from '../i18n.js';
import { html, useEffect, useRef } from '../lib.js';
import { prefs } from '../prefs.js';

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} colour name of a custom property
 * @property {(number | null)[]} values
 */

const HEIGHT = 118;
const HALF_CLOCK = 24;
/** Between two marks, in seconds: the clock shows no less. */
const WHOLE_MINUTES = [1, 2, 5, 10, 15, 30, 60].map(minutes => minutes * 60);
/** A scale without a known end goes up to this at least. */
const LEAST = 2000;

/**
 * A chart over time. What it shows now stands beside it as text: the drawing itself says nothing to a screen reader.
 * @param {{times: number[], lines: Line[], span: number, most?: number, words: (value: number) => string}} props
 */
export function Chart({ times, lines, span, most, words }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const plot = useRef(/** @type {any} */ (null));
  useEffect(() => {
    const state = { gone: false };
    void import('../../vendor/uplot.js').then(({ default: Plot }) => {
      if (state.gone || !box.current) return;
      const data = /** @type {any} */ ([times, ...lines.map(line => line.values)]);
      plot.current = new Plot(options(box.current, lines, span, most, words), data, box.current);
    });
    const watcher = new ResizeObserver(() =>
      plot.current?.setSize({ width: box.current?.clientWidth ?? 0, height: HEIGHT }),
    );
    if (box.current) watcher.observe(box.current);
    return () => {
      state.gone = true;
      watcher.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [prefs.value.theme, language.value, span, lines.length]);
  useEffect(() => plot.current?.setData([times, ...lines.map(line => line.values)]), [times]);
  return html`<div class="chart" ref=${box} aria-hidden="true"></div>`;
}

/** @param {HTMLElement} box @param {Line[]} lines @param {number} span @param {number | undefined} most @param {(value: number) => string} words */
function options(box, lines, span, most, words) {
  const style = getComputedStyle(box);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--muted'), font: `11px ${style.fontFamily}`, ticks: { show: false } };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    padding: /** @type {any} */ ([8, 4, 0, 0]),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true, range: () => /** @type {[number, number]} */ ([Date.now() / 1000 - span, Date.now() / 1000]) },
      y: {
        range: (/** @type {any} */ _plot, /** @type {number} */ _least, /** @type {number} */ highest) =>
          /** @type {[number, number]} */ ([0, most ?? roundUp(highest)]),
      },
    },
    axes: [
      {
        ...axis,
        size: 27,
        gap: 8,
        space: 52,
        incrs: WHOLE_MINUTES,
        grid: { show: false },
        values: clocks,
      },
      {
        ...axis,
        size: 58,
        grid: { stroke: colour('--line'), width: 1 },
        splits: (/** @type {any} */ plot) => [0, plot.scales.y.max / 2, plot.scales.y.max],
        values: (/** @type {any} */ _plot, /** @type {number[]} */ marks) => marks.map(words),
      },
    ],
    series: [
      {},
      ...lines.map(line => ({
        label: line.label,
        stroke: colour(line.colour),
        width: 1.5,
        fill: lines.length === 1 ? `${colour(line.colour)}22` : undefined,
        points: { show: false },
      })),
    ],
  };
}

/** The next of 1, 2, 5, 10 … thousand: scales that stand still while values change a little. @param {number} highest */
function roundUp(highest) {
  const least = Math.max(highest ?? 0, LEAST);
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find(factor => factor * power >= least) ?? 10) * power;
}

/** No words where half of them would stand beyond an end. @param {any} plot @param {number[]} marks */
function clocks(plot, marks) {
  const wide = plot.bbox.width / devicePixelRatio;
  return marks.map(mark => {
    const place = plot.valToPos(mark, 'x');
    return place < HALF_CLOCK || place > wide - HALF_CLOCK ? '' : timeOfDay(mark * 1000);
  });
}
