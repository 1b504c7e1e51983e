import { desktop } from '../desktop.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { setPrefs } from '../prefs.js';
import { Button } from '../ui/button.js';
import { SelectField, TextField } from '../ui/field.js';
import { Icon } from '../ui/icon.js';
import { form, setForm } from './draft.js';
import { TOKENS } from './naming.js';
import { conflict, example } from './plan.js';
import { problems } from './submit.js';

/** What the files are called, where they go, and what happens to those that are there. */
export function Output() {
  const { output, pattern } = form.value;
  const wrong = problems();
  const other = conflict();
  return html`<section class="form-part" aria-label=${t('add.output')}>
    <h3 class="caption">${t('add.output')}</h3>
    <div class="with-button">${h(TextField, { label: t('add.pattern'), value: pattern, mono: true, error: wrong.pattern, onInput: text => setPattern(text) })}
      <p class="tokens" role="group" aria-label=${t('add.tokens')}>${TOKENS.map(token => html`<button type="button" key=${token} class="token mono" onClick=${() => setPattern(`${pattern}${pattern && token !== 'name' ? '_' : ''}{${token}}`)}>${`{${token}}`}</button>`)}</p></div>
    ${h(Folder, { output, error: wrong.output })}
    ${h(Example, {})}
    ${output && html`<div class="form-row">${h(Existing, {})}${other ? html`<p class="note warn grow">${h(Icon, { name: 'triangle-alert' })}<span>${t('add.conflict', { name: other.name })}</span></p>` : null}</div>`}
  </section>`;
}

/** @param {string} pattern */
function setPattern(pattern) {
  setForm({ pattern });
  setPrefs({ pattern });
}

/** @param {{output: string, error: string}} props */
function Folder({ output, error }) {
  const window = desktop();
  const browse = async () => {
    const folder = await window?.choose_folder();
    if (folder) setForm({ output: folder });
  };
  return html`<div class="with-button">
    ${h(TextField, { label: t('add.folder'), value: output, mono: true, placeholder: t('add.folder_automatic'), hint: window ? '' : t('add.folder_hint'), error, onInput: text => setForm({ output: text }) })}
    ${window && h(Button, { label: t('add.choose_folder'), icon: 'folder-open', small: true, onClick: () => void browse() })}
  </div>`;
}

function Existing() {
  return h(SelectField, {
    label: t('add.existing'),
    value: form.value.existing,
    options: ['overwrite', 'skip', 'replace'].map(value => ({ value, label: t(`existing.${value}`) })),
    onChange: value => setForm({ existing: /** @type {import('./draft.js').Form['existing']} */ (value) }),
  });
}

function Example() {
  const shown = example();
  if (!shown) return null;
  return html`<p class="example" role="status"><span class="muted">${t('add.example')}</span> <span class="mono truncate" dir="ltr" title=${shown.path} data-testid="example">${shown.path}</span>${shown.more > 0 ? html`<span class="muted">${t('add.example_more', { n: shown.more })}</span>` : null}</p>`;
}
