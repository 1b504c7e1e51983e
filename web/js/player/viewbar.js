import { formatter, t } from '../i18n.js';
import { h, html } from '../lib.js';
import { Button } from '../ui/button.js';

const MOST = 6;
const STEP = 0.5;
const STOPS = /** @type {const} */ ({ minimumFractionDigits: 1, signDisplay: 'exceptZero' });

/**
 * How the picture is looked at: brighter or darker, whole or pixel by pixel, once or again and again.
 * @param {{view: {exposure: number, whole: boolean}, onView: (changes: {exposure?: number, whole?: boolean}) => void,
 *   play: import('./playback.js').Playback}} props
 */
export function ViewBar({ view, onView, play }) {
  const { exposure, whole } = view;
  const set = (/** @type {number} */ value) => onView({ exposure: Math.max(-MOST, Math.min(MOST, value)) });
  return html`<div class="view-bar" role="group" aria-label=${t('player.view')}>
    <span class="muted small">${t('player.exposure')}</span>
    ${h(Button, { label: t('player.darker'), icon: 'minus', only: true, small: true, onClick: () => set(exposure - STEP) })}
    <button type="button" class="button quiet small exposure" title=${t('player.exposure_reset')} onClick=${() => set(0)}>${formatter(Intl.NumberFormat, STOPS).format(exposure)}</button>
    ${h(Button, { label: t('player.brighter'), icon: 'plus', only: true, small: true, onClick: () => set(exposure + STEP) })}
    <span class="space"></span>
    ${h(Button, { label: t('player.loop'), icon: 'repeat', only: true, small: true, kind: 'quiet', pressed: play.loop, onClick: () => play.setLoop(!play.loop) })}
    ${h(Button, { label: t('player.pixels'), icon: 'scan-search', only: true, small: true, kind: 'quiet', pressed: !whole, onClick: () => onView({ whole: !whole }) })}
  </div>`;
}
