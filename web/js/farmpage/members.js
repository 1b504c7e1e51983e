import { actOnFarm, mayManage } from '../farm.js';
import { ago } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { ask } from '../overlay.js';
import { copyText } from '../perform.js';
import { reasonWords } from '../reasons.js';
import { go } from '../router.js';
import { nodes, serverNow } from '../store.js';
import { Button } from '../ui/button.js';
import { Mark } from '../ui/statusmark.js';

/** @typedef {import('../farm.js').Farm} Farm */
/** @typedef {import('../farm.js').Member} Member */

/** @param {{farm: Farm}} props */
export function Members({ farm }) {
  const alone = farm.members.length < 2;
  return html`<section class="box" aria-labelledby="farm-members">
    <div class="box-head"><h3 id="farm-members" class="grow">${t('farm.members', { n: farm.members.length })}</h3>
      ${!alone && mayManage() && h(Button, { label: t('farm.leave'), small: true, kind: 'quiet', onClick: confirmLeave })}</div>
    <ul class="members">${farm.members.map(member => h(Row, { member, key: member.id }))}</ul>
    ${alone && html`<p class="muted pad">${t('farm.alone')}</p>`}
  </section>`;
}

/** @param {{member: Member}} props */
function Row({ member }) {
  const known = nodes.value.some(node => node.id === member.id);
  const state =
    member.this || member.online
      ? { shape: 'disc', tone: 'ok', word: t('farm.online') }
      : { shape: 'cross', tone: 'err', word: t('machine.state.offline') };
  const reason = reasonWords(member.reason);
  const facts = [
    member.address,
    member.version && `Zordon ${member.version}`,
    member.since &&
      t(member.online ? 'farm.answers_since' : 'farm.silent_since', { time: ago(member.since, serverNow()) }),
  ];
  return html`<li class="member">
    <span class=${`state ${state.tone}`} title=${reason || state.word}>${h(Mark, state)}<span class="visually-hidden">${state.word}</span></span>
    <span class="grow"><strong dir="auto">${member.name}</strong>${member.this ? html` <span class="tag">${t('machine.this_one')}</span>` : null}<span class="muted small truncate">${[...facts, reason].filter(Boolean).join(' · ')}</span></span>
    <button type="button" class="button quiet small mono" title=${t('farm.fingerprint')} onClick=${() => void copyText(member.fingerprint)}>${member.fingerprint.slice(0, 8)}…</button>
    ${known && h(Button, { label: t('machine.show'), icon: 'monitor', only: true, small: true, kind: 'quiet', onClick: () => go({ page: 'machine', node: member.id }) })}
    ${!member.this && mayManage() ? h(Button, { label: t('farm.remove', { name: member.name }), icon: 'x', only: true, small: true, kind: 'quiet', onClick: () => confirmRemove(member) }) : null}
  </li>`;
}

/** @param {Member} member */
function confirmRemove(member) {
  ask({
    title: t('farm.remove_title', { name: member.name }),
    text: t('farm.remove_text'),
    confirm: t('action.remove'),
    danger: true,
    onConfirm: () => void actOnFarm('revoke', { id: member.id }),
  });
}

function confirmLeave() {
  ask({
    title: t('farm.leave_title'),
    text: t('farm.leave_text'),
    confirm: t('farm.leave'),
    danger: true,
    onConfirm: () => void actOnFarm('leave'),
  });
}
