import { addFiles, openAddJob } from '../addjob/draft.js';
import { address } from '../api.js';
import { downloads, isOpen, startDownload } from '../downloads.js';
import { offers, offersKnown, readOffers } from '../engines/offers.js';
import { Progress } from '../engines/progress.js';
import { actOnFarm, farm, mayManage } from '../farm.js';
import { t } from '../i18n.js';
import { h, html, useEffect } from '../lib.js';
import { complain } from '../overlay.js';
import { prefs, setPrefs } from '../prefs.js';
import { go } from '../router.js';
import { engines, nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';

const SAMPLE = new URL('../../samples/sample.mp4', import.meta.url);

/** Three cards instead of an empty list; no gate: everything else works meanwhile. */
export function FirstRun() {
  const done = prefs.value.cardsDone;
  return html`<section class="first-run" aria-label=${t('first.title')}>
    <h2>${t('first.title')}</h2>
    <p class="muted lead">${t('first.text')}</p>
    <div class="cards">
      ${h(DropCard, {})}
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

function EngineCard() {
  const built = engines.value.filter(engine => engine.builds.length);
  const blender = built.some(engine => engine.name === 'blender');
  useEffect(() => void (blender || readOffers()), [blender]);
  const offer =
    offers.value.find(entry => entry.engine === 'blender' && entry.channel === 'lts') ??
    offers.value.find(entry => entry.engine === 'blender' && entry.channel === 'stable');
  const running = downloads.value.find(entry => entry.engine === 'blender' && isOpen(entry));
  return html`<article class="card">
    ${h(Head, { id: 'engine', icon: built.length ? 'circle-check' : 'package', title: built.length ? t('first.engine_ready') : t('first.engine_none') })}
    ${built.length ? html`<ul class="found">${built.map(engine => html`<li key=${engine.name}><strong>${engine.label}</strong> <span class="muted">${engine.builds.map(build => build.version).join(', ')}</span></li>`)}</ul>` : null}
    ${blender ? null : html`<p class="muted">${t('first.engine_text')}</p>`}
    ${running ? h(Progress, { download: running }) : null}
    <div class="toolbar">
      ${!blender && !running && offersKnown.value && offer ? h(Button, { label: t('first.engine_fetch', { name: `Blender ${offer.version}` }), icon: 'download', kind: 'primary', onClick: () => void startDownload('blender', offer.version) }) : null}
      ${h(Button, { label: t('first.engines'), onClick: () => go({ page: 'engines' }) })}
      ${blender ? html`<a class="button plain" href=${address('addon/zordon_submit.zip')} download>${h(Icon, { name: 'download' })}<span>${t('first.addon')}</span></a>` : null}
    </div>
  </article>`;
}

function FarmCard() {
  const others = nodes.value.filter(node => !node.this);
  const hints = farm.value?.hints ?? [];
  const found = others.length || hints.length;
  return html`<article class="card">
    ${h(Head, { id: 'farm', icon: 'network', title: found ? t('first.farm_found', { n: others.length || hints.length }) : t('first.farm_title') })}
    ${others.length ? html`<p class="muted">${others.map(node => node.name).join(', ')}</p>` : null}
    ${
      hints.length
        ? html`<ul class="found wide">${hints.slice(0, 3).map(hint => html`<li key=${hint.id}><strong dir="auto">${hint.name}</strong> <span class="muted">${hint.address}</span>${mayManage() ? h(Button, { label: t('farm.join'), small: true, icon: 'log-in', onClick: () => void actOnFarm('join', { address: hint.address }).then(() => go({ page: 'farm' })) }) : null}</li>`)}</ul>`
        : others.length
          ? null
          : html`<p class="muted">${farm.value?.lan ? html`<span class="spinner"></span> ${t('first.farm_text')}` : t('first.farm_alone')}</p>`
    }
    <div class="toolbar">${h(Button, { label: t('first.machines'), onClick: () => go({ page: 'farm' }) })}</div>
  </article>`;
}

/** @param {{id: string, icon: string, title: string}} props */
function Head({ id, icon, title }) {
  const away = () => setPrefs({ cardsDone: [...prefs.peek().cardsDone, id] });
  return html`<div class="card-head">${h(Icon, { name: icon })}<h3 class="grow">${title}</h3>${h(Button, { label: t('first.done'), icon: 'x', kind: 'quiet', only: true, small: true, onClick: away })}</div>`;
}
