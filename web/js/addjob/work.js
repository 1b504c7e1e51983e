import { duration } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { isEnded } from '../status.js';
import { allJobs, nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { SelectField, Switch, TextField } from '../ui/field.js';
import { Icon } from '../ui/icon.js';
import { MachineChecks } from '../views/machinechecks.js';
import { engineName, form, setForm, sources, tried } from './draft.js';
import { able, estimate } from './estimate.js';
import { frameCount, plannedJobs } from './plan.js';
import { hasPassed, problems } from './submit.js';
import { useWhole } from './whole.js';

/** On which machines, and when. */
export function Work() {
  return html`<section class="form-part" aria-label=${t('add.work')}>
    <h3 class="caption">${t('add.work')}</h3>
    ${h(Split, {})}
    ${h(Timing, {})}
  </section>`;
}

function Split() {
  const { split } = form.value;
  const whole = useWhole();
  return html`${h(Switch, { label: t('add.split'), checked: split && !whole, disabled: Boolean(whole), hint: whole || splitWords(), onChange: checked => setForm({ split: checked }) })}
  ${split && !whole && nodes.value.length > 1 ? h(MachineChecks, { legend: t('jobset.machines'), chosen: form.value.nodes, onChange: ids => setForm({ nodes: ids }) }) : null}`;
}

/** The live sentence: how many frames, machines and pieces, and how long that takes as far as it was measured. */
function splitWords() {
  const { split, nodes: wanted } = form.value;
  if (!split) return t('add.split_off');
  const frames = frameCount() * plannedJobs().length;
  const machines = frames ? Math.min(able(wanted).length, frames) : able(wanted).length;
  const where = whereWords(machines, frames);
  if (!frames) return where;
  const guess = estimate({ engine: engineName.value, project: sources.value[0]?.path ?? '', frames, machines });
  const time = guess.together === null ? '' : t('add.split_time', { time: duration(guess.together) });
  const alone = guess.alone === null || machines < 2 ? '' : t('add.split_alone', { time: duration(guess.alone) });
  const pieces = frames > 1 ? t('add.split_chunk', { n: guess.chunk }) : '';
  return [where, pieces, time, frames > 1 ? alone : ''].filter(Boolean).join(' ');
}

/** @param {number} machines @param {number} frames 0: not known */
export function whereWords(machines, frames) {
  if (frames === 1) return t('add.split_still');
  if (machines < 2) return t('add.split_one');
  if (!frames) return t('add.split_machines', { n: machines });
  return t('add.split_on', { n: Math.min(machines, frames), frames: t('units.frames', { n: frames }) });
}

/** The button goes with the time: the keys go on from the field beside it. @param {MouseEvent} event */
function startNow(event) {
  const row = /** @type {HTMLElement} */ (event.currentTarget).closest('.form-row');
  row?.querySelector('select')?.focus();
  setForm({ when: 'now', startAt: '' });
}

function Timing() {
  const passed = hasPassed(form.value);
  const wrong = tried.value || passed ? problems().when : '';
  const waiting = allJobs().filter(job => !isEnded(job));
  const ways = ['now', 'paused', 'at', ...(waiting.length ? ['after'] : [])];
  const { when, startAt, after, priority } = form.value;
  const levels = /** @type {[number, string][]} */ ([
    [75, 'high'],
    [50, 'normal'],
    [25, 'low'],
  ]);
  return html`<div class="form-row">
      ${h(SelectField, { label: t('add.when'), value: when, options: ways.map(value => ({ value, label: t(`when.${value}`) })), onChange: value => setForm({ when: /** @type {any} */ (value) }) })}
      ${when === 'at' && h(TextField, { label: t('when.time'), type: 'datetime-local', value: startAt, error: wrong, onInput: text => setForm({ startAt: text }) })}
      ${passed && h(Button, { label: t('add.start_now'), small: true, onClick: startNow })}
      ${when === 'after' && h(SelectField, { label: t('when.job'), value: after, error: wrong, options: [{ value: '', label: t('when.choose') }, ...waiting.map(job => ({ value: job.id, label: job.name }))], onChange: id => setForm({ after: id }) })}
      ${h(SelectField, { label: t('column.priority'), value: String(priority), options: levels.map(([value, name]) => ({ value: String(value), label: t(`priority.${name}`) })), onChange: value => setForm({ priority: Number(value) }) })}
    </div>
    ${when === 'paused' && html`<p class="hint">${h(Icon, { name: 'info' })} ${t('when.paused_hint')}</p>`}`;
}
