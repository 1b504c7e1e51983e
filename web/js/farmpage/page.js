import { actOnFarm, farm, farmError, mayManage } from '../farm.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { Icon } from '../ui/icon.js';
import { Asking, Joining } from './asking.js';
import { Browsers } from './browsers.js';
import { Found } from './found.js';
import { Members } from './members.js';

/** The machines that work together: who belongs, who was found, who asks, and who may look on. */
export function FarmPage() {
  const present = farm.value;
  return html`<div class="page farm-page">
    <header class="page-head"><h2>${t('page.farm')}</h2><p class="muted">${t('farm.text')}</p></header>
    ${present ? h(Known, { farm: present }) : farmError.value ? html`<p class="note">${h(Icon, { name: 'info' })}<span>${t('farm.none')}</span></p>` : html`<div class="loading" role="status"><span class="spinner"></span>${t('list.loading')}</div>`}
  </div>`;
}

/** @param {{farm: import('../farm.js').Farm}} props */
function Known({ farm: present }) {
  return html`
    ${present.notices.map(notice => html`<p class="note" key=${notice.id}>${h(Icon, { name: 'info' })}<span>${notice.text}</span></p>`)}
    ${present.pending.map(node => h(Asking, { node, key: node.id }))}
    ${present.joining && h(Joining, { joining: present.joining })}
    ${h(Members, { farm: present })}
    ${mayManage() && h(Found, { farm: present })}
    ${mayManage() && h(Door, { door: present.door })}
    ${mayManage() && present.lan && h(Browsers, { farm: present })}`;
}

/** Who is let in. @param {{door: import('../farm.js').Farm['door']}} props */
function Door({ door }) {
  const modes = /** @type {const} */ (['ask', 'open', 'always']);
  const left = door.seconds_left ? Math.ceil(door.seconds_left / 60) : 0;
  return html`<section class="box" aria-labelledby="farm-door">
    <div class="box-head"><h3 id="farm-door" class="grow">${t('farm.door')}</h3>
      <div class="segmented" role="group" aria-labelledby="farm-door">${modes.map(mode => html`<button type="button" key=${mode} aria-pressed=${door.mode === mode} onClick=${() => void actOnFarm('door', { mode })}>${t(`farm.door_${mode}`)}</button>`)}</div></div>
    <p class=${door.mode === 'always' ? 'pad warn' : 'pad muted'}>${door.mode === 'open' && left ? t('farm.door_open_left', { n: left }) : t(`farm.door_${door.mode}_hint`)}</p>
  </section>`;
}
