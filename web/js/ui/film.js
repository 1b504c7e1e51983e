import { download } from '../actions.js';
import { get, thumbnail } from '../api.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useState } from '../lib.js';
import { Button } from './button.js';

const PLAYABLE = /\.(mp4|m4v|webm|mov|mkv|ogv)$/i;

/** A finished film in the browser's own player; words and a way out where its codec is not known. @param {{job: import('../types').Job, address: (job: string, file: string) => string}} props */
export function Film({ job, address }) {
  const [file, setFile] = useState('');
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    get(`jobs/${encodeURIComponent(job.id)}/files`).then(
      names => setFile(names.find((/** @type {string} */ name) => PLAYABLE.test(name)) ?? names[0] ?? ''),
      () => setBroken(true),
    );
  }, [job.id, job.file_count]);
  const poster = thumbnail(job.id, { big: true, rev: `film.${job.ended_at ?? ''}` });
  if (broken) {
    return html`<figure class="player film" aria-label=${t('player.name')}>
      <div class="stage" style=${{ aspectRatio: '16 / 9' }}><img class="poster" src=${poster} alt="" /><div class="stage-words solid"><p>${t('player.unplayable')}</p>
      ${file && h(Button, { label: t('action.download'), icon: 'download', onClick: () => download(address(job.id, file)) })}</div></div>
    </figure>`;
  }
  return html`<figure class="player film" aria-label=${t('player.name')}>
    <div class="stage" style=${{ aspectRatio: job.width && job.height ? `${job.width} / ${job.height}` : '16 / 9' }}>
      ${file && html`<video controls preload="metadata" poster=${poster} src=${address(job.id, file)} aria-label=${file} onError=${() => setBroken(true)}></video>`}
    </div>
  </figure>`;
}
