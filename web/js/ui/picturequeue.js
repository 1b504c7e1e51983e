// Small pictures are fetched four at a time, newest wish first: the browser has only six connections for everything.

const AT_ONCE = 4;
const REMEMBERED = 2000;

/** @typedef {{url: string, done: (there: boolean) => void}} Wish */
const queue = { waiting: /** @type {Wish[]} */ ([]), running: 0, seen: /** @type {Set<string>} */ (new Set()) };

/** Whether the picture was fetched before, so that the browser has it. @param {string} url */
export function isSeen(url) {
  return queue.seen.has(url);
}

/**
 * Fetches a picture when its turn comes; the function that comes back takes the wish back.
 * @param {string} url
 * @param {(there: boolean) => void} done
 */
export function fetchPicture(url, done) {
  const wish = { url, done };
  queue.waiting.push(wish);
  pump();
  return () => {
    queue.waiting = queue.waiting.filter(other => other !== wish);
    wish.done = () => {};
  };
}

function pump() {
  while (queue.running < AT_ONCE) {
    const wish = queue.waiting.pop();
    if (!wish) return;
    queue.running += 1;
    const image = new Image();
    image.onload = () => settle(wish, true);
    image.onerror = () => settle(wish, false);
    image.src = wish.url;
  }
}

/** @param {Wish} wish @param {boolean} there */
function settle(wish, there) {
  queue.running -= 1;
  if (there) remember(wish.url);
  wish.done(there);
  pump();
}

/** @param {string} url */
function remember(url) {
  queue.seen.add(url);
  if (queue.seen.size > REMEMBERED) queue.seen.delete(/** @type {string} */ (queue.seen.values().next().value));
}
