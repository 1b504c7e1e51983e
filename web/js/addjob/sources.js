import { desktop } from '../desktop.js';
import { bytes, percent } from '../format.js';
import { t } from '../i18n.js';
import { h, html, useRef, useState } from '../lib.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { engineLabel } from '../views/jobrow.js';
import { addFiles, addPath, detectedFrames, form, removeSource, sources, tried } from './draft.js';
import { problems } from './submit.js';

/** What is to be rendered: dropped, browsed, or named by its path on the machine of the server. */
export function Sources() {
  const picker = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [path, setPath] = useState('');
  const there = sources.value.length > 0;
  // The file of a job that is edited is not the person's to change, so it needs no try to be told of.
  const error = tried.value || form.value.replaces ? problems().source : '';
  const onPick = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    addFiles(input.files ?? []);
    input.value = '';
  };
  const browse = async () => {
    const window = desktop();
    if (!window) return picker.current?.click();
    for (const chosen of await window.choose_files()) addPath(chosen);
  };
  const take = () => {
    addPath(path);
    setPath('');
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    take();
  };
  return html`<section class=${`sources ${there ? 'there' : ''}`} aria-labelledby="add-source">
    <h3 id="add-source" class=${there ? 'visually-hidden' : 'visually-hidden'}>${t('add.source')}</h3>
    ${there && html`<ul class="source-list">${sources.value.map(source => h(SourceRow, { source, key: source.id }))}</ul>`}
    ${
      !form.value.replaces &&
      html`<div class=${there ? 'source-more' : 'dropzone'}>
      ${!there && html`<div class="dropzone-words">${h(Icon, { name: 'upload' })}<p><strong>${t('add.drop')}</strong></p><p class="muted">${t('add.drop_text')}</p></div>`}
      <div class="source-ways">
        <input ref=${picker} type="file" multiple hidden onChange=${onPick} />
        ${h(Button, { label: there ? t('add.more') : t('add.browse'), icon: 'folder-open', kind: there ? 'plain' : 'primary', autofocus: !there, onClick: () => void browse() })}
        <span class="muted">${t('add.or')}</span>
        <input class="control mono grow" type="text" aria-label=${t('add.path')} placeholder=${t('add.path_hint')} value=${path} aria-invalid=${error && !there ? 'true' : undefined} aria-describedby=${error ? 'source-error' : undefined} autocomplete="off" spellcheck=${false} onInput=${(/** @type {Event} */ event) => setPath(/** @type {HTMLInputElement} */ (event.target).value)} onKeyDown=${onKeyDown} onBlur=${() => path && take()} />
      </div>
    </div>`
    }
    ${error && html`<p class="error" id="source-error">${h(Icon, { name: 'circle-alert' })}${error}</p>`}
  </section>`;
}

/** @param {{source: import('./draft.js').Source}} props */
function SourceRow({ source }) {
  const wrong = source.state === 'wrong';
  return html`<li class=${`source ${source.state}`}>
    ${h(Icon, { name: wrong ? 'circle-alert' : source.engine === 'ffmpeg' ? 'file-video' : 'clapperboard' })}
    <div class="grow">
      <p class="truncate source-name" dir="auto" title=${source.path ?? source.name}>${source.path ?? source.name}</p>
      <p class=${`small ${wrong ? 'err' : 'muted'}`} role=${wrong ? 'alert' : 'status'}>${stateWords(source)}</p>
    </div>
    ${!form.value.replaces && h(Button, { label: t('add.remove', { name: source.name }), icon: 'x', kind: 'quiet', only: true, small: true, onClick: () => removeSource(source.id) })}
  </li>`;
}

/** @param {import('./draft.js').Source} source */
function stateWords(source) {
  if (source.state === 'wrong') return source.message;
  if (source.state === 'sending')
    return html`<span class="spinner"></span> ${t('add.sending_file', { share: percent(source.fraction) })}`;
  if (source.state === 'looking') return html`<span class="spinner"></span> ${t('add.looking')}`;
  const frames = source.probe ? detectedFrames(source.probe) : '';
  const size = source.probe?.width ? `${source.probe.width}×${source.probe.height}` : '';
  return [
    source.engine && engineLabel(source.engine),
    frames && t('add.frames_found', { frames }),
    size,
    source.file && bytes(source.file.size),
  ]
    .filter(Boolean)
    .join(' · ');
}
