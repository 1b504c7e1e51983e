// Which rows of a list of fixed height are near the window of its scroller.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';

const SPARE = 6;

/**
 * @param {number} total
 * @param {number} height of a row in px
 * @param {number} head px that stick to the top
 */
export function useWindow(total, height, head) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [view, setView] = useState({ top: 0, size: 800 });
  const read = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const top = Math.floor(element.scrollTop / height) * height;
    setView(before =>
      before.top === top && before.size === element.clientHeight ? before : { top, size: element.clientHeight },
    );
  }, [height]);
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
  return { box, first, last, onScroll: read, reveal };
}
