import { download } from '../actions.js';
import { get, thumbnail } from '../api.js';
import { desktop } from '../desktop.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useState } from '../lib.js';
import { Button } from '../ui/button.js';

const FILM = /\.(mp4|m4v|webm|mov|mkv|ogv|avi|mxf)$/i;
/** Containers that browsers know; whether they know the codec shows when they try. */
const KNOWN = /\.(mp4|m4v|webm)$/i;

/**
 * A finished film in the browser's own player: the file itself, else the review film that the server makes, else words
 * and a way out.
 * @param {{job: import('../types').Job, address: (job: string, file: string) => string}} props
 */
export function Film({ job, address }) {
  const [file, setFile] = useState('');
  const [tried, setTried] = useState(0);
  useEffect(() => {
    setTried(0);
    get(`jobs/${encodeURIComponent(job.id)}/files`).then(
      names => setFile(names.find((/** @type {string} */ name) => FILM.test(name)) ?? names[0] ?? ''),
      () => setFile(''),
    );
  }, [job.id, job.file_count]);
  const version = `film.${job.ended_at ?? ''}`;
  const poster = thumbnail(job.id, { big: true, rev: version });
  const ways = file
    ? [...(KNOWN.test(file) ? [address(job.id, file)] : []), thumbnail(job.id, { video: true, rev: version })]
    : [];
  const shape = job.width && job.height ? `${job.width} / ${job.height}` : '16 / 9';
  const tryNext = () => setTried(tried + 1);
  // Of a film with a codec that it does not know, but sound that it plays, Chromium shows black and reports no error.
  const look = (/** @type {Event & {currentTarget: HTMLVideoElement}} */ event) => {
    if (!event.currentTarget.videoWidth) tryNext();
  };
  const lost = file && tried >= ways.length;
  return html`<figure class="player film" aria-label=${t('player.name')}>
    <div class="stage" style=${{ aspectRatio: shape }}>
      ${
        lost
          ? h(Unplayable, { job, file, poster, source: address(job.id, file) })
          : file &&
            html`<video key=${tried} controls loop preload="metadata" poster=${poster} src=${ways[tried]} aria-label=${file} onError=${tryNext} onLoadedMetadata=${look}></video>`
      }
    </div>
    ${tried > 0 && !lost && html`<figcaption class="hint">${t('player.review')}</figcaption>`}
  </figure>`;
}

/** @param {{job: import('../types').Job, file: string, poster: string, source: string}} props */
function Unplayable({ job, file, poster, source }) {
  const window = desktop();
  return html`<img class="poster" src=${poster} alt="" /><div class="stage-words solid"><p>${t('player.unplayable')}</p>
    ${
      window
        ? h(Button, {
            label: t('player.open'),
            icon: 'external-link',
            onClick: () => void window.open_path(`${job.output_path}/${file}`),
          })
        : h(Button, { label: t('action.download'), icon: 'download', onClick: () => download(source) })
    }</div>`;
}
