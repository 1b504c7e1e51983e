import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { Button } from '../ui/button.js';

/** @typedef {import('../types').Unit} Unit */

const MOST_STOPS = 60;

/** @param {{all: Unit[], play: import('./playback.js').Playback, full: () => void, tools: boolean, onTools: () => void}} props */
export function Transport({ all, play, full, tools, onTools }) {
  const { place, speed } = play;
  const unit = /** @type {Unit | undefined} */ (all[place]);
  const few = all.length < 2;
  return html`<figcaption class="transport">
    ${h(Button, { label: t(speed ? 'player.pause' : 'player.play'), icon: speed ? 'pause' : 'play', only: true, small: true, keys: speed ? 'K' : 'L', disabled: few, onClick: play.toggle })}
    ${h(Button, { label: t('player.back'), icon: 'skip-back', only: true, small: true, kind: 'quiet', keys: '←', off: place <= 0, onClick: () => play.step(-1) })}
    ${h(Button, { label: t('player.next'), icon: 'skip-forward', only: true, small: true, kind: 'quiet', keys: '→', off: place >= all.length - 1, onClick: () => play.step(1) })}
    ${h(Scrub, { all, place, onGo: play.goTo })}
    <span class="place"><strong>${unit ? String(unit.first) : '–'}</strong><span class="muted"> / ${all.length ? String(all[all.length - 1].last) : '–'}</span>${Math.abs(speed) > 1 || speed < 0 ? html`<span class="speed">${speed}×</span>` : null}</span>
    ${h(Button, { label: t('player.tools'), icon: 'sliders-horizontal', only: true, small: true, kind: 'quiet', expanded: tools, onClick: onTools })}
    ${h(Button, { label: t('player.full'), icon: 'maximize', only: true, small: true, kind: 'quiet', keys: 'F', onClick: full })}
  </figcaption>`;
}

/** @param {{all: Unit[], place: number, onGo: (place: number) => void}} props */
function Scrub({ all, place, onGo }) {
  const unit = /** @type {Unit | undefined} */ (all[place]);
  return html`<input
    type="range"
    class="scrub"
    min="0"
    max=${Math.max(0, all.length - 1)}
    value=${Math.max(0, place)}
    disabled=${all.length < 2}
    aria-label=${t('player.scrub')}
    aria-valuetext=${unit ? t('unit.frame', { frame: String(unit.first) }) : ''}
    style=${{ '--done': scrubTrack(all) }}
    onInput=${(/** @type {Event} */ event) => onGo(Number(/** @type {HTMLInputElement} */ (event.target).value))}
  />`;
}

/** Which part of the track has pictures, as colour stops. @param {Unit[]} all */
function scrubTrack(all) {
  const stops = [];
  for (let from = 0; from < all.length; ) {
    const state = all[from].state === 'done';
    let to = from;
    while (to < all.length && (all[to].state === 'done') === state) to += 1;
    stops.push(`var(${state ? '--accent-line' : '--track'}) ${(from / all.length) * 100}% ${(to / all.length) * 100}%`);
    from = to;
    if (stops.length > MOST_STOPS) return 'var(--accent-line)';
  }
  return stops.length > 1 ? `linear-gradient(90deg, ${stops.join(', ')})` : 'var(--track)';
}
