import { address } from '../api.js';
import { downloads, isMoving, isOpen, startDownload } from '../downloads.js';
import { asking, offers, offersKnown, readOffers, refreshOffers, sites } from '../engines/offers.js';
import { Progress } from '../engines/progress.js';
import { mayAct } from '../farm.js';
import { bytes } from '../format.js';
import { t } from '../i18n.js';
import { h, html, useEffect } from '../lib.js';
import { go } from '../router.js';
import { engines, enginesKnown } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { CardHead } from './cardhead.js';

const BLENDER = 'blender';
/** What is offered, the best first. */
const CHANNELS = ['lts', 'stable'];

/** What this machine renders with, and how to get Blender. Whether it is here is not known at once: looking starts programs. */
export function EngineCard() {
  if (!enginesKnown.value) return h(Looking, {});
  return hasBlender() ? h(Ready, {}) : h(Lacking, {});
}

function hasBlender() {
  return engines.value.some(engine => engine.name === BLENDER && engine.builds.length);
}

function Looking() {
  return html`<article class="card" aria-busy="true">
    ${h(CardHead, { id: 'engine', icon: 'search', title: t('first.engine_looking') })}
    <p class="muted">${t('first.engine_looking_text')}</p>
    <div class="toolbar">${h(SeeEngines, {})}</div>
  </article>`;
}

function Ready() {
  return html`<article class="card">
    ${h(CardHead, { id: 'engine', icon: 'circle-check', title: t('first.engine_ready') })}
    ${h(Found, {})}
    <div class="toolbar">
      ${h(SeeEngines, {})}
      <a class="button plain" href=${address('addon/zordon_submit.zip')} download>${h(Icon, { name: 'download' })}<span>${t('first.addon')}</span></a>
    </div>
  </article>`;
}

function Lacking() {
  useEffect(() => void readOffers(), []);
  const download = downloads.value.find(entry => entry.engine === BLENDER && isOpen(entry));
  const offer = CHANNELS.map(channel =>
    offers.value.find(entry => entry.engine === BLENDER && entry.channel === channel),
  ).find(Boolean);
  const none = offersKnown.value && !offer && !asking.value;
  return html`<article class="card">
    ${h(CardHead, { id: 'engine', icon: 'package', title: t(download && isMoving(download) ? 'first.engine_coming' : 'first.engine_none') })}
    ${h(Found, {})}
    ${download ? h(Progress, { download }) : none ? h(NoOffer, {}) : html`<p class="muted">${t('first.engine_text')}</p>`}
    <div class="toolbar">
      ${mayAct() && !download ? (none ? h(Button, { label: t('download.again'), icon: 'refresh-cw', onClick: () => void refreshOffers() }) : h(Fetch, { offer })) : null}
      ${h(SeeEngines, {})}
    </div>
  </article>`;
}

/** The version is told as soon as the site has told it. @param {{offer: import('../engines/rows.js').Available | undefined}} props */
function Fetch({ offer }) {
  const name = offer ? `Blender ${offer.version}` : 'Blender';
  const label = t('first.engine_fetch', { name: offer?.size ? `${name} (${bytes(offer.size)})` : name });
  const order = () => offer && void startDownload(BLENDER, offer.version);
  return h(Button, { label, icon: 'download', kind: 'primary', off: !offer, onClick: order });
}

function NoOffer() {
  const problem = sites.value.find(site => site.engine === BLENDER && site.problem)?.problem;
  return html`<div class="note warn" role="status">${h(Icon, { name: 'wifi-off' })}<p>${problem || t('first.engine_not_offered')}</p></div>`;
}

function Found() {
  const built = engines.value.filter(engine => engine.builds.length);
  return html`<ul class="found">${built.map(engine => html`<li key=${engine.name}><strong>${engine.label}</strong> <span class="muted">${engine.builds.map(build => build.version).join(', ')}</span></li>`)}</ul>`;
}

function SeeEngines() {
  return h(Button, { label: t('first.engines'), onClick: () => go({ page: 'engines' }) });
}
