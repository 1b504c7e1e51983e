import { desktop } from '../desktop.js';
import { deleteBuild, startDownload } from '../downloads.js';
import { mayAct } from '../farm.js';
import { bytes, date } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { ask } from '../overlay.js';
import { copyText } from '../perform.js';
import { allJobs, pulse } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { engineLabel } from '../views/jobrow.js';
import { readOffers } from './offers.js';
import { Progress } from './progress.js';
import { jobsUsing } from './rows.js';

/** @typedef {import('./rows.js').Row} Row */

/** @param {{row: Row, update: boolean}} props */
export function BuildRow({ row, update }) {
  const { engine, version, build, offer, download } = row;
  return html`<li class="build" data-build=${row.key}>
    <span class="engine-icon">${h(Icon, { name: engine === 'ffmpeg' ? 'film' : 'clapperboard' })}</span>
    <div class="grow build-words">
      <p><strong>${engineLabel(engine)} ${version}</strong>
        ${offer && offer.channel !== 'stable' ? html`<span class=${`tag ${offer.channel === 'lts' ? 'accent' : ''}`}>${t(`channel.${offer.channel}`)}</span>` : null}
        ${build?.origin ? html`<span class="tag">${t(`origin.${build.origin}`)}</span>` : null}
        ${update ? html`<span class="tag accent">${t('engines.update')}</span>` : null}
        ${offer && !offer.verified ? html`<span class="tag warn" title=${t('engines.unverified_text')}>${t('engines.unverified')}</span>` : null}</p>
      <p class="muted small truncate" dir="ltr" title=${pathOf(row)}>${factsOf(row)}</p>
    </div>
    ${download ? h(Progress, { download }) : build ? h(Installed, { row }) : mayAct() ? h(Button, { label: t('engines.download'), icon: 'download', hint: t('engines.download_name', { name: row.key }), onClick: () => void startDownload(engine, version) }) : null}
  </li>`;
}

/** @param {Row} row */
function pathOf({ build }) {
  return build?.path || build?.command?.[0] || '';
}

/** @param {Row} row */
function factsOf(row) {
  const { offer, build } = row;
  const facts = [
    offer?.released ? date(offer.released) : '',
    offer?.size ? bytes(offer.size) : '',
    offer?.cpu ?? '',
    offer?.source === 'peer' ? t('engines.from_farm') : (offer?.source ?? ''),
    build ? pathOf(row) : '',
  ];
  return facts.filter(Boolean).join(' · ');
}

/** @param {{row: Row}} props */
function Installed({ row }) {
  pulse.value;
  const { engine, version, build } = row;
  const using = jobsUsing(row);
  const all = allJobs().filter(job => job.engine === engine && job.engine_version === version).length;
  const path = pathOf(row);
  const window = desktop();
  const remove = () =>
    ask({
      title: t('engines.delete_title', { name: `${engineLabel(engine)} ${version}` }),
      text: t('engines.delete_text'),
      confirm: t('engines.delete'),
      danger: true,
      onConfirm: () => void deleteBuild(engine, version).then(() => void readOffers()),
    });
  return html`<span class="muted small">${all ? t('engines.used', { n: all }) : ''}</span>
    <span class="state ok">${h(Icon, { name: 'circle-check' })}${t('engines.is_installed')}</span>
    ${path && (window ? h(Button, { label: t('engines.reveal'), icon: 'folder-open', only: true, small: true, kind: 'quiet', onClick: () => void window.reveal(path) }) : h(Button, { label: t('engines.copy_path'), icon: 'copy', only: true, small: true, kind: 'quiet', onClick: () => void copyText(path) }))}
    ${build?.origin === 'managed' && mayAct() ? h(Button, { label: t('engines.delete_name', { name: `${engineLabel(engine)} ${version}` }), icon: 'trash-2', only: true, small: true, kind: 'quiet', disabled: using.length > 0, hint: using.length ? t('engines.in_use', { name: using[0].name }) : undefined, onClick: remove }) : null}`;
}
