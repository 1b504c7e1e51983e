import { t } from '../i18n.js';
import { html } from '../lib.js';
import { prefs, setPrefs } from '../prefs.js';

const LIMITS = { sidebar: [180, 380], inspector: [340, 820] };

/** Drag it, or move it with the arrow keys. @param {{side: 'sidebar' | 'inspector'}} props */
export function Splitter({ side }) {
  const [least, most] = LIMITS[side];
  const set = (/** @type {number} */ width) => setPrefs({ [side]: Math.round(Math.max(least, Math.min(most, width))) });
  const sign = (side === 'sidebar' ? 1 : -1) * (document.dir === 'rtl' ? -1 : 1);
  const onPointerDown = (/** @type {PointerEvent} */ event) => {
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    const begun = { x: event.clientX, width: prefs.peek()[side] };
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = moved => set(begun.width + (moved.clientX - begun.x) * sign);
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (!step) return;
    event.preventDefault();
    set(prefs.peek()[side] + step * sign);
  };
  return html`<div
    class="splitter"
    role="separator"
    aria-orientation="vertical"
    aria-label=${t(`splitter.${side}`)}
    aria-valuenow=${prefs.value[side]}
    aria-valuemin=${least}
    aria-valuemax=${most}
    tabindex="0"
    onPointerDown=${onPointerDown}
    onKeyDown=${onKeyDown}
  ></div>`;
}
