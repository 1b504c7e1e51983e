import { t } from '../i18n.js';
import { html } from '../lib.js';
import { nodes } from '../store.js';

/**
 * Which machines take part: who is ticked does. All of them means those too that join the farm later, and is written as
 * an empty list; the last one stays.
 * @param {{legend: string, chosen: string[], hint?: string, onChange: (ids: string[]) => void}} props
 */
export function MachineChecks({ legend, chosen, hint, onChange }) {
  const known = nodes.value.map(node => node.id);
  const ticked = chosen.length ? known.filter(id => chosen.includes(id)) : known;
  const toggle = (/** @type {string} */ id) => {
    const next = known.filter(other => (other === id) !== ticked.includes(other));
    onChange(next.length === known.length ? [] : next);
  };
  return html`<fieldset class="checks"><legend>${legend}${hint ? html` <span class="hint">${hint}</span>` : null}</legend>${nodes.value.map(
    node =>
      html`<label key=${node.id} class="check"><input type="checkbox" checked=${ticked.includes(node.id)} disabled=${ticked.length === 1 && ticked[0] === node.id} onChange=${() => toggle(node.id)} /><span dir="auto">${node.name}</span>${node.state === 'offline' ? html`<span class="muted small">${t('machine.state.offline')}</span>` : null}</label>`,
  )}</fieldset>`;
}
