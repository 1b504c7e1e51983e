// The job that a person is about to add: its sources and what was chosen. The dialog only shows this.

import { post, remove, request, upload } from '../api.js';
import { loadPresets } from '../catalogue.js';
import { mayAct, whyNotAct } from '../farm.js';
import { baseName } from '../format.js';
import { batch, computed, signal } from '../lib.js';
import { dialog, toast } from '../overlay.js';
import { prefs } from '../prefs.js';

/**
 * @typedef {object} Source
 * @property {number} id
 * @property {string} name
 * @property {File} [file]
 * @property {string} [path] on the machine of the server
 * @property {string} [job] the job whose project it is
 * @property {'waiting' | 'sending' | 'looking' | 'ready' | 'unseen' | 'wrong'} state
 * @property {number} fraction
 * @property {string} message
 * @property {string} engine
 * @property {import('../types').Probe | null} probe
 * @property {string} needs the engine version that is missing
 * @property {string} [kept] id of the file at the server, which keeps it for a while
 * @property {AbortController} [abort]
 */
/**
 * @typedef {object} Form
 * @property {string} name
 * @property {string} preset
 * @property {Record<string, unknown>} args only what a person or the preset set
 * @property {string[]} touched names of arguments that a person changed
 * @property {string[]} cameras one job for each, when there are several
 * @property {string} pattern of names
 * @property {string[]} nodes machines that may take part; none: all
 * @property {string} frames
 * @property {boolean} framesTouched
 * @property {string} version
 * @property {boolean} split
 * @property {string} output
 * @property {'overwrite' | 'skip' | 'replace'} existing
 * @property {'now' | 'paused' | 'at' | 'after'} when
 * @property {string} startAt
 * @property {string} after
 * @property {number} priority
 * @property {number} attempts of each frame
 * @property {string} replaces the job that goes for this one
 * @property {{after: string[], startAt: string}} kept what that job waits for
 */

export const ATTEMPTS = 3;

/** @returns {Form} */
const blank = () => ({
  name: '',
  preset: '',
  args: {},
  touched: [],
  cameras: [],
  pattern: prefs.peek().pattern,
  nodes: [],
  frames: '',
  framesTouched: false,
  version: '',
  split: prefs.peek().split,
  output: '',
  existing: 'overwrite',
  when: 'now',
  startAt: '',
  after: '',
  priority: 50,
  attempts: ATTEMPTS,
  replaces: '',
  kept: { after: [], startAt: '' },
});

export const sources = signal(/** @type {Source[]} */ ([]));
export const form = signal(blank());
export const sending = signal(false);
export const refusal = signal('');
export const tried = signal(false);
const serial = { next: 1 };

/** The engine of the first file: the form shows its options. */
export const engineName = computed(() => sources.value.find(source => source.engine)?.engine ?? '');
export const firstProbe = computed(() => sources.value.find(source => source.probe)?.probe ?? null);

/** @param {Partial<Form>} changes */
export function setForm(changes) {
  form.value = { ...form.peek(), ...changes };
}

/** @param {{files?: Iterable<File>, paths?: string[]}} [given] */
export function openAddJob(given = {}) {
  if (!mayAct()) return void toast(whyNotAct(), { tone: 'info' });
  if (dialog.peek() !== 'add') resetDraft();
  // Another window, or an editor, may have changed them.
  void loadPresets();
  dialog.value = 'add';
  addFiles(given.files ?? []);
  for (const path of given.paths ?? []) addPath(path);
}

export function resetDraft() {
  for (const source of sources.peek()) letGo(source);
  batch(() => {
    sources.value = [];
    form.value = blank();
    refusal.value = '';
    tried.value = false;
    sending.value = false;
  });
}

/** @param {Iterable<File>} files */
export function addFiles(files) {
  for (const file of files) addSource({ name: file.name, file });
}

