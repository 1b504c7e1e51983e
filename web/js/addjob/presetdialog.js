import { t } from '../i18n.js';
import { Fragment, h, html, useState } from '../lib.js';
import { presets } from '../store.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { TextField } from '../ui/field.js';
import { leavePreset, savePreset, wanted } from './presets.js';

export function PresetDialog() {
  const [name, setName] = useState(wanted.peek()?.name ?? '');
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const replaces = presets.value.some(preset => preset.name === name.trim());
  const save = () => {
    setTried(true);
    if (name.trim()) void savePreset(name, text);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && save();
  return h(Dialog, {
    title: t('preset.title'),
    kind: 'narrow',
    onClose: leavePreset,
    footer: html`<${Fragment}>${h(Button, { label: t('word.cancel'), onClick: leavePreset })}${h(Button, { label: t('preset.save'), kind: 'primary', onClick: save })}<//>`,
    children: html`<div class="stack" onKeyDown=${onKeyDown}>
      ${h(TextField, { label: t('preset.name'), value: name, autofocus: true, hint: replaces ? t('preset.replaces') : '', error: tried && !name.trim() ? t('preset.need_name') : '', onInput: setName })}
      ${h(TextField, { label: t('preset.text'), value: text, onInput: setText })}
      <dl class="facts">${Object.entries(wanted.value?.args ?? {}).map(([key, value]) => html`<div key=${key}><dt>${key}</dt><dd class="mono">${String(value)}</dd></div>`)}</dl>
    </div>`,
  });
}
