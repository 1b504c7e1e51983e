import { desktop } from '../desktop.js';
import { count } from '../format.js';
import { parseFrames } from '../frames.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { isEnded } from '../status.js';
import { allJobs, engines, nodes, presets } from '../store.js';
import { SelectField, Switch, TextField } from '../ui/field.js';
import { Icon } from '../ui/icon.js';
import { Arguments } from './arguments.js';
import { choosePreset, engineName, firstProbe, form, setForm, sources, tried } from './draft.js';
import { problems } from './submit.js';

/** What to make of it: name, preset, frames, version and the options behind a fold. */
export function Make() {
  const wrong = problems();
  const alone = sources.value.length === 1;
  const engine = engines.value.find(entry => entry.name === engineName.value);
  const fitting = presets.value.filter(preset => !preset.engine || preset.engine === engineName.value);
  const probe = firstProbe.value;
  return html`<section class="form-part" aria-label=${t('add.make')}>
    <h3 class="caption">${t('add.make')}</h3>
    <div class="form-row">
      ${alone && h(TextField, { label: t('add.name'), value: form.value.name, error: tried.value ? wrong.name : '', onInput: name => setForm({ name }) })}
      ${h(SelectField, {
        label: t('add.version'),
        value: form.value.version,
        options: [
          {
            value: '',
            label: probe?.saved_with ? t('add.automatic_saved', { version: probe.saved_with }) : t('add.automatic'),
          },
          ...(engine?.builds ?? []).map(build => ({
            value: build.version,
            label: `${engine?.label} ${build.version}`,
          })),
        ],
        error: engine && !engine.builds.length ? t('add.no_build', { name: engine.label }) : '',
        onChange: version => setForm({ version }),
      })}
    </div>
    <div class="form-row">
      ${
        fitting.length > 0 &&
        h(SelectField, {
          label: t('add.preset'),
          value: form.value.preset,
          changed: Boolean(form.value.preset && form.value.touched.length),
          options: [
            { value: '', label: t('add.no_preset') },
            ...fitting.map(preset => ({ value: preset.id, label: preset.name })),
          ],
          hint: presetHint(fitting),
          onChange: id => choosePreset(id, presets.peek()),
        })
      }
      ${
        engineName.value !== 'ffmpeg' &&
        h(TextField, {
          label: t('add.frames'),
          value: form.value.frames,
          mono: true,
          placeholder: '1-100x2, 150',
          hint: wrong.frames ? '' : framesHint(),
          error: wrong.frames,
          onInput: frames => setForm({ frames, framesTouched: true }),
        })
      }
    </div>
    ${engine ? h(Arguments, { engine }) : null}
  </section>`;
}

/** @param {import('../types').Preset[]} fitting */
function presetHint(fitting) {
  const chosen = fitting.find(preset => preset.id === form.value.preset);
  const changed = chosen && form.value.touched.length ? t('add.preset_changed', { n: form.value.touched.length }) : '';
  return [chosen?.description, changed].filter(Boolean).join(' ');
}

function framesHint() {
  try {
    return t('add.frames_count', { n: parseFrames(form.value.frames).length });
  } catch {
    return t('add.frames_hint');
  }
}

export function Output() {
  const { output, existing, split } = form.value;
  const able = nodes.value.filter(node => node.state !== 'offline').length;
  return html`<section class="form-part" aria-label=${t('add.output')}>
    <h3 class="caption">${t('add.output')}</h3>
    <div class="form-row">
      ${h(TextField, { label: t('add.folder'), value: output, mono: true, wide: !output, placeholder: t('add.folder_automatic'), hint: desktop() ? '' : t('add.folder_hint'), onInput: text => setForm({ output: text }) })}
      ${output && h(SelectField, { label: t('add.existing'), value: existing, options: ['overwrite', 'skip'].map(value => ({ value, label: t(`existing.${value}`) })), onChange: value => setForm({ existing: value === 'skip' ? 'skip' : 'overwrite' }) })}
    </div>
    ${h(Switch, { label: t('add.split'), checked: split, hint: splitWords(able, split), onChange: checked => setForm({ split: checked }) })}
  </section>`;
}

/** @param {number} machines @param {boolean} split */
function splitWords(machines, split) {
  if (!split) return t('add.split_off');
  if (machines < 2) return t('add.split_one');
  const frames = frameCount();
  return frames ? t('add.split_on', { n: machines, frames: count(frames) }) : t('add.split_machines', { n: machines });
}

function frameCount() {
  try {
    return parseFrames(form.value.frames).length;
  } catch {
    return 0;
  }
}

export function Timing() {
  const wrong = tried.value ? problems().when : '';
  const waiting = allJobs().filter(job => !isEnded(job));
  const ways = ['now', 'paused', 'at', ...(waiting.length ? ['after'] : [])];
  return html`<section class="form-part" aria-label=${t('add.timing')}>
    <h3 class="caption">${t('add.timing')}</h3>
    <div class="form-row">
      ${h(SelectField, { label: t('add.when'), value: form.value.when, options: ways.map(value => ({ value, label: t(`when.${value}`) })), onChange: value => setForm({ when: /** @type {any} */ (value) }) })}
      ${form.value.when === 'at' && h(TextField, { label: t('when.time'), type: 'datetime-local', value: form.value.startAt, error: wrong, onInput: startAt => setForm({ startAt }) })}
      ${form.value.when === 'after' && h(SelectField, { label: t('when.job'), value: form.value.after, error: wrong, options: [{ value: '', label: t('when.choose') }, ...waiting.map(job => ({ value: job.id, label: job.name }))], onChange: after => setForm({ after }) })}
      ${h(SelectField, {
        label: t('column.priority'),
        value: String(form.value.priority),
        options: [
          [75, 'high'],
          [50, 'normal'],
          [25, 'low'],
        ].map(([value, name]) => ({ value: String(value), label: t(`priority.${name}`) })),
        onChange: value => setForm({ priority: Number(value) }),
      })}
    </div>
    ${form.value.when === 'paused' && html`<p class="hint">${h(Icon, { name: 'info' })} ${t('when.paused_hint')}</p>`}
  </section>`;
}
