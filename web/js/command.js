// The command line that asks for a job, as `zordon submit` reads it.

import { requestOf } from './requests.js';
import { machine } from './store.js';

/** @typedef {import('./types').JobRequest} JobRequest */

const USUAL = { priority: 50, max_attempts: 3 };

/** The line that submits a job again. @param {import('./types').Job} job */
export function commandOf(job) {
  return submitCommand(requestOf(job), isWindows());
}

/** Commands name files of the machine that runs Zordon, and are for its shell. */
export function isWindows() {
  return machine.peek().system_os === 'windows';
}

/**
 * @param {JobRequest} asked `local_path` is the project
 * @param {boolean} windows whether it is for a shell of Windows
 */
export function submitCommand(asked, windows) {
  const quote = windows ? quoteForWindows : quoteForUnix;
  return ['zordon', 'submit', ...submitWords(asked)].map(quote).join(' ');
}

/** @param {JobRequest} asked */
function submitWords(asked) {
  const { engine, engine_version: version, priority, max_attempts: attempts } = asked;
  return [
    fileWord(asked.local_path ?? ''),
    ...option('name', asked.name),
    ...option('engine', version ? `${engine}@${version}` : engine),
    ...option('preset', asked.preset),
    ...option('frames', asked.frames),
    ...Object.entries(asked.args ?? {}).flatMap(([name, value]) => option('set', `${name}=${textOf(value)}`)),
    ...splitWord(asked),
    ...(asked.nodes ?? []).flatMap(node => option('machine', node)),
    ...option('priority', priority === USUAL.priority ? undefined : priority),
    ...option('attempts', attempts === USUAL.max_attempts ? undefined : attempts),
    ...option('output', asked.output_path),
    ...option('existing', asked.existing),
    ...(asked.after ?? []).flatMap(job => option('after', job)),
    ...option('start-at', asked.start_at),
    ...(asked.paused ? ['--paused'] : []),
  ];
}

/** Without a preset, others may help anyway. @param {JobRequest} asked */
function splitWord({ enable_split_jobs: split, preset }) {
  if (split === false) return ['--no-split'];
  return split && preset ? ['--split'] : [];
}

/** A name that looks like an option is written as a path. @param {string} path */
function fileWord(path) {
  return path.startsWith('-') ? `./${path}` : path;
}

/** A value that looks like an option itself must be part of the same word. @param {string} name @param {string | number | undefined} value */
function option(name, value) {
  const text = String(value ?? '');
  if (!text) return [];
  return text.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text];
}

/** A value as `--set` takes it. @param {unknown} value */
function textOf(value) {
  if (typeof value === 'string') return value;
  return isPlainList(value) ? value.join(',') : JSON.stringify(value);
}

/** Whether commas alone tell the parts of a list apart. @param {unknown} value @returns {value is string[]} */
function isPlainList(value) {
  const isPlain = (/** @type {unknown} */ part) => typeof part === 'string' && part !== '' && !part.includes(',');
  return Array.isArray(value) && value.length > 0 && value.every(isPlain) && !value[0].startsWith('[');
}

const BARE = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/;
const BARE_ON_WINDOWS = /^[A-Za-z0-9_@+:,./\\-][A-Za-z0-9_@+=:,./\\-]*$/;

/** @param {string} word */
function quoteForUnix(word) {
  return BARE.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** Backslashes count twice before a quote only: so Windows programs read their arguments. @param {string} word */
function quoteForWindows(word) {
  return BARE_ON_WINDOWS.test(word) ? word : `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
