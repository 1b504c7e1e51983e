import { percent, rate } from '../format.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useRef, useState } from '../lib.js';
import { Chart } from '../ui/chart.js';
import { history, historyError, useHistory } from './history.js';

const SPANS = [300, 3600];
/** Of the strip of cores; a column for each second of the shorter span. */
const COLUMNS = 300;

/** @param {{node: import('../types').Node}} props */
export function Charts({ node }) {
  const [span, setSpan] = useState(SPANS[0]);
  useHistory(node, span);
  const { at, cpu, memory, received, sent, read, written, gpu, cores } = history.value;
  const share = (/** @type {number} */ value) => percent(value / 100);
  if (historyError.value && !at.length) return html`<p class="note">${t('machine.no_history')}</p>`;
  return html`<section class="box" aria-labelledby="machine-load">
    <div class="box-head"><h3 id="machine-load" class="grow">${t('machine.load_title')}</h3>${h(Spans, { span, onSpan: setSpan })}</div>
    <div class="charts">
      ${h(Panel, { title: t('machine.cpu_title'), times: at, span, most: 100, words: share, lines: [{ label: t('machine.cpu_title'), colour: '--accent', values: cpu }], below: h(Heat, { at, cores, span }) })}
      ${h(Panel, { title: t('machine.memory'), times: at, span, most: 100, words: share, lines: [{ label: t('machine.memory'), colour: '--ok', values: memory }] })}
      ${gpu.some(known) && h(Panel, { title: t('machine.gpu'), times: at, span, most: 100, words: share, lines: [{ label: t('machine.gpu'), colour: '--warn', values: gpu }] })}
      ${
        received.some(known) &&
        h(Panel, {
          title: t('machine.network'),
          times: at,
          span,
          words: rate,
          lines: [
            { label: t('machine.received'), colour: '--accent', values: received },
            { label: t('machine.sent'), colour: '--warn', values: sent },
          ],
        })
      }
      ${
        read.some(known) &&
        h(Panel, {
          title: t('machine.disk'),
          times: at,
          span,
          words: rate,
          lines: [
            { label: t('machine.read'), colour: '--accent', values: read },
            { label: t('machine.written'), colour: '--warn', values: written },
          ],
        })
      }
    </div>
  </section>`;
}

/** @param {number | null} value */
const known = value => value !== null;

/** @param {{span: number, onSpan: (span: number) => void}} props */
function Spans({ span, onSpan }) {
  return html`<div class="segmented" role="group" aria-label=${t('machine.span')}>${SPANS.map(value => html`<button type="button" key=${value} aria-pressed=${span === value} onClick=${() => onSpan(value)}>${t(`machine.span_${value}`)}</button>`)}</div>`;
}

/** @param {{title: string, times: number[], span: number, most?: number, words: (value: number) => string, lines: import('../ui/chart.js').Line[], below?: any}} props */
function Panel({ title, times, span, most, words, lines, below }) {
  return html`<figure class="chart-panel" data-samples=${times.length}>
    <figcaption><span class="grow">${title}</span>${lines.map(line => html`<span key=${line.label} class="now">${lines.length > 1 ? html`<span class=${`swatch ${line.colour.slice(2)}`}></span><span class="muted">${line.label}</span>` : null} <strong>${newest(line.values, words)}</strong></span>`)}</figcaption>
    ${h(Chart, { times, lines, span, most, words })}
    ${below}
  </figure>`;
}

/** @param {(number | null)[]} values @param {(value: number) => string} words */
function newest(values, words) {
  const value = values.at(-1);
  return value === null || value === undefined ? '–' : words(value);
}

/** One line for each core, from cool to hot, under the same times as the chart. @param {{at: number[], cores: number[][], span: number}} props */
function Heat({ at, cores, span }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const count = cores.at(-1)?.length ?? 0;
  useEffect(() => {
    if (canvas.current && count) paintHeat(canvas.current, at, cores, span);
  }, [cores, span]);
  if (count < 2) return null;
  const values = (cores.at(-1) ?? []).map(value => percent(value / 100)).join(', ');
  return html`<canvas class="heat" ref=${canvas} width=${COLUMNS} height=${count} role="img" aria-label=${t('machine.cores_now', { values })}></canvas>`;
}

/** @param {HTMLCanvasElement} canvas @param {number[]} at @param {number[][]} cores @param {number} span */
function paintHeat(canvas, at, cores, span) {
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = getComputedStyle(canvas).getPropertyValue('--accent');
  const begins = Date.now() / 1000 - span;
  for (const [index, sample] of cores.entries()) {
    const column = Math.floor(((at[index] - begins) / span) * canvas.width);
    if (column < 0) continue;
    pen.clearRect(column, 0, 1, canvas.height);
    for (const [core, load] of sample.entries()) {
      pen.globalAlpha = 0.06 + 0.94 * (load / 100);
      pen.fillRect(column, core, 1, 1);
    }
  }
}
