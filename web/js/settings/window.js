// What belongs to this window and not to the machine: kept by the window, and beside the settings for the next start.

import { desktop } from '../desktop.js';
import { LANGUAGES, language, loadLanguage, t } from '../i18n.js';
import { h } from '../lib.js';
import { allowNotices } from '../notify.js';
import { toast } from '../overlay.js';
import { prefs, setPrefs } from '../prefs.js';
import { SelectField, Switch } from '../ui/field.js';
import { CHOICES } from '../views/closing.js';

/** Names of the languages in themselves. */
const TONGUES = /** @type {Record<string, string>} */ ({ en: 'English', de: 'Deutsch' });

/** @type {{id: string, view: () => any, there?: () => boolean}[]} */
export const WINDOW_ROWS = [
  { id: 'theme', view: Theme },
  { id: 'language', view: Language },
  { id: 'density', view: Density },
  { id: 'notices', view: Notices },
  { id: 'closing', view: ClosingRow, there: () => desktop() !== null },
];

/** @param {string} id */
export function windowLabel(id) {
  return t(`window.${id}`);
}

/** @param {Partial<import('../prefs.js').Prefs>} changes @param {string} id */
function save(changes, id) {
  const before = prefs.peek();
  setPrefs(changes);
  toast(t('settings.saved', { name: windowLabel(id) }), { undo: () => restore(before) });
}

/** @param {import('../prefs.js').Prefs} before */
function restore(before) {
  setPrefs(before);
  if (before.language) void loadLanguage(before.language);
}

function Theme() {
  return h(SelectField, {
    label: windowLabel('theme'),
    value: prefs.value.theme,
    options: ['auto', 'light', 'dark'].map(value => ({ value, label: t(`theme.${value}`) })),
    onChange: value => save({ theme: /** @type {any} */ (value) }, 'theme'),
  });
}

function Language() {
  const choose = (/** @type {string} */ tag) => {
    save({ language: tag }, 'language');
    void loadLanguage(tag);
  };
  const options = LANGUAGES.map(value => ({ value, label: TONGUES[value] }));
  return h(SelectField, { label: windowLabel('language'), value: language.value, options, onChange: choose });
}

function Density() {
  return h(SelectField, {
    label: windowLabel('density'),
    value: prefs.value.density,
    options: ['cosy', 'compact'].map(value => ({ value, label: t(`density.${value}`) })),
    onChange: value => save({ density: /** @type {any} */ (value) }, 'density'),
  });
}

function Notices() {
  const choose = async (/** @type {boolean} */ wanted) => {
    const allowed = wanted && (await allowNotices());
    setPrefs({ notify: allowed });
    if (wanted && !allowed) toast(t('notice.refused'), { tone: 'err' });
  };
  return h(Switch, {
    label: windowLabel('notices'),
    hint: t('window.notices_hint'),
    checked: prefs.value.notify,
    onChange: wanted => void choose(wanted),
  });
}

/** Only a window of its own can stay away while jobs go on. */
function ClosingRow() {
  return h(SelectField, {
    label: windowLabel('closing'),
    value: prefs.value.closing,
    options: ['ask', ...CHOICES].map(value => ({ value, label: t(`closing.${value}`) })),
    onChange: value => save({ closing: /** @type {any} */ (value) }, 'closing'),
  });
}
