// Which rows of a list of fixed height are near the window of its scroller.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';

const SPARE = 6;
/** Who moves so much of what is seen, again within so many milliseconds, flings: nobody can read every word. */
const FLUNG = { share: 0.5, within: 100 };

/**
 * @param {number} total
 * @param {number} height of a row in px
 * @param {number} head px that stick to the top
 */
export function useWindow(total, height, head) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [view, setView] = useState({ top: 0, size: 800 });
  const [isFlung, noteMove] = useFling();
  const read = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const top = Math.floor(element.scrollTop / height) * height;
    noteMove(top, element.clientHeight);
    setView(before =>
      before.top === top && before.size === element.clientHeight ? before : { top, size: element.clientHeight },
    );
  }, [height, noteMove]);
  useLayoutEffect(read, [read, total]);
  useEffect(() => {
    const watcher = new ResizeObserver(read);
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, [read]);
  const first = Math.max(0, Math.min(Math.floor(view.top / height), total - 1) - SPARE);
  const last = Math.min(total, Math.ceil((view.top + view.size) / height) + SPARE);
  const reveal = useCallback(
    (/** @type {number} */ index) => {
      const element = box.current;
      if (!element || index < 0) return;
      const top = index * height;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + height + head > element.scrollTop + element.clientHeight)
        element.scrollTop = top + height + head - element.clientHeight;
    },
    [height, head],
  );
  // A row that leaves on one side gives its elements to one that comes on the other.
  const places = Math.ceil(view.size / height) + 2 * SPARE + 1;
  return { box, first, last, places, isFlung, onScroll: read, reveal };
}

/** Whether the list is flung at present, and what is to be told of each move. @returns {[boolean, (top: number, size: number) => void]} */
function useFling() {
  const [isFlung, setFlung] = useState(false);
  const last = useRef({ top: 0, at: 0, timer: 0 });
  const noteMove = useCallback((/** @type {number} */ top, /** @type {number} */ size) => {
    const before = last.current;
    if (Math.abs(top - before.top) < size * FLUNG.share) return;
    const at = performance.now();
    if (at - before.at < FLUNG.within) {
      clearTimeout(before.timer);
      before.timer = window.setTimeout(() => setFlung(false), FLUNG.within);
      setFlung(true);
    }
    before.top = top;
    before.at = at;
  }, []);
  return [isFlung, noteMove];
}
