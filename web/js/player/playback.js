// Where the player stands and how fast it goes: J, K, L shuttle, loop, and one step at a time.
import { useEffect, useRef, useState } from '../lib.js';

const FASTEST = 8;

/**
 * @param {number} total pictures there are
 * @param {number} rest where to stand before anybody moved: the newest picture
 * @param {number} fps
 */
export function usePlayback(total, rest, fps) {
  const [at, setAt] = useState(-1);
  const [speed, setSpeed] = useState(0);
  const [loop, setLoop] = useState(true);
  const place = at < 0 ? rest : Math.min(at, total - 1);
  const here = useRef(place);
  here.current = place;
  useEffect(() => {
    if (!speed || total < 2) return undefined;
    const timer = setInterval(
      () => {
        const next = here.current + Math.sign(speed);
        const inside = next >= 0 && next < total;
        if (inside || loop) setAt((next + total) % total);
        else setSpeed(0);
      },
      1000 / (fps * Math.abs(speed)),
    );
    return () => clearInterval(timer);
  }, [speed, fps, total, loop]);

  const goTo = (/** @type {number} */ wanted) => {
    setSpeed(0);
    setAt(Math.max(0, Math.min(total - 1, wanted)));
  };
  const shuttle = (/** @type {-1 | 0 | 1} */ way) => {
    if (at < 0) setAt(place);
    if (!way) setSpeed(0);
    else setSpeed(Math.sign(speed) === way ? Math.max(-FASTEST, Math.min(FASTEST, speed * 2)) : way);
  };
  const restart = place >= total - 1 && !loop;
  const toggle = () => {
    if (speed) return setSpeed(0);
    setAt(restart ? 0 : place);
    setSpeed(1);
  };
  return { place, speed, loop, setLoop, goTo, shuttle, toggle, step: (/** @type {number} */ by) => goTo(place + by) };
}

/** @typedef {ReturnType<typeof usePlayback>} Playback */

/** The keys of the player; whether it took the key. @param {KeyboardEvent} event @param {Playback} play @param {number} total @param {() => void} full */
export function playerKey(event, play, total, full) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLSelectElement) return false;
  const onSlider = event.target instanceof HTMLInputElement && event.target.type === 'range';
  const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -total, End: total };
  const by = onSlider ? undefined : steps[/** @type {keyof typeof steps} */ (event.key)];
  const key = event.key.toLowerCase();
  if (by) play.step(by);
  else if (key === 'j') play.shuttle(-1);
  else if (key === 'k') play.shuttle(0);
  else if (key === 'l') play.shuttle(1);
  else if (key === ' ' && !(event.target instanceof HTMLButtonElement)) play.toggle();
  else if (key === 'f') full();
  else return false;
  return true;
}
