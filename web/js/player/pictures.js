import { t } from '../i18n.js';
import { h, html, useEffect, useRef, useState } from '../lib.js';
import { unitShown, units, unitsOf } from '../units.js';
import { CompareBar, useOther } from './compare.js';
import { Picture } from './picture.js';
import { playerKey, usePlayback } from './playback.js';
import { Transport } from './transport.js';
import { ViewBar } from './viewbar.js';

/** @typedef {import('../types').Job} Job */
/** @typedef {import('../types').Unit} Unit */

const USUAL_FPS = 24;

/** The pictures of a job's units, while it runs and afterwards. @param {{job: Job}} props */
export function Pictures({ job }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const all = unitsOf.value === job.id ? units.value : [];
  const play = usePlayback(all.length, newest(all, job), job.fps > 0 ? job.fps : USUAL_FPS);
  const [view, setView] = useState({ exposure: 0, whole: true, tools: false });
  const [against, setAgainst] = useState('');
  const [wipe, setWipe] = useState(50);
  const other = useOther(against);
  const unit = all[play.place];
  useEffect(() => {
    const wanted = all.findIndex(entry => entry.unit === unitShown.value);
    if (wanted >= 0 && wanted !== play.place) play.goTo(wanted);
  }, [unitShown.value, all.length]);
  const full = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void box.current?.requestFullscreen?.();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (!playerKey(event, play, all.length, full)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shape = job.width && job.height ? `${job.width} / ${job.height}` : '16 / 9';
  return html`<figure class="player" ref=${box} onKeyDown=${onKeyDown} aria-label=${t('player.name')}>
    <div class=${`stage ${view.whole ? '' : 'unscaled'}`} style=${{ aspectRatio: shape }} tabindex=${view.whole ? undefined : 0}>
      ${h(Picture, { job: job.id, all, place: play.place, speed: play.speed, exposure: view.exposure, seen: [0, against ? wipe / 100 : 1] })}
      ${against && h(Other, { id: against, other, frame: unit?.first, wipe, exposure: view.exposure, speed: play.speed })}
      ${all.length > 0 && !all.some(entry => entry.state === 'done') && html`<p class="stage-words">${t('player.none_yet')}</p>`}
    </div>
    ${h(Transport, { all, play, full, tools: view.tools, onTools: () => setView({ ...view, tools: !view.tools }) })}
    ${view.tools && h(ViewBar, { view, onView: changes => setView({ ...view, ...changes }), play })}
    ${view.tools && h(CompareBar, { job, against, wipe, onAgainst: setAgainst, onWipe: setWipe })}
  </figure>`;
}

/** The same frame of the other job, to the right of the wipe. @param {{id: string, other: Unit[], frame: number | undefined, wipe: number, exposure: number, speed: number}} props */
function Other({ id, other, frame, wipe, exposure, speed }) {
  const place = other.findIndex(unit => unit.first === frame);
  return html`<div class="wipe" style=${{ clipPath: `inset(0 0 0 ${wipe}%)` }}>
    ${h(Picture, { job: id, all: other, place, speed, exposure, seen: [wipe / 100, 1], absent: frame })}
  </div>
  <div class="wipe-line" style=${{ insetInlineStart: `${wipe}%` }} aria-hidden="true"><span>A</span><span>B</span></div>`;
}

/** The unit published last, else the first that is done. @param {Unit[]} all @param {Job} job */
function newest(all, job) {
  const found = all.findIndex(unit => unit.unit === job.last_unit);
  if (found >= 0) return found;
  const done = all.findIndex(unit => unit.state === 'done');
  return all.length ? Math.max(0, done) : -1;
}
