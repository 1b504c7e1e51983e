import { actOnFarm, mayManage } from '../farm.js';
import { sentence, t } from '../i18n.js';
import { h, html } from '../lib.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';

/** A machine that wants to join: the same digits stand on its screen. @param {{node: import('../farm.js').Asking}} props */
export function Asking({ node }) {
  return html`<section class="join-card" aria-label=${t('alert.asks', { name: node.name })}>
    ${h(Icon, { name: 'log-in' })}
    <div class="grow"><h3 dir="auto">${t('alert.asks', { name: node.name })}</h3><p class="muted">${node.address} · ${t('farm.compare')}</p></div>
    ${h(Digits, { digits: node.digits })}
    ${mayManage() && html`<div class="toolbar">${h(Button, { label: t('farm.admit'), icon: 'check', kind: 'primary', onClick: () => void actOnFarm('admit', { id: node.id }) })}${h(Button, { label: t('farm.ignore'), kind: 'quiet', onClick: () => void actOnFarm('ignore', { id: node.id }) })}</div>`}
  </section>`;
}

/** This machine's own attempt. @param {{joining: NonNullable<import('../farm.js').Farm['joining']>}} props */
export function Joining({ joining }) {
  const open = ['asking', 'waiting'].includes(joining.state);
  return html`<section class="join-card" aria-label=${t('farm.joining', { name: joining.name || joining.address })} role="status">
    ${open ? html`<span class="spinner"></span>` : h(Icon, { name: joining.state === 'admitted' ? 'circle-check' : 'circle-alert' })}
    <div class="grow"><h3 dir="auto">${t('farm.joining', { name: joining.name || joining.address })}</h3><p class="muted">${joining.state === 'failed' && joining.reason ? sentence(joining.reason, joining.about) : t(`farm.state_${joining.state}`)}</p></div>
    ${open && joining.digits ? h(Digits, { digits: joining.digits }) : null}
    ${open && mayManage() && h(Button, { label: t('word.cancel'), kind: 'quiet', onClick: () => void actOnFarm('join/cancel') })}
  </section>`;
}

/** @param {{digits: string}} props */
function Digits({ digits }) {
  return html`<strong class="digits" aria-label=${t('farm.digits', { digits: [...digits].join(' ') })}><span>${digits.slice(0, 3)}</span><span>${digits.slice(3)}</span></strong>`;
}
