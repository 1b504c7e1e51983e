import { get } from '../api.js';
import { t } from '../i18n.js';
import { Fragment, h, html, useEffect, useState } from '../lib.js';
import { copyText } from '../perform.js';
import { engines } from '../store.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';

const LOGO = new URL('../../img/zordon.svg', import.meta.url).href;
const LICENCES = new URL('../../vendor/LICENSES.txt', import.meta.url).href;

export function About() {
  const [status, setStatus] = useState(/** @type {Record<string, any> | null} */ (null));
  useEffect(() => {
    get('status').then(setStatus, () => setStatus({}));
  }, []);
  const footer = html`<${Fragment}>
    <a class="button plain" href=${LICENCES} target="_blank" rel="noopener">${t('about.licences')}</a>
    ${h(Button, { label: t('about.copy'), icon: 'copy', kind: 'primary', disabled: !status, onClick: () => void copyText(diagnostics(status ?? {})) })}
  <//>`;
  return h(Dialog, {
    title: t('about.title'),
    kind: 'narrow about',
    footer,
    children: html`<div class="about-text">
      <img src=${LOGO} alt="" width="72" height="72" />
      <p class="about-name">Zordon <span class="muted">${status?.app_version ?? status?.version ?? ''}</span></p>
      <p class="muted">${t('about.text')}</p>
      <p class="muted small">${t('about.licence')}</p>
    </div>`,
  });
}

/** @param {Record<string, any>} status */
function diagnostics(status) {
  const builds = engines
    .peek()
    .flatMap(engine => engine.builds.map(build => `${engine.name} ${build.version} (${build.origin})`));
  return JSON.stringify({ status, builds, browser: navigator.userAgent, language: navigator.language }, null, 2);
}
