import { parseFrames } from '../frames.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { presetName, presetText } from '../serverwords.js';
import { engines, presets } from '../store.js';
import { Button } from '../ui/button.js';
import { SelectField, TextField } from '../ui/field.js';
import { Arguments } from './arguments.js';
import { choosePreset, engineName, form, setForm, sources, tried } from './draft.js';
import { askPresetName } from './presets.js';
import { problems } from './submit.js';
import { VersionField } from './version.js';

/** What to make of it: name, preset, frames, version and the options behind a fold. */
export function Make() {
  const wrong = problems();
  const alone = sources.value.length === 1;
  const engine = engines.value.find(entry => entry.name === engineName.value);
  return html`<section class="form-part" aria-label=${t('add.make')}>
    <h3 class="caption">${t('add.make')}</h3>
    <div class="form-row">
      ${alone && h(TextField, { label: t('add.name'), value: form.value.name, error: tried.value ? wrong.name : '', onInput: name => setForm({ name }) })}
      ${h(VersionField, {})}
    </div>
    <div class="form-row">${h(PresetField, {})}${engineName.value === 'ffmpeg' ? null : h(FramesField, { error: wrong.frames })}</div>
    ${engine ? h(Arguments, { engine }) : null}
  </section>`;
}

function PresetField() {
  const fitting = presets.value.filter(preset => !preset.engine || preset.engine === engineName.value);
  const { preset, touched, args } = form.value;
  const save = () =>
    askPresetName({ engine: engineName.peek(), args, name: '', done: id => setForm({ preset: id, touched: [] }) });
  return html`<div class="with-button">
    ${h(SelectField, {
      label: t('add.preset'),
      value: preset,
      changed: Boolean(preset && touched.length),
      options: [
        { value: '', label: t('add.no_preset') },
        ...fitting.map(entry => ({ value: entry.id, label: presetName(entry) })),
      ],
      hint: presetHint(fitting),
      onChange: id => choosePreset(id, presets.peek()),
    })}
    ${touched.length > 0 && h(Button, { label: t('preset.save_as'), small: true, kind: 'quiet', onClick: save })}
  </div>`;
}

/** @param {import('../types').Preset[]} fitting */
function presetHint(fitting) {
  const chosen = fitting.find(preset => preset.id === form.value.preset);
  const changed = chosen && form.value.touched.length ? t('add.preset_changed', { n: form.value.touched.length }) : '';
  return [chosen && presetText(chosen), changed].filter(Boolean).join(' ');
}

/** @param {{error: string}} props */
function FramesField({ error }) {
  return h(TextField, {
    label: t('add.frames'),
    value: form.value.frames,
    mono: true,
    placeholder: '1-100x2, 150',
    hint: error ? '' : framesHint(),
    error,
    onInput: frames => setForm({ frames, framesTouched: true }),
  });
}

function framesHint() {
  try {
    return t('add.frames_count', { n: parseFrames(form.value.frames).length });
  } catch {
    return t('add.frames_hint');
  }
}
