// Presets of one's own: saved under a name, and there at once for the next job.

import { put, remove } from '../api.js';
import { loadPresets } from '../catalogue.js';
import { t } from '../i18n.js';
import { signal } from '../lib.js';
import { closeDialog, complain, dialog, toast } from '../overlay.js';
import { presets } from '../store.js';

/** @typedef {{engine: string, args: Record<string, unknown>, name: string, done?: (id: string) => void}} Wanted */

export const wanted = signal(/** @type {(Wanted & {back: typeof dialog.value}) | null} */ (null));

/** Asks for a name; whatever dialog is open comes back afterwards. @param {Wanted} asked */
export function askPresetName(asked) {
  wanted.value = { ...asked, back: dialog.peek() };
  dialog.value = 'preset';
}

export function leavePreset() {
  const back = wanted.peek()?.back ?? '';
  wanted.value = null;
  if (back) dialog.value = back;
  else closeDialog();
}

/** @param {string} name @param {string} description */
export async function savePreset(name, description) {
  const asked = wanted.peek();
  if (!asked) return;
  const id = freeId(name);
  try {
    await put(`presets/${id}`, { name: name.trim(), engine: asked.engine, description, params: asked.args });
    await loadPresets();
    asked.done?.(id);
    leavePreset();
    toast(t('preset.saved', { name }), { undo: () => void forget(id) });
  } catch (error) {
    complain(error);
  }
}

/** @param {string} id */
async function forget(id) {
  try {
    await remove(`presets/${id}`);
    await loadPresets();
  } catch (error) {
    complain(error);
  }
}

/** An id made of the name: the same name gives the same preset. @param {string} name */
function freeId(name) {
  const id = name
    .trim()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50);
  const taken = presets.peek().find(preset => preset.id === id && preset.name !== name.trim());
  return taken || !id ? `${id || 'preset'}-${Date.now().toString(36)}` : id;
}
