import { isAtMachine } from '../farm.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useState } from '../lib.js';
import { Button } from '../ui/button.js';
import { Field, SelectField, Switch, TextField } from '../ui/field.js';
import { Icon } from '../ui/icon.js';
import { AT_START } from './groups.js';
import { Pairs } from './pairs.js';
import { Schedule } from './schedule.js';
import { change, hintOf, known, labelOf, refused, values } from './store.js';

/** One setting: its name, its control, its default, and what is wrong with it. @param {{name: string}} props */
export function SettingRow({ name }) {
  const about = known.value[name];
  const value = values.value?.[name];
  const differs = about?.fallback !== undefined && JSON.stringify(value) !== JSON.stringify(about.fallback);
  return html`<fieldset class="setting" data-setting=${name} disabled=${!isAtMachine()}>
    <div class="setting-main">${h(Control, { name, value })}
      ${AT_START.includes(name) ? html`<span class="tag">${t('settings.at_start')}</span>` : null}
    </div>
    <div class="setting-side">
      ${(differs || refused.value[name]) && isAtMachine() ? h(Button, { label: t('settings.reset', { name: labelOf(name) }), hint: defaultWords(about?.fallback), icon: 'rotate-ccw', kind: 'quiet', only: true, small: true, onClick: () => void change(name, null) }) : null}
    </div>
  </fieldset>`;
}

/** Why nothing can be changed, where that is so. */
export function OnlyThere() {
  if (isAtMachine()) return null;
  return html`<p class="note">${h(Icon, { name: 'info' })}<span>${t('settings.only_there')}</span></p>`;
}

/** @param {unknown} fallback */
function defaultWords(fallback) {
  const empty = fallback === '' || (typeof fallback === 'object' && !Object.keys(fallback ?? {}).length);
  const word = typeof fallback === 'boolean' ? t(fallback ? 'word.on' : 'word.off') : String(fallback);
  return t('settings.default', { value: empty ? t('word.empty') : word });
}

/** @param {{name: string, value: unknown}} props */
function Control({ name, value }) {
  const about = known.value[name];
  const common = { label: labelOf(name), hint: hintOf(name), error: refused.value[name] ?? '' };
  if (typeof value === 'boolean') {
    return html`${h(Switch, { ...common, checked: value, onChange: checked => void change(name, checked) })}
    ${common.error && html`<p class="error">${h(Icon, { name: 'circle-alert' })}${common.error}</p>`}`;
  }
  if (about?.kind === 'choice') {
    const options = about.choices.map(choice => ({ value: choice, label: choiceLabel(name, choice) }));
    return h(SelectField, { ...common, value: String(value), options, onChange: chosen => void change(name, chosen) });
  }
  if (name === 'schedule') return h(Schedule, { name, ...common, value: /** @type {any} */ (value) ?? {} });
  if (about?.kind === 'pairs') return h(Pairs, { name, ...common, value: /** @type {any} */ (value) ?? {} });
  return h(Written, { name, ...common, value });
}

/** @param {string} name @param {string} choice */
function choiceLabel(name, choice) {
  const key = `setting.${name}.${choice}`;
  const words = t(key);
  return words === key ? choice : words;
}

/** Text, numbers and lists: saved when the field is left or with Enter. @param {{name: string, label: string, hint: string, error: string, value: unknown}} props */
function Written({ name, label, hint, error, value }) {
  const [draft, setDraft] = useState(/** @type {string | null} */ (null));
  const about = known.value[name];
  const shown = Array.isArray(value) ? value.join('\n') : String(value ?? '');
  // A way back from what was refused shows what is set, not what was refused.
  useEffect(() => {
    if (!error) setDraft(null);
  }, [error]);
  const commit = () => {
    if (draft !== null && draft !== shown)
      void change(name, typed(draft, value)).then(() => refused.peek()[name] || setDraft(null));
    else setDraft(null);
  };
  if (Array.isArray(value))
    return h(Lines, { label, hint, error, value: draft ?? shown, onInput: setDraft, onBlur: commit });
  return html`<div onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && commit()}>
    ${h(TextField, { label, hint, error, value: draft ?? shown, type: typeof value === 'number' ? 'number' : 'text', min: about?.least, max: about?.most, step: 'any', onInput: setDraft, onBlur: commit })}
  </div>`;
}

/** @param {{label: string, hint: string, error: string, value: string, onInput: (text: string) => void, onBlur: () => void}} props */
function Lines({ label, hint, error, value, onInput, onBlur }) {
  return h(Field, {
    label,
    hint,
    error,
    control: ({ id, describedby, invalid }) => html`<textarea
      id=${id}
      class="control mono"
      rows=${Math.min(8, Math.max(2, value.split('\n').length))}
      spellcheck=${false}
      aria-describedby=${describedby}
      aria-invalid=${invalid}
      placeholder=${t('settings.one_a_line')}
      value=${value}
      onInput=${(/** @type {Event} */ event) => onInput(/** @type {HTMLTextAreaElement} */ (event.target).value)}
      onBlur=${onBlur}
    ></textarea>`,
  });
}

/** @param {string} draft @param {unknown} like */
function typed(draft, like) {
  if (typeof like === 'number') return draft.trim() === '' ? null : Number(draft);
  if (Array.isArray(like))
    return draft
      .split('\n')
      .map(part => part.trim())
      .filter(Boolean);
  return draft;
}
