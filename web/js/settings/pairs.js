import { t } from '../i18n.js';
import { h, html, useState } from '../lib.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { change } from './store.js';

/** Names with a value each, one row for every pair. @param {{name: string, label: string, hint: string, error: string, value: Record<string, string>}} props */
export function Pairs({ name, label, hint, error, value }) {
  const [left, setLeft] = useState('');
  const [right, setRight] = useState('');
  const add = () => {
    if (!left.trim()) return;
    void change(name, { ...value, [left.trim()]: right.trim() });
    setLeft('');
    setRight('');
  };
  const remove = (/** @type {string} */ key) =>
    void change(name, Object.fromEntries(Object.entries(value).filter(([other]) => other !== key)));
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && add();
  return html`<fieldset class="pairs">
    <legend>${label}</legend>
    ${hint && html`<p class="hint">${hint}</p>`}
    ${Object.entries(value).map(([key, text]) => html`<div class="pair" key=${key}><span class="mono truncate" dir="ltr" title=${key}>${key}</span><span class="mono truncate" dir="ltr" title=${text}>${text}</span>${h(Button, { label: t('settings.remove', { name: key }), icon: 'x', kind: 'quiet', only: true, small: true, onClick: () => remove(key) })}</div>`)}
    <div class="pair" onKeyDown=${onKeyDown}>
      ${h(Half, { label: t(`setting.${name}.key`), value: left, onInput: setLeft })}
      ${h(Half, { label: t(`setting.${name}.value`), value: right, onInput: setRight })}
      ${h(Button, { label: t('settings.add'), icon: 'plus', only: true, small: true, disabled: !left.trim(), onClick: add })}
    </div>
    ${error && html`<p class="error">${h(Icon, { name: 'circle-alert' })}${error}</p>`}
  </fieldset>`;
}

/** @param {{label: string, value: string, onInput: (text: string) => void}} props */
function Half({ label, value, onInput }) {
  return html`<input class="control mono" type="text" aria-label=${label} placeholder=${label} value=${value} autocomplete="off" spellcheck=${false} onInput=${(/** @type {Event} */ event) => onInput(/** @type {HTMLInputElement} */ (event.target).value)} />`;
}
