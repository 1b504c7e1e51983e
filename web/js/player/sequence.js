// Pictures of a job's units for the player: fetched ahead, kept while they are new.
import { thumbnail } from '../api.js';

/** @typedef {import('../types').Unit} Unit */

const KEPT = 240;

export class Sequence {
  /** @param {string} job @param {number} exposure in stops @param {() => void} onArrived */
  constructor(job, exposure, onArrived) {
    this.job = job;
    this.exposure = exposure;
    this.onArrived = onArrived;
    /** @type {Map<string, HTMLImageElement>} */
    this.images = new Map();
  }

  /** The picture of a unit if it is there by now; asks for it otherwise. @param {Unit} unit */
  image(unit) {
    const key = `${unit.unit}.${unit.attempt}`;
    const known = this.images.get(key);
    if (known) return known.complete && known.naturalWidth ? known : null;
    const image = new Image();
    image.decoding = 'async';
    image.onload = this.onArrived;
    image.src = thumbnail(this.job, { big: true, unit: unit.unit, exposure: this.exposure, rev: key });
    this.images.set(key, image);
    this.trim();
    return null;
  }

  /** @param {Unit | undefined} unit */
  prefetch(unit) {
    if (unit?.state === 'done') this.image(unit);
  }

  trim() {
    for (const key of this.images.keys()) {
      if (this.images.size <= KEPT) return;
      this.images.delete(key);
    }
  }
}

/**
 * Paints a picture, or hatches with the frame's number where there is none.
 * @param {HTMLCanvasElement} canvas @param {HTMLImageElement | null} image @param {string} missing
 * @param {[number, number]} seen what of its width is not covered, 0–1: the number stands in the middle of that
 */
export function paint(canvas, image, missing, [from, to]) {
  const pen = canvas.getContext('2d');
  if (!pen) return;
  if (image) {
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    pen.drawImage(image, 0, 0);
    return;
  }
  if (!missing) return;
  hatch(canvas, pen);
  const { fontFamily } = getComputedStyle(canvas);
  const font = (/** @type {number} */ size) => `600 ${size}px ${fontFamily}`;
  const size = Math.round(canvas.height / 9);
  const room = canvas.width * (to - from) * 0.9;
  pen.font = font(size);
  pen.font = font(size * Math.min(1, room / pen.measureText(missing).width));
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = getComputedStyle(canvas).color;
  pen.fillText(missing, (canvas.width * (from + to)) / 2, canvas.height / 2);
}

/** @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2D} pen */
function hatch(canvas, pen) {
  const style = getComputedStyle(canvas);
  pen.fillStyle = style.getPropertyValue('--stage');
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = style.getPropertyValue('--line');
  pen.lineWidth = canvas.width / 120;
  const step = canvas.width / 24;
  for (let x = -canvas.height; x < canvas.width; x += step) {
    pen.beginPath();
    pen.moveTo(x, canvas.height);
    pen.lineTo(x + canvas.height, 0);
    pen.stroke();
  }
}
