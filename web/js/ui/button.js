import { keyNames } from '../keynames.js';
import { h, html } from '../lib.js';
import { Icon } from './icon.js';

/**
 * @param {{label: string, icon?: string, kind?: 'primary' | 'plain' | 'quiet' | 'danger', only?: boolean, disabled?: boolean,
 *   onClick?: (event: MouseEvent) => void, pressed?: boolean, expanded?: boolean, popup?: 'menu' | 'dialog', keys?: string,
 *   small?: boolean, type?: 'button' | 'submit', extra?: string, hint?: string, off?: boolean, autofocus?: boolean}} props off: does nothing, but keeps the focus
 */
export function Button(props) {
  const { label, icon, kind = 'plain', only, keys, hint } = props;
  const title = hint ?? (only || keys ? `${label}${keys ? ` (${keyNames(keys).join(' ')})` : ''}` : undefined);
  return html`<button
    type=${props.type ?? 'button'}
    class=${`button ${kind} ${only ? 'only' : ''} ${props.small ? 'small' : ''} ${props.extra ?? ''}`}
    title=${title}
    aria-label=${only ? label : undefined}
    aria-pressed=${props.pressed}
    aria-expanded=${props.expanded}
    aria-haspopup=${props.popup}
    disabled=${props.disabled}
    autofocus=${props.autofocus}
    aria-disabled=${props.off ? 'true' : undefined}
    onClick=${props.off ? undefined : props.onClick}
  >
    ${icon ? h(Icon, { name: icon }) : null}${only ? null : html`<span>${label}</span>`}${props.popup === 'menu' && !only ? h(Icon, { name: 'chevron-down' }) : null}
  </button>`;
}
