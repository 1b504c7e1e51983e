import { openAddJob } from '../addjob/draft.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { go } from '../router.js';
import { engines, nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';

/** Three cards instead of an empty list; no gate: everything else works meanwhile. */
export function FirstRun() {
  const built = engines.value.filter(engine => engine.builds.length);
  const others = nodes.value.filter(node => !node.this);
  return html`<section class="first-run" aria-label=${t('first.title')}>
    <h2>${t('first.title')}</h2>
    <p class="muted lead">${t('first.text')}</p>
    <div class="cards">
      <article class="card main">
        ${h(Icon, { name: 'upload' })}
        <h3>${t('first.drop_title')}</h3>
        <p class="muted">${t('first.drop_text')}</p>
        ${h(Button, { label: t('first.browse'), icon: 'folder-open', kind: 'primary', onClick: () => openAddJob() })}
      </article>
      <article class="card">
        ${h(Icon, { name: built.length ? 'circle-check' : 'package' })}
        <h3>${built.length ? t('first.engine_ready') : t('first.engine_none')}</h3>
        ${
          built.length
            ? html`<ul class="found">${built.map(engine => html`<li key=${engine.name}><strong>${engine.label}</strong> <span class="muted">${engine.builds.map(build => build.version).join(', ')}</span></li>`)}</ul>`
            : html`<p class="muted">${t('first.engine_text')}</p>`
        }
        ${h(Button, { label: t('first.engines'), onClick: () => go({ page: 'engines' }) })}
      </article>
      <article class="card">
        ${h(Icon, { name: 'network' })}
        <h3>${others.length ? t('first.farm_found', { n: others.length }) : t('first.farm_title')}</h3>
        <p class="muted">${others.length ? others.map(node => node.name).join(', ') : t('first.farm_text')}</p>
      </article>
    </div>
  </section>`;
}