/** @param {string} path */
export function addPath(path) {
  const clean = path.trim().replace(/^["']|["']$/g, '');
  if (clean) addSource({ name: baseName(clean), path: clean });
}

/** @param {Partial<Source> & {name: string}} given */
export function addSource(given) {
  /** @type {Source} */
  const source = {
    id: serial.next++,
    state: 'waiting',
    fraction: 0,
    message: '',
    engine: '',
    needs: '',
    probe: null,
    ...given,
  };
  sources.value = [...sources.peek(), source];
  if (sources.peek().length === 1 && !form.peek().name) setForm({ name: stemOf(source.name) });
  void look(source.id);
}

/** @param {number} id */
export function removeSource(id) {
  const source = sources.peek().find(entry => entry.id === id);
  if (source) letGo(source);
  sources.value = sources.peek().filter(source => source.id !== id);
  if (!sources.peek().length) setForm({ name: '' });
}

/** What was sent is not wanted any more. @param {Source} source */
function letGo(source) {
  source.abort?.abort();
  if (source.kept) void remove(`uploads/${source.kept}`).catch(() => {});
}

/** @param {number} id @param {Partial<Source>} changes */
export function change(id, changes) {
  sources.value = sources.peek().map(source => (source.id === id ? { ...source, ...changes } : source));
}

/** Asks the server what is in a file. @param {number} id */
async function look(id) {
  const source = sources.peek().find(entry => entry.id === id);
  if (!source) return;
  const abort = new AbortController();
  change(id, { state: source.file ? 'sending' : 'looking', abort });
  try {
    if (!source.engine) await nameEngine(id, source.name);
    found(
      id,
      await probe(
        source,
        fraction => change(id, { fraction, state: fraction < 1 ? 'sending' : 'looking' }),
        abort.signal,
      ),
    );
  } catch (error) {
    if (error instanceof DOMException) return;
    const status = /** @type {{status?: number}} */ (error).status;
    const message = error instanceof Error ? error.message : String(error);
    change(id, status === 405 ? { state: 'unseen' } : { state: 'wrong', message, needs: missingVersion(message) });
  }
}

/** The version that the server's sentence names as missing. @param {string} message */
function missingVersion(message) {
  return (
    /(?:needs|made with|saved with|no build of \w+|has no \w+|Blender|FFmpeg) (\d+\.\d+(?:\.\d+)?)/i.exec(
      message,
    )?.[1] ?? ''
  );
}

/** @param {number} id @param {string} name */
async function nameEngine(id, name) {
  const answer = await request(`engines/for_filename?filename=${encodeURIComponent(name)}`);
  change(id, { engine: (await answer.text()).trim() });
}

/** @param {Source} source @param {(fraction: number) => void} onProgress @param {AbortSignal} signal */
function probe(source, onProgress, signal) {
  if (source.file) return upload('probe', { keep: true }, source.file, onProgress, signal);
  return post('probe', source.job ? { project_of: source.job } : { local_path: source.path });
}

/** Sends a file of which the server keeps nothing (any more). @param {number} id */
export async function sendAgain(id) {
  const source = sources.peek().find(entry => entry.id === id);
  if (!source?.file) return;
  const onProgress = (/** @type {number} */ fraction) =>
    change(id, { state: fraction < 1 ? 'sending' : 'looking', fraction });
  const result = await upload('probe', { keep: true }, source.file, onProgress);
  change(id, { state: 'ready', probe: result, engine: result.engine, kept: result.upload });
}

/** @param {number} id @param {import('../types').Probe} result */
function found(id, result) {
  change(id, { state: 'ready', probe: result, engine: result.engine, kept: result.upload });
  const { framesTouched } = form.peek();
  if (sources.peek()[0]?.id === id && !framesTouched) setForm({ frames: detectedFrames(result) });
}

/** @param {import('../types').Probe} probe */
export function detectedFrames(probe) {
  if (probe.engine === 'ffmpeg' || probe.start_frame === null || probe.end_frame === null) return '';
  if (probe.start_frame === probe.end_frame) return `${probe.start_frame}`;
  return `${probe.start_frame}-${probe.end_frame}${probe.frame_step > 1 ? `x${probe.frame_step}` : ''}`;
}

/** A file name without its extension. @param {string} name */
export function stemOf(name) {
  return name.replace(/\.[^.]+$/, '') || name;
}

/** @param {string} id @param {import('../types').Preset[]} known */
export function choosePreset(id, known) {
  const { args, touched } = form.peek();
  const own = Object.fromEntries(Object.entries(args).filter(([name]) => touched.includes(name)));
  setForm({ preset: id, args: { ...known.find(preset => preset.id === id)?.args, ...own } });
}

/** @param {string} name @param {unknown} value undefined: back to the default */
export function setArgument(name, value) {
  const { args, touched } = form.peek();
  const next = { ...args };
  if (value === undefined || value === '') delete next[name];
  else next[name] = value;
  const rest = touched.filter(entry => entry !== name);
  setForm({ args: next, touched: value === undefined || value === '' ? rest : [...rest, name] });
}
