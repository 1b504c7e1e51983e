// The person's presets.yaml: what is on disk, what was written here and not saved yet, and what is wrong in it.

import { get, post, put } from '../api.js';
import { loadPresets } from '../catalogue.js';
import { mayAct } from '../farm.js';
import { t } from '../i18n.js';
import { batch, computed, signal } from '../lib.js';
import { toast } from '../overlay.js';

/** @typedef {{line: number, message: string, level: 'error' | 'warning', preset: string, about: string}} Problem line 0: of the whole file */
/** @typedef {{path: string, text: string, hash: string, problems: Problem[], built_in: string}} PresetsFile */

const AFTER_TYPING_MS = 300;
const waiting = { timer: 0 };

export const file = signal(/** @type {PresetsFile | null} */ (null));
/** What was written and is not saved; null: nothing. */
export const draft = signal(/** @type {string | null} */ (null));
export const problems = signal(/** @type {Problem[]} */ ([]));
/** Why the file could not be read or written. */
export const refused = signal('');
export const saving = signal(false);

export const text = computed(() => draft.value ?? file.value?.text ?? '');
export const hasErrors = computed(() => problems.value.some(problem => problem.level === 'error'));

/** What was not saved stays. */
export async function readFile() {
  try {
    took(await get('presets/file'));
  } catch (error) {
    refused.value = wordsOf(error);
  }
}

/** @param {PresetsFile} present */
function took(present) {
  if (draft.peek() !== null && file.peek()) return;
  batch(() => {
    file.value = present;
    problems.value = present.problems;
    refused.value = '';
  });
}

/** @param {string} written */
export function write(written) {
  draft.value = written === file.peek()?.text ? null : written;
  refused.value = '';
  clearTimeout(waiting.timer);
  if (mayAct()) waiting.timer = setTimeout(() => void check(written), AFTER_TYPING_MS);
}

/** @param {string} written */
async function check(written) {
  try {
    const found = await post('presets/validate', { text: written });
    // What was typed meanwhile is asked about next.
    if (text.peek() === written) problems.value = found;
  } catch (error) {
    refused.value = wordsOf(error);
  }
}

export async function save() {
  const present = file.peek();
  if (draft.peek() === null || !present || saving.peek()) return;
  saving.value = true;
  try {
    const saved = await put('presets', { text: text.peek(), replaces: present.hash });
    draft.value = null;
    took(saved);
    toast(t('presets.saved'));
    await loadPresets();
  } catch (error) {
    refused.value = wordsOf(error);
  }
  saving.value = false;
}

/** Back to what is on disk, which may have changed. */
export async function discard() {
  clearTimeout(waiting.timer);
  draft.value = null;
  await readFile();
}

/** @param {unknown} error */
function wordsOf(error) {
  return error instanceof Error ? error.message : String(error);
}
