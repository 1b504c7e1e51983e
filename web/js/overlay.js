// What lies above the page: one dialog, one menu, some toasts, and the words for screen readers.
import { signal } from './lib.js';
import { frozen } from './listing.js';

/**
 * @typedef {object} Toast
 * @property {number} id
 * @property {string} text
 * @property {'ok' | 'err' | 'info'} tone
 * @property {() => void} [undo]
 */
/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} text
 * @property {string} confirm
 * @property {boolean} danger
 * @property {() => void} onConfirm
 */
/**
 * @typedef {object} MenuItem
 * @property {string} id
 * @property {string} label
 * @property {string} [icon]
 * @property {string} [keys]
 * @property {boolean} [danger]
 * @property {boolean} [disabled]
 * @property {boolean} [checked]
 * @property {boolean} [line] a line above it
 * @property {() => void} run
 */

export const dialog = signal(
  /** @type {'' | 'add' | 'help' | 'about' | 'palette' | 'confirm' | 'alerts' | 'preset' | 'closing' | 'remove'} */ (
    ''
  ),
);
export const question = signal(/** @type {Question | null} */ (null));
export const toasts = signal(/** @type {Toast[]} */ ([]));
export const menu = signal(
  /** @type {{items: MenuItem[], x: number, y: number, label: string, back: Element | null} | null} */ (null),
);
export const spoken = signal('');
export const drawer = signal(false);
const serial = { next: 1 };

const TOAST_MS = 8000;

/**
 * @param {string} text
 * @param {{tone?: 'ok' | 'err' | 'info', undo?: () => void, ms?: number}} [options]
 */
export function toast(text, options = {}) {
  const id = serial.next++;
  const entry = { id, text, tone: options.tone ?? 'ok', undo: options.undo };
  // Said again, it is the same news: the undo that counts is the last one's.
  toasts.value = [
    ...toasts
      .peek()
      .filter(other => other.text !== text)
      .slice(-3),
    entry,
  ];
  setTimeout(() => dismiss(id), options.ms ?? TOAST_MS);
  return id;
}

/** @param {number} id */
export function dismiss(id) {
  toasts.value = toasts.peek().filter(entry => entry.id !== id);
}

/** @param {unknown} error */
export function complain(error) {
  toast(error instanceof Error ? error.message : String(error), { tone: 'err' });
}

/** @param {string} text */
export function say(text) {
  spoken.value = text;
}

/** @param {Omit<Question, 'danger'> & {danger?: boolean}} asked */
export function ask(asked) {
  question.value = { danger: false, ...asked };
  dialog.value = 'confirm';
}

/**
 * @param {MenuItem[]} items
 * @param {{x: number, y: number, label: string}} where
 */
export function openMenu(items, where) {
  if (!items.length) return;
  frozen.value = true;
  menu.value = { items, back: document.activeElement, ...where };
}

export function closeMenu() {
  const back = menu.peek()?.back;
  menu.value = null;
  frozen.value = false;
  if (back instanceof HTMLElement) back.focus({ preventScroll: true });
}

export function closeDrawer() {
  drawer.value = false;
}

export function closeDialog() {
  dialog.value = '';
  question.value = null;
}
