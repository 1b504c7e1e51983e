import { downloadAddress } from '../api.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useMemo, useRef, useState } from '../lib.js';
import { isVideo } from '../status.js';
import { unitShown, units, unitsOf } from '../units.js';
import { Button } from './button.js';
import { Film } from './film.js';
import { paint, Sequence } from './sequence.js';

/** @typedef {import('../types').Job} Job */

/** Films play as films once they are whole; everything else, and every running job, as single pictures. @param {{job: Job}} props */
export function Player({ job }) {
  const whole = isVideo(job) && job.status === 'completed' && job.file_count > 0;
  return whole ? h(Film, { job, address: downloadAddress }) : h(Pictures, { job });
}

/** @param {{job: Job}} props */
function Pictures({ job }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const stage = useRef(/** @type {HTMLElement | null} */ (null));
  const [at, setAt] = useState(-1);
  const [speed, setSpeed] = useState(0);
  const [arrived, setArrived] = useState(0);
  const sequence = useMemo(() => new Sequence(job.id, () => setArrived(Date.now() + Math.random())), [job.id]);
  const all = unitsOf.value === job.id ? units.value : [];
  const place = at < 0 ? lastDone(all, job) : Math.min(at, all.length - 1);
  const unit = all[place];
  const fps = job.fps > 0 ? job.fps : 24;

  useEffect(() => {
    const wanted = all.findIndex(entry => entry.unit === unitShown.value);
    if (wanted >= 0) setAt(wanted);
  }, [unitShown.value, all.length]);
  useEffect(() => {
    if (!canvas.current) return;
    const there = unit?.state === 'done' ? sequence.image(unit) : null;
    if (there || unit?.state !== 'done')
      paint(canvas.current, there, unit ? t('player.missing', { frame: String(unit.first) }) : '');
    if (speed) for (let ahead = 1; ahead < 12; ahead += 1) prefetch(all[place + ahead * Math.sign(speed)]);
  }, [place, arrived, unit?.state, unit?.attempt, job.id]);
  useEffect(() => {
    if (!speed || all.length < 2) return undefined;
    const timer = setInterval(
      () => setAt(before => (before + Math.sign(speed) + all.length) % all.length),
      1000 / (fps * Math.abs(speed)),
    );
    return () => clearInterval(timer);
  }, [speed, fps, all.length]);

  /** @param {import('../types').Unit | undefined} ahead */
  function prefetch(ahead) {
    if (ahead?.state === 'done') sequence.image(ahead);
  }
  const step = (/** @type {number} */ amount) => {
    setSpeed(0);
    setAt(Math.max(0, Math.min(all.length - 1, place + amount)));
  };
  const full = () =>
    document.fullscreenElement ? void document.exitFullscreen() : void stage.current?.requestFullscreen?.();
  const play = () => {
    if (at < 0) setAt(place);
    setSpeed(speed ? 0 : 1);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -all.length, End: all.length };
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) step(steps[/** @type {keyof typeof steps} */ (event.key)]);
    else if (key === 'j') shuttle(-1);
    else if (key === 'k') setSpeed(0);
    else if (key === 'l') shuttle(1);
    else if (key === ' ' && !(event.target instanceof HTMLButtonElement)) play();
    else if (key === 'f') full();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shuttle = (/** @type {number} */ way) => {
    if (at < 0) setAt(place);
    setSpeed(Math.sign(speed) === way ? Math.max(-8, Math.min(8, speed * 2)) : way);
  };
  const missing = unit && unit.state !== 'done';
  return html`<figure class="player" ref=${stage} onKeyDown=${onKeyDown} aria-label=${t('player.name')}>
    <div class="stage" style=${{ aspectRatio: job.width && job.height ? `${job.width} / ${job.height}` : '16 / 9' }}>
      <canvas ref=${canvas} width="640" height="360" role="img" aria-label=${unit ? t(missing ? 'player.frame_missing' : 'player.frame', { frame: String(unit.first) }) : t('player.empty')}></canvas>
      ${all.length && !all.some(entry => entry.state === 'done') && html`<p class="stage-words">${t('player.none_yet')}</p>`}
    </div>
    <figcaption class="transport">
      ${h(Button, { label: t(speed ? 'player.pause' : 'player.play'), icon: speed ? 'pause' : 'play', only: true, small: true, keys: speed ? 'K' : 'L', disabled: all.length < 2, onClick: play })}
      ${h(Button, { label: t('player.back'), icon: 'skip-back', only: true, small: true, kind: 'quiet', keys: '←', disabled: place <= 0, onClick: () => step(-1) })}
      ${h(Button, { label: t('player.next'), icon: 'skip-forward', only: true, small: true, kind: 'quiet', keys: '→', disabled: place >= all.length - 1, onClick: () => step(1) })}
      <input type="range" class="scrub" min="0" max=${Math.max(0, all.length - 1)} value=${Math.max(0, place)} disabled=${all.length < 2} aria-label=${t('player.scrub')} aria-valuetext=${unit ? t('unit.frame', { frame: String(unit.first) }) : ''} style=${{ '--done': scrubTrack(all) }} onInput=${(
        /** @type {Event} */ event,
      ) => {
        setSpeed(0);
        setAt(Number(/** @type {HTMLInputElement} */ (event.target).value));
      }} />
      <span class="place"><strong>${unit ? String(unit.first) : '–'}</strong><span class="muted"> / ${all.length ? String(all[all.length - 1].last) : '–'}</span>${Math.abs(speed) > 1 || speed < 0 ? html`<span class="speed">${speed}×</span>` : null}</span>
      ${h(Button, { label: t('player.full'), icon: 'maximize', only: true, small: true, kind: 'quiet', keys: 'F', onClick: full })}
    </figcaption>
  </figure>`;
}

/** The unit published last, else the first. @param {import('../types').Unit[]} all @param {Job} job */
function lastDone(all, job) {
  const found = all.findIndex(unit => unit.unit === job.last_unit);
  return found >= 0
    ? found
    : all.length
      ? Math.max(
          0,
          all.findIndex(unit => unit.state === 'done'),
        )
      : -1;
}

/** Which part of the track has pictures, as colour stops. @param {import('../types').Unit[]} all */
function scrubTrack(all) {
  const stops = [];
  for (let from = 0; from < all.length; ) {
    const state = all[from].state === 'done';
    let to = from;
    while (to < all.length && (all[to].state === 'done') === state) to += 1;
    stops.push(`var(${state ? '--accent-line' : '--track'}) ${(from / all.length) * 100}% ${(to / all.length) * 100}%`);
    from = to;
    if (stops.length > 60) return 'var(--track)';
  }
  return stops.length > 1 ? `linear-gradient(90deg, ${stops.join(', ')})` : 'var(--track)';
}
