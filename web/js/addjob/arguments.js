import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { choiceLabel, optionHint, optionLabel } from '../serverwords.js';
import { SelectField, TextField } from '../ui/field.js';
import { firstProbe, form, setArgument } from './draft.js';

/** @typedef {import('../types').Argument} Argument */

/** Chosen in the Detected card, or for experts through the API only. */
const ELSEWHERE = ['scene', 'camera', 'view_layer', 'raw'];

/** The engine's own options, as its list of arguments tells. @param {{engine: import('../types').Engine}} props */
export function Arguments({ engine }) {
  const probed = firstProbe.value !== null;
  const shown = engine.arguments.filter(argument => !(probed ? ELSEWHERE : ['raw']).includes(argument.name));
  if (!shown.length) return null;
  const changed = form.value.touched.length;
  return html`<details class="options" open=${changed > 0 || undefined}>
    <summary>${t('add.options')}${changed ? html`<span class="tag">${t('add.options_changed', { n: changed })}</span>` : null}</summary>
    <div class="form-grid">${shown.map(argument => h(ArgumentField, { engine: engine.name, argument, key: argument.name }))}</div>
  </details>`;
}

/** @param {{engine: string, argument: Argument}} props */
function ArgumentField({ engine, argument }) {
  const value = form.value.args[argument.name];
  const name = optionLabel(engine, argument);
  const common = {
    label: argument.unit ? `${name} (${argument.unit})` : name,
    hint: optionHint(engine, argument),
    changed: form.value.touched.includes(argument.name),
    error: numberProblem(argument, value),
  };
  if (argument.kind === 'boolean' || argument.kind === 'choice') {
    const values = argument.kind === 'boolean' ? ['true', 'false'] : argument.choices;
    const label = (/** @type {string} */ entry) =>
      argument.kind === 'boolean' ? t(entry === 'true' ? 'word.yes' : 'word.no') : choiceLabel(engine, argument, entry);
    return h(SelectField, {
      ...common,
      value: value === undefined ? '' : String(value),
      options: [
        { value: '', label: defaultWords(argument, label) },
        ...values.map(entry => ({ value: entry, label: label(entry) })),
      ],
      onChange: entry =>
        setArgument(argument.name, entry === '' ? undefined : argument.kind === 'boolean' ? entry === 'true' : entry),
    });
  }
  const numeric = argument.kind === 'integer' || argument.kind === 'number';
  return h(TextField, {
    ...common,
    type: numeric ? 'number' : 'text',
    min: argument.minimum ?? undefined,
    max: argument.maximum ?? undefined,
    step: argument.kind === 'number' ? 'any' : undefined,
    value: Array.isArray(value) ? value.join(', ') : String(value ?? ''),
    placeholder: defaultWords(argument, String),
    onInput: text => setArgument(argument.name, parsed(argument, text)),
  });
}

/** @param {Argument} argument @param {(value: string) => string} label */
function defaultWords(argument, label) {
  const given = argument.default;
  if (given === null || given === undefined || given === '' || (Array.isArray(given) && !given.length))
    return t('add.as_project');
  return t('add.default', { value: label(Array.isArray(given) ? given.join(', ') : String(given)) });
}

/** @param {Argument} argument @param {string} text */
function parsed(argument, text) {
  if (text.trim() === '') return undefined;
  if (argument.kind === 'integer' || argument.kind === 'number') return Number(text);
  if (argument.kind === 'list')
    return text
      .split(',')
      .map(part => part.trim())
      .filter(Boolean);
  return text;
}

/** @param {Argument} argument @param {unknown} value */
function numberProblem(argument, value) {
  if (typeof value !== 'number') return '';
  if (Number.isNaN(value) || (argument.kind === 'integer' && !Number.isInteger(value))) return t('add.need_number');
  if (argument.minimum !== null && argument.minimum !== undefined && value < argument.minimum)
    return t('add.least', { n: argument.minimum });
  if (argument.maximum !== null && argument.maximum !== undefined && value > argument.maximum)
    return t('add.most', { n: argument.maximum });
  return '';
}
