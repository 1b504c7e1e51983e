import { html } from '../lib.js';

const SPRITE = new URL('../../vendor/icons.svg', import.meta.url).href;

/** @param {{name: string, label?: string}} props */
export function Icon({ name, label }) {
  return label
    ? html`<svg class="icon" role="img" aria-label=${label}><use href=${`${SPRITE}#${name}`} /></svg>`
    : html`<svg class="icon" aria-hidden="true"><use href=${`${SPRITE}#${name}`} /></svg>`;
}
