import { addFiles, openAddJob } from '../addjob/draft.js';
import { actOnFarm, farm, farmError, isAtMachine, mayAct, mayManage } from '../farm.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { complain } from '../overlay.js';
import { prefs } from '../prefs.js';
import { go } from '../router.js';
import { nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { CardHead } from './cardhead.js';
import { EngineCard } from './enginecard.js';

const SAMPLE = new URL('../../samples/sample.mp4', import.meta.url);

/** Three cards instead of an empty list; no gate: everything else works meanwhile. */
export function FirstRun() {
  const done = prefs.value.cardsDone;
  return html`<section class="first-run" aria-label=${t('first.title')}>
    <h2>${t('first.title')}</h2>
    <p class="muted lead">${t('first.text')}</p>
    <div class="cards">
      ${mayAct() && h(DropCard, {})}
      ${!done.includes('engine') && h(EngineCard, {})}
      ${!done.includes('farm') && h(FarmCard, {})}
    </div>
  </section>`;
}

function DropCard() {
  return html`<article class="card main">
    ${h(Icon, { name: 'upload' })}
    <h3>${t('first.drop_title')}</h3>
    <p class="muted">${t('first.drop_text')}</p>
    <div class="toolbar">
      ${h(Button, { label: t('first.browse'), icon: 'folder-open', kind: 'primary', onClick: () => openAddJob() })}
      ${h(Button, { label: t('first.sample'), icon: 'sparkles', onClick: () => void trySample() })}
    </div>
  </article>`;
}

/** A clip of two seconds that comes with Zordon. */
async function trySample() {
  try {
    const answer = await fetch(SAMPLE);
    const file = new File([await answer.blob()], 'sample.mp4', { type: 'video/mp4' });
    openAddJob();
    addFiles([file]);
  } catch (error) {
    complain(error);
  }
}

function FarmCard() {
  const others = nodes.value.filter(node => !node.this);
  const hints = farm.value?.hints ?? [];
  const found = others.length || hints.length;
  const alone = farm.value ? !farm.value.lan : Boolean(farmError.value);
  return html`<article class="card">
    ${h(CardHead, { id: 'farm', icon: 'network', title: found ? t('first.farm_found', { n: others.length || hints.length }) : t('first.farm_title') })}
    ${others.length ? html`<p class="muted">${others.map(node => node.name).join(', ')}</p>` : null}
    ${
      hints.length
        ? html`<ul class="found wide">${hints.slice(0, 3).map(hint => html`<li key=${hint.id}><strong dir="auto">${hint.name}</strong> <span class="muted">${hint.address}</span>${mayManage() ? h(Button, { label: t('farm.join'), small: true, icon: 'log-in', onClick: () => void actOnFarm('join', { address: hint.address }).then(() => go({ page: 'farm' })) }) : null}</li>`)}</ul>`
        : others.length
          ? null
          : html`<p class="muted">${alone ? t('first.farm_alone') : html`<span class="spinner"></span> ${t('first.farm_text')}`}</p>`
    }
    <div class="toolbar">${h(Button, { label: t(isAtMachine() ? 'first.machines' : 'page.farm'), onClick: () => go({ page: 'farm' }) })}</div>
  </article>`;
}
