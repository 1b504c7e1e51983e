import { t } from '../i18n.js';
import { html, useEffect, useMemo, useRef, useState } from '../lib.js';
import { paint, Sequence } from './sequence.js';

/** @typedef {import('../types').Unit} Unit */

const AHEAD = 12;

/**
 * One unit's picture on a canvas; hatched with its number where there is none.
 * @param {{job: string, all: Unit[], place: number, speed: number, exposure: number, seen: [number, number], absent?: number}} props ``seen``: what of its width is not covered, 0–1
 */
export function Picture({ job, all, place, speed, exposure, seen, absent }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const [arrived, setArrived] = useState(0);
  const sequence = useMemo(() => new Sequence(job, exposure, () => setArrived(before => before + 1)), [job, exposure]);
  const unit = /** @type {Unit | undefined} */ (all[place]);
  const done = unit?.state === 'done';
  useEffect(() => {
    if (!canvas.current) return;
    const image = unit && done ? sequence.image(unit) : null;
    const frame = unit?.first ?? absent;
    if (image || !done)
      paint(canvas.current, image, frame === undefined ? '' : t('player.missing', { frame: String(frame) }), seen);
    const way = Math.sign(speed);
    for (let step = 1; way && step < AHEAD; step += 1) sequence.prefetch(all[place + step * way]);
  }, [place, arrived, done, unit?.attempt, sequence, ...seen]);
  const label = unit
    ? t(done ? 'player.frame' : 'player.frame_missing', { frame: String(unit.first) })
    : t('player.empty');
  return html`<canvas ref=${canvas} width="640" height="360" role="img" aria-label=${label} data-frame=${unit?.first} data-state=${unit?.state}></canvas>`;
}
