// The settings of this Zordon: read while somebody looks at them, changed one at a time, each with a way back.

import { get, patch } from '../api.js';
import { hasWords, t } from '../i18n.js';
import { signal } from '../lib.js';
import { toast } from '../overlay.js';
import { guessed, readSchema } from './schema.js';

/** @typedef {Record<string, unknown>} Values */

export const values = signal(/** @type {Values | null} */ (null));
export const known = signal(/** @type {Record<string, import('./schema.js').Known>} */ ({}));
export const refused = signal(/** @type {Record<string, string>} */ ({}));
const state = { asked: false };

export async function readSettings() {
  try {
    values.value = await get('settings');
    if (!state.asked) await readKinds();
  } catch {
    // The page shows what it knew; the banner tells that nothing answers.
  }
}

async function readKinds() {
  state.asked = true;
  try {
    known.value = readSchema(await get('settings/schema'));
  } catch {
    known.value = guessed(values.peek() ?? {});
  }
}

/** @param {string} name @param {unknown} value null: back to the default @param {boolean} [undoable] */
export async function change(name, value, undoable = true) {
  const before = values.peek()?.[name];
  try {
    values.value = await patch('settings', { [name]: value });
    refused.value = { ...refused.peek(), [name]: '' };
    const undo = undoable ? () => void change(name, before, false) : undefined;
    toast(t('settings.saved', { name: labelOf(name) }), { undo });
  } catch (error) {
    refused.value = { ...refused.peek(), [name]: error instanceof Error ? error.message : String(error) };
  }
}

/** @param {string} name */
export function labelOf(name) {
  if (hasWords(`setting.${name}`)) return t(`setting.${name}`);
  return name.replaceAll('_', ' ').replace(/^./, letter => letter.toUpperCase());
}

/** @param {string} name */
export function hintOf(name) {
  return hasWords(`setting.${name}.hint`) ? t(`setting.${name}.hint`) : (known.value[name]?.text ?? '');
}
