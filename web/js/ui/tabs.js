import { html } from '../lib.js';

/**
 * @param {{tabs: {id: string, label: string, note?: string}[], chosen: string, onChoose: (id: string) => void, label: string,
 *   panel: string}} props
 */
export function Tabs({ tabs, chosen, onChoose, label, panel }) {
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const here = tabs.findIndex(tab => tab.id === chosen);
    const jumps = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 };
    const next = jumps[/** @type {keyof typeof jumps} */ (event.key)];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(tabs[(next + tabs.length) % tabs.length].id);
    const buttons = /** @type {HTMLElement} */ (event.currentTarget).querySelectorAll('button');
    buttons[(next + tabs.length) % tabs.length].focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} onKeyDown=${onKey}>
    ${tabs.map(
      tab => html`<button
        key=${tab.id}
        type="button"
        role="tab"
        id=${`tab-${tab.id}`}
        aria-selected=${tab.id === chosen}
        aria-controls=${panel}
        tabindex=${tab.id === chosen ? 0 : -1}
        onClick=${() => onChoose(tab.id)}
      >
        ${tab.label}${tab.note ? html` <span class="note">${tab.note}</span>` : null}
      </button>`,
    )}
  </div>`;
}
