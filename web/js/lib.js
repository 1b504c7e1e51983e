// The libraries, in one place: everything else imports from here.
import { h, render } from '../vendor/preact.js';
import htm from '../vendor/htm.js';

export { h, render, Fragment } from '../vendor/preact.js';
export { useEffect, useLayoutEffect, useMemo, useRef, useState, useCallback, useId } from '../vendor/preact-hooks.js';
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from '../vendor/signals.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} Children */
/** @typedef {import('../vendor/preact.js').VNode<any>} View */

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(/** @type {any} */ (h));

/**
 * @param {View} view
 * @param {Element} place
 */
export function mount(view, place) {
  render(view, place);
}
