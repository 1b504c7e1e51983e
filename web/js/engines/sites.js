import { ago } from '../format.js';
import { sentence, t } from '../i18n.js';
import { h, html } from '../lib.js';
import { serverNow } from '../store.js';
import { Icon } from '../ui/icon.js';
import { sites } from './offers.js';

/** @typedef {import('./offers.js').Site} Site */

/** Where the lists come from, how old they are, and what went wrong with them. */
export function Sites() {
  const failed = sites.value.filter(site => site.problem);
  if (!failed.length && !sites.value.some(site => site.checked_at)) return null;
  const areAll = failed.length === sites.value.length;
  return html`<footer class="engine-foot">
    ${failed.length > 0 && html`<div class="note warn">${h(Icon, { name: 'wifi-off' })}<div role="status"><strong>${areAll ? t('engines.offline') : t('engines.some_offline', { n: failed.length })}</strong> ${areAll && sentence(failed[0].problem, failed[0].about)}<p class="muted">${t('engines.offline_hint')}</p></div></div>`}
    <h3 class="caption" id="engine-sites">${t('engines.from')}</h3>
    <ul class="sites" aria-labelledby="engine-sites">${sites.value.map(site => h(SiteLine, { site, withProblem: !areAll, key: site.name }))}</ul>
  </footer>`;
}

/** Where all fail, one of them has said why. @param {{site: Site, withProblem: boolean}} props */
function SiteLine({ site, withProblem }) {
  const problem = sentence(site.problem, site.about);
  const [icon, tone] = site.problem ? ['circle-alert', 'warn'] : ['circle-check', 'ok'];
  return html`<li title=${problem || undefined}><span class=${`state ${tone}`}>${h(Icon, { name: icon })}</span>
    <div class="grow"><p dir="auto">${site.label}</p><p class="muted small">${readWords(site)}</p>${withProblem && problem && html`<p class="small">${problem}</p>`}</div>
  </li>`;
}

/** @param {Site} site */
function readWords(site) {
  if (!site.checked_at) return t('engines.never_read');
  return t('engines.read', { time: ago(site.checked_at, serverNow()), n: site.count });
}
