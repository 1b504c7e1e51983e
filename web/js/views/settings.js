import { get, patch } from '../api.js';
import { hasWords, LANGUAGES, language, loadLanguage, t } from '../i18n.js';
import { h, html, useEffect, useState } from '../lib.js';
import { toast } from '../overlay.js';
import { prefs, setPrefs } from '../prefs.js';
import { SelectField, Switch, TextField } from '../ui/field.js';
import { Icon } from '../ui/icon.js';

/** @typedef {Record<string, any>} Values */

/** Names of the languages in themselves. */
const TONGUES = /** @type {Record<string, string>} */ ({ en: 'English', de: 'Deutsch' });

/** Everything is saved at once; each change can be undone. */
export function Settings() {
  const [values, setValues] = useState(/** @type {Values | null} */ (null));
  const [wrong, setWrong] = useState(/** @type {Record<string, string>} */ ({}));
  const [text, setText] = useState('');
  useEffect(() => {
    const read = () => document.hidden || get('settings').then(setValues, () => setValues(null));
    read();
    addEventListener('focus', read);
    const timer = setInterval(read, 5000);
    return () => {
      removeEventListener('focus', read);
      clearInterval(timer);
    };
  }, []);
  const save = async (/** @type {string} */ name, /** @type {unknown} */ value, undoable = true) => {
    const before = values?.[name];
    try {
      setValues(await patch('settings', { [name]: value }));
      setWrong({ ...wrong, [name]: '' });
      toast(t('settings.saved', { name: labelOf(name) }), {
        undo: undoable ? () => void save(name, before, false) : undefined,
      });
    } catch (error) {
      setWrong({ ...wrong, [name]: error instanceof Error ? error.message : String(error) });
    }
  };
  const found = (/** @type {string} */ name) => labelOf(name).toLocaleLowerCase().includes(text.toLocaleLowerCase());
  const names = Object.keys(values ?? {}).filter(name => !isOwn(name) && found(name));
  return html`<div class="page settings">
    <header class="page-head"><div class="grow"><h2>${t('page.settings')}</h2><p class="muted">${t('settings.text')}</p></div>
      <div class="filter">${h(Icon, { name: 'search' })}<input type="search" aria-label=${t('settings.search')} placeholder=${t('settings.search')} value=${text} onInput=${(/** @type {Event} */ event) => setText(/** @type {HTMLInputElement} */ (event.target).value)} /></div>
    </header>
    ${h(Appearance, { found })}
    ${
      names.length
        ? html`<section class="setting-group" aria-labelledby="settings-machine"><h3 id="settings-machine">${t('settings.machine')}</h3>
      ${names.map(name => h(Setting, { name, value: values?.[name], error: wrong[name] ?? '', onSave: save, key: name }))}</section>`
        : null
    }
  </div>`;
}

/** @param {{found: (name: string) => boolean}} props */
function Appearance({ found }) {
  const { theme, density } = prefs.value;
  const choose = (/** @type {string} */ tag) => {
    setPrefs({ language: tag });
    void loadLanguage(tag);
  };
  const rows = [
    {
      name: 'theme',
      view: h(SelectField, {
        label: t('settings.theme'),
        value: theme,
        options: ['auto', 'light', 'dark'].map(value => ({ value, label: t(`theme.${value}`) })),
        onChange: value => setPrefs({ theme: /** @type {any} */ (value) }),
      }),
    },
    {
      name: 'language',
      view: h(SelectField, {
        label: t('settings.language'),
        value: language.value,
        options: LANGUAGES.map(value => ({ value, label: TONGUES[value] })),
        onChange: choose,
      }),
    },
    {
      name: 'density',
      view: h(SelectField, {
        label: t('settings.density'),
        value: density,
        options: ['cosy', 'compact'].map(value => ({ value, label: t(`density.${value}`) })),
        onChange: value => setPrefs({ density: /** @type {any} */ (value) }),
      }),
    },
  ].filter(row => found(row.name));
  if (!rows.length) return null;
  return html`<section class="setting-group" aria-labelledby="settings-look"><h3 id="settings-look">${t('settings.window')}</h3>${rows.map(row => html`<div class="setting" key=${row.name}>${row.view}</div>`)}</section>`;
}

/** @param {{name: string, value: any, error: string, onSave: (name: string, value: unknown) => void}} props */
function Setting({ name, value, error, onSave }) {
  const [draft, setDraft] = useState(/** @type {string | null} */ (null));
  const hint = hasWords(`setting.${name}.hint`) ? t(`setting.${name}.hint`) : '';
  if (typeof value === 'boolean') {
    return html`<div class="setting">${h(Switch, { label: labelOf(name), checked: value, hint, onChange: checked => onSave(name, checked) })}${error && html`<p class="error">${h(Icon, { name: 'circle-alert' })}${error}</p>`}</div>`;
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return null;
  const shown = Array.isArray(value) ? value.join('\n') : String(value ?? '');
  const commit = () => {
    if (draft !== null && draft !== shown) onSave(name, typed(draft, value));
    setDraft(null);
  };
  return html`<div class="setting" onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && commit()}>
    ${h(TextField, { label: labelOf(name), value: draft ?? shown, hint, error, type: typeof value === 'number' ? 'number' : 'text', step: 'any', onInput: setDraft, onBlur: commit })}
  </div>`;
}

/** @param {string} draft @param {unknown} like */
function typed(draft, like) {
  if (typeof like === 'number') return Number(draft);
  if (Array.isArray(like))
    return draft
      .split(/[\n,]/)
      .map(part => part.trim())
      .filter(Boolean);
  return draft === '' && like === null ? null : draft;
}

/** Of the window, not of the machine. @param {string} name */
function isOwn(name) {
  return ['theme', 'language', 'density', 'ui', 'version'].includes(name);
}

/** @param {string} name */
function labelOf(name) {
  return hasWords(`setting.${name}`)
    ? t(`setting.${name}`)
    : hasWords(`settings.${name}`)
      ? t(`settings.${name}`)
      : name.replaceAll('_', ' ').replace(/^./, letter => letter.toUpperCase());
}
