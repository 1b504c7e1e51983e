import { html } from '../lib.js';

/** @type {Record<string, any>} Drawn, so that shapes stay when colours are taken away. */
const SHAPES = {
  ring: html`<circle cx="6" cy="6" r="4.2" class="hollow" />`,
  disc: html`<circle cx="6" cy="6" r="5" />`,
  half: html`<g><circle cx="6" cy="6" r="4.2" class="hollow" /><path d="M6 1.8a4.2 4.2 0 0 1 0 8.4z" /></g>`,
  clock: html`<g><circle cx="6" cy="6" r="4.6" class="hollow" /><path d="M6 3.4V6l1.8 1.2" class="hollow" /></g>`,
  bars: html`<g><rect x="2" y="1.5" width="3" height="9" rx="1" /><rect x="7" y="1.5" width="3" height="9" rx="1" /></g>`,
  cross: html`<path d="M2.5 2.5l7 7m0-7l-7 7" class="hollow" />`,
  tick: html`<path d="M1.8 6.4l2.9 3 5.5-6.6" class="hollow thick" />`,
  square: html`<rect x="1.2" y="1.2" width="9.6" height="9.6" rx="1.8" />`,
};

/** @param {{shape: string, tone: string}} props */
export function Mark({ shape, tone }) {
  return html`<svg class=${`mark ${tone}`} viewBox="0 0 12 12" aria-hidden="true">${SHAPES[shape] ?? SHAPES.ring}</svg>`;
}
