import { h, html, useId } from '../lib.js';
import { Icon } from './icon.js';

/**
 * A label, a control and what is wrong with it, tied together for screen readers.
 * @param {{label: string, hint?: string, error?: string, changed?: boolean, wide?: boolean,
 *   control: (ids: {id: string, describedby: string | undefined, invalid: 'true' | undefined}) => any}} props
 */
export function Field({ label, hint, error, changed, wide, control }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return html`<div class=${`field ${wide ? 'wide' : ''} ${error ? 'wrong' : ''}`}>
    <label for=${id}>${label}${changed ? html`<span class="changed" aria-hidden="true"></span>` : null}</label>
    ${control({ id, describedby: described, invalid: error ? 'true' : undefined })}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`}>${h(Icon, { name: 'circle-alert' })}${error}</p>`}
  </div>`;
}

/**
 * @param {{label: string, value: string, onInput: (value: string) => void, hint?: string, error?: string, placeholder?: string,
 *   type?: string, wide?: boolean, changed?: boolean, mono?: boolean, min?: number, max?: number, step?: string, onBlur?: () => void, autofocus?: boolean}} props
 */
export function TextField(props) {
  return h(Field, {
    label: props.label,
    hint: props.hint,
    error: props.error,
    wide: props.wide,
    changed: props.changed,
    control: ({ id, describedby, invalid }) => html`<input
      id=${id}
      class=${`control ${props.mono ? 'mono' : ''}`}
      type=${props.type ?? 'text'}
      value=${props.value}
      placeholder=${props.placeholder}
      min=${props.min}
      max=${props.max}
      step=${props.step}
      autocomplete="off"
      spellcheck=${false}
      dir="auto"
      autofocus=${props.autofocus}
      aria-describedby=${describedby}
      aria-invalid=${invalid}
      onInput=${(/** @type {Event} */ event) => props.onInput(/** @type {HTMLInputElement} */ (event.target).value)}
      onBlur=${props.onBlur}
    />`,
  });
}

/**
 * @param {{label: string, value: string, options: {value: string, label: string, disabled?: boolean}[], onChange: (value: string) => void,
 *   hint?: string, error?: string, wide?: boolean, changed?: boolean}} props
 */
export function SelectField(props) {
  return h(Field, {
    label: props.label,
    hint: props.hint,
    error: props.error,
    wide: props.wide,
    changed: props.changed,
    control: ({ id, describedby, invalid }) => html`<select
      id=${id}
      class="control"
      value=${props.value}
      aria-describedby=${describedby}
      aria-invalid=${invalid}
      onChange=${(/** @type {Event} */ event) => props.onChange(/** @type {HTMLSelectElement} */ (event.target).value)}
    >
      ${props.options.map(option => html`<option key=${option.value} value=${option.value} disabled=${option.disabled} selected=${option.value === props.value}>${option.label}</option>`)}
    </select>`,
  });
}

/** @param {{label: string, checked: boolean, onChange: (checked: boolean) => void, hint?: string, disabled?: boolean}} props */
export function Switch({ label, checked, onChange, hint, disabled }) {
  const id = useId();
  return html`<div class="switch-field">
    <label class="switch"><input type="checkbox" role="switch" id=${id} checked=${checked} disabled=${disabled} aria-describedby=${hint ? `${id}-hint` : undefined} onChange=${(/** @type {Event} */ event) => onChange(/** @type {HTMLInputElement} */ (event.target).checked)} /><span class="slide" aria-hidden="true"></span><span>${label}</span></label>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}
