import { actOnFarm } from '../farm.js';
import { t } from '../i18n.js';
import { h, html, useState } from '../lib.js';
import { copyText } from '../perform.js';
import { Button } from '../ui/button.js';

/** Machines that could join, and ways to name one that was not found. @param {{farm: import('../farm.js').Farm}} props */
export function Found({ farm }) {
  return html`<section class="box" aria-labelledby="farm-found">
    <div class="box-head"><h3 id="farm-found" class="grow">${t('farm.found')}</h3>${h(Invite, {})}</div>
    ${
      farm.hints.length
        ? html`<ul class="members">${farm.hints.map(hint => html`<li class="member" key=${hint.id}><span class="grow"><strong dir="auto">${hint.name}</strong><span class="muted small">${[hint.address, hint.open ? t('farm.is_open') : ''].filter(Boolean).join(' · ')}</span></span>${h(Button, { label: t('farm.join'), icon: 'log-in', small: true, onClick: () => void actOnFarm('join', { address: hint.address }) })}</li>`)}</ul>`
        : html`<p class="muted pad">${farm.looking ? html`<span class="spinner"></span> ` : null}${t(farm.looking ? 'farm.looking' : farm.lan ? 'farm.looking_off' : 'farm.lan_off')}</p>`
    }
    ${h(ByHand, {})}
  </section>`;
}

/** An address, or an invitation that was made on the other machine. */
function ByHand() {
  const [text, setText] = useState('');
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    const wanted = text.trim();
    if (!wanted) return;
    const isToken = wanted.length > 60 || !/^[\w.\-[\]:]+$/.test(wanted);
    void actOnFarm('join', isToken ? { token: wanted } : { address: wanted }).then(
      answer => answer !== null && setText(''),
    );
  };
  return html`<form class="by-hand" onSubmit=${send}>
    <input class="control mono" type="text" aria-label=${t('farm.by_hand')} placeholder=${t('farm.by_hand')} value=${text} autocomplete="off" spellcheck=${false} onInput=${(/** @type {Event} */ event) => setText(/** @type {HTMLInputElement} */ (event.target).value)} />
    ${h(Button, { label: t('farm.ask'), type: 'submit', disabled: !text.trim() })}
  </form>`;
}

/** A text that lets one machine in without a click. */
function Invite() {
  const make = async () => {
    const given = await actOnFarm('token');
    if (given) void copyText(given.token);
  };
  return h(Button, {
    label: t('farm.invite'),
    icon: 'copy',
    small: true,
    kind: 'quiet',
    hint: t('farm.invite_hint'),
    onClick: () => void make(),
  });
}
