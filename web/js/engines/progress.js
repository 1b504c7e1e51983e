import { html } from '../lib.js';

/** @param {{download: import('../downloads.js').Download}} props */
export function Progress({ download }) {
  return html`<span>${download.version}</span>`;
}
