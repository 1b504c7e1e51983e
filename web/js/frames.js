// Frame ranges as people write them: 1-10x2,15. The server decides in the end; this answers while one types.

const PART = /^(-?\d+)(?:-(-?\d+)(?:x(\d+))?)?$/;
const MOST = 200_000;

/** What is wrong with a text: a key of the catalogue and its values. */
export class FrameError extends Error {
  /**
   * @param {string} key
   * @param {Record<string, string | number>} values
   */
  constructor(key, values) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

/**
 * @param {string} text
 * @returns {number[]}
 */
export function parseFrames(text) {
  const parts = text
    .split(',')
    .map(part => part.replace(/\s/g, ''))
    .filter(Boolean);
  if (!parts.length) throw new FrameError('frames.empty', {});
  const frames = new Set(parts.flatMap(parsePart));
  if (frames.size > MOST) throw new FrameError('frames.many', { n: MOST });
  return [...frames].sort((a, b) => a - b);
}

/** @param {string} part */
function parsePart(part) {
  const match = PART.exec(part);
  if (!match) throw new FrameError('frames.bad', { part });
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  const step = match[3] === undefined ? 1 : Number(match[3]);
  if (step < 1) throw new FrameError('frames.step', { part });
  if (last < first) throw new FrameError('frames.backwards', { part, first, last });
  const length = Math.floor((last - first) / step) + 1;
  if (length > MOST) throw new FrameError('frames.many', { n: MOST });
  return Array.from({ length }, (_, index) => first + index * step);
}

/**
 * The shortest text for sorted frame numbers: 1-4,9.
 * @param {number[]} frames
 */
export function formatFrames(frames) {
  const ordered = [...new Set(frames)].sort((a, b) => a - b);
  const runs = /** @type {number[][]} */ ([]);
  for (const frame of ordered) {
    const run = runs.at(-1);
    if (run && frame === run[1] + 1) run[1] = frame;
    else runs.push([frame, frame]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
