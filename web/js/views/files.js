import { download } from '../actions.js';
import { downloadAddress, get, receiptAddress, zipAddress } from '../api.js';
import { desktop } from '../desktop.js';
import { bytes } from '../format.js';
import { formatFrames } from '../frames.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useState } from '../lib.js';
import { copyText } from '../perform.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { useWindow } from '../ui/virtual.js';
import { units, unitsOf } from '../units.js';

const ROW = 32;

/** @param {{job: import('../types').Job}} props */
export function FilesTab({ job }) {
  const [names, setNames] = useState(/** @type {string[] | null} */ (null));
  useEffect(() => {
    get(`jobs/${encodeURIComponent(job.id)}/files`).then(setNames, () => setNames([]));
  }, [job.id, job.file_count, job.status]);
  const window = desktop();
  return html`<div class="stack files">
    <dl class="facts">
      <dt>${t('files.folder')}</dt>
      <dd class="path"><span class="mono truncate" dir="ltr" title=${job.output_path}>${job.output_path}</span>
        ${window ? h(Button, { label: t('action.open'), icon: 'folder-open', small: true, onClick: () => void window.open_path(job.output_path) }) : h(Button, { label: t('action.copy_path'), icon: 'copy', small: true, only: true, kind: 'quiet', onClick: () => void copyText(job.output_path) })}</dd>
    </dl>
    ${h(Missing, { job })}
    ${names?.length ? h(FileList, { job, names }) : html`<p class="empty">${names ? t('files.none') : t('list.loading')}</p>`}
  </div>`;
}

/** Frames that are not there, once the job has ended. @param {{job: import('../types').Job}} props */
function Missing({ job }) {
  if (unitsOf.value !== job.id || !['completed', 'error', 'cancelled'].includes(job.status)) return null;
  const missing = units.value.filter(unit => unit.state !== 'done').map(unit => unit.unit);
  if (!missing.length) return null;
  return html`<p class="note warn">${h(Icon, { name: 'triangle-alert' })}<span>${t('files.missing', { n: missing.length })} <span class="mono">${formatFrames(missing)}</span></span></p>`;
}

/** @param {{job: import('../types').Job, names: string[]}} props */
function FileList({ job, names }) {
  const { box, first, last, onScroll } = useWindow(names.length, ROW, 0);
  const sizes = new Map(units.value.map(unit => [unit.file, unit.bytes]));
  const total = units.value.reduce((sum, unit) => sum + unit.bytes, 0);
  return html`<section class="file-section">
    <div class="toolbar"><h3 class="grow">${t('files.count', { n: names.length })}${total ? html` <span class="muted">· ${bytes(total)}</span>` : null}</h3>
      ${h(Button, { label: t('action.receipt'), icon: 'shield-check', hint: t('action.receipt.hint'), small: true, kind: 'quiet', onClick: () => download(receiptAddress(job.id)) })}
      ${h(Button, { label: t('action.zip'), icon: 'archive', small: true, onClick: () => download(zipAddress(job.id)) })}</div>
    <div class="file-list" ref=${box} onScroll=${onScroll} tabindex="0" role="group" aria-label=${t('tab.files')}>
      <ul style=${{ height: `${names.length * ROW}px` }}>
        ${names.slice(first, last).map(
          (name, index) => html`<li key=${name} style=${{ transform: `translateY(${(first + index) * ROW}px)` }}>
          ${h(Icon, { name: /\.(mp4|mov|mkv|webm|avi)$/i.test(name) ? 'file-video' : 'image' })}
          <a class="truncate" dir="auto" href=${downloadAddress(job.id, name)} download title=${t('files.download', { name })}>${name}</a>
          <span class="muted">${sizes.get(name) ? bytes(sizes.get(name) ?? 0) : ''}</span>
        </li>`,
        )}
      </ul>
    </div>
  </section>`;
}
