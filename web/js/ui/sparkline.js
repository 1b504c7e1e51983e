import { html } from '../lib.js';

/** @param {{values: number[], label: string}} props */
export function Sparkline({ values, label }) {
  const step = 56 / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(15 - (Math.min(100, value) / 100) * 14).toFixed(1)}`,
  );
  return html`<svg class="sparkline" viewBox="0 0 56 16" preserveAspectRatio="none" role="img" aria-label=${label}>
    <path d=${`M0,16 L${points.join(' L')} L56,16 Z`} class="area" />
    <polyline points=${points.join(' ')} />
  </svg>`;
}
