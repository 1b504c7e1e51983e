import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { copyText } from '../perform.js';
import { allJobs, engines, enginesKnown, pulse } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';

/** @typedef {import('../types').Build} Build */

/** The programs that render on this machine. */
export function Engines() {
  return html`<div class="page" data-testid="engines">
    <header class="page-head"><h2>${t('page.engines')}</h2><p class="muted">${t('engines.text')}</p></header>
    ${enginesKnown.value ? null : html`<div class="loading" role="status"><span class="spinner"></span>${t('list.loading')}</div>`}
    ${engines.value.map(engine => h(EngineCard, { engine, key: engine.name }))}
  </div>`;
}

/** @param {{engine: import('../types').Engine}} props */
function EngineCard({ engine }) {
  return html`<section class="engine" aria-label=${engine.label}>
    <div class="engine-head">
      <span class="engine-icon">${h(Icon, { name: engine.name === 'ffmpeg' ? 'film' : 'clapperboard' })}</span>
      <div class="grow"><h3>${engine.label}</h3><p class="muted small">${engine.builds.length ? t('engines.installed', { n: engine.builds.length }) : t('engines.none')}</p></div>
    </div>
    ${
      engine.builds.length
        ? html`<ul class="builds">${engine.builds.map((build, index) => h(BuildRow, { build, newest: index === 0, engine: engine.name, key: `${build.version}${build.path ?? index}` }))}</ul>`
        : html`<p class="empty">${t('engines.missing', { name: engine.label })}</p>`
    }
    ${engine.extensions.length ? html`<p class="engine-foot muted small"><span>${t('engines.opens')}</span> ${[...engine.extensions].sort().map(text => html`<code key=${text}>${text}</code>`)}</p>` : null}
  </section>`;
}

/** @param {{build: Build, newest: boolean, engine: string}} props */
function BuildRow({ build, newest, engine }) {
  pulse.value;
  const used = allJobs().filter(job => job.engine === engine && job.engine_version === build.version).length;
  const path = build.path || build.command?.[0] || '';
  return html`<li class="build">
    ${h(Icon, { name: 'circle-check' })}
    <strong class="version">${build.version}</strong>
    ${newest ? html`<span class="tag accent">${t('engines.newest')}</span>` : null}
    ${build.origin ? html`<span class="tag">${t(`origin.${build.origin}`)}</span>` : null}
    <span class="muted small truncate grow mono" dir="ltr" title=${path}>${path}</span>
    <span class="muted small">${used ? t('engines.used', { n: used }) : ''}</span>
    ${path && h(Button, { label: t('action.copy_path'), icon: 'copy', only: true, small: true, kind: 'quiet', onClick: () => void copyText(path) })}
  </li>`;
}
