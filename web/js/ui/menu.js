import { keyNames } from '../keynames.js';
import { h, html, useLayoutEffect, useRef } from '../lib.js';
import { closeMenu, menu } from '../overlay.js';
import { Icon } from './icon.js';

/** The one menu of the page: right click, Shift+F10 and the ⋮ button open it. */
export function Menu() {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const shown = menu.value;
  useLayoutEffect(() => {
    if (shown && box.current) place(box.current, shown.x, shown.y);
  }, [shown]);
  if (!shown) return null;
  return html`<section class="menu-ground" aria-label=${shown.label} onPointerDown=${onGround} onContextMenu=${onGround}>
    <div class="menu" role="menu" aria-label=${shown.label} ref=${box} onKeyDown=${onKey}>
      ${shown.items.map(item => h(Item, { item, key: item.id }))}
    </div>
  </section>`;
}

/** @param {{item: import('../overlay.js').MenuItem}} props */
function Item({ item }) {
  const choose = () => {
    closeMenu();
    item.run();
  };
  const role = item.checked === undefined ? 'menuitem' : 'menuitemcheckbox';
  return html`<button
    type="button"
    role=${role}
    aria-checked=${item.checked}
    aria-disabled=${item.disabled}
    class=${`menu-item ${item.danger ? 'danger' : ''} ${item.line ? 'line' : ''}`}
    tabindex="-1"
    onClick=${item.disabled ? undefined : choose}
  >
    ${item.checked === undefined ? item.icon && h(Icon, { name: item.icon }) : item.checked ? h(Icon, { name: 'check' }) : html`<span class="icon"></span>`}
    <span>${item.label}</span>
    ${item.keys && html`<kbd>${keyNames(item.keys).join(' ')}</kbd>`}
  </button>`;
}

/** @param {HTMLElement} box @param {number} x @param {number} y */
function place(box, x, y) {
  const left = Math.max(8, Math.min(x, innerWidth - box.offsetWidth - 8));
  const top = Math.max(8, Math.min(y, innerHeight - box.offsetHeight - 8));
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
  /** @type {HTMLElement | null} */ (box.querySelector('button'))?.focus();
}

/** @param {Event} event */
function onGround(event) {
  if (event.target !== event.currentTarget) return;
  event.preventDefault();
  closeMenu();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const items = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll('button')];
  const here = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const jumps = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 };
  const next = jumps[/** @type {keyof typeof jumps} */ (event.key)];
  if (event.key === 'Tab') closeMenu();
  else if (next !== undefined) items[(next + items.length) % items.length].focus();
  else if (event.key.length !== 1 || !byLetter(items, here, event.key)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {HTMLElement[]} items @param {number} here @param {string} letter */
function byLetter(items, here, letter) {
  const turned = [...items.slice(here + 1), ...items.slice(0, here + 1)];
  const found = turned.find(item => (item.textContent ?? '').trim().toLowerCase().startsWith(letter.toLowerCase()));
  found?.focus();
  return Boolean(found) && letter !== ' ';
}
