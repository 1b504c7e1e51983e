import { thumbnail } from '../api.js';
import { h, html, useState } from '../lib.js';
import { unitTotal } from '../status.js';
import { Icon } from './icon.js';

/** @param {{job: import('../types').Job}} props */
export function Thumb({ job }) {
  const version = job.last_unit === null && job.file_count === 0 ? null : `${job.last_unit ?? ''}.${job.units.done}`;
  const [broken, setBroken] = useState('');
  if (version === null || broken === version) {
    return html`<span class="thumb blank">${h(Icon, { name: job.engine === 'ffmpeg' ? 'film' : 'image' })}</span>`;
  }
  // Twenty pictures for a whole job: the list need not fetch every frame that lands.
  const rev = Math.floor(job.units.done / Math.max(1, Math.floor(unitTotal(job) / 20)));
  return html`<img class="thumb" alt="" loading="lazy" decoding="async" src=${thumbnail(job.id, { rev })} onError=${() => setBroken(version)} />`;
}
