import { mayAct } from '../farm.js';
import { t } from '../i18n.js';
import { h, html, useEffect } from '../lib.js';
import { go, route } from '../router.js';
import { engines, enginesKnown, nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { Tabs } from '../ui/tabs.js';
import { ArchiveButton } from './archive.js';
import { BuildRow } from './buildrow.js';
import { Matrix } from './matrix.js';
import { asking, offers, offersKnown, readOffers, refreshOffers, sites } from './offers.js';
import { buildRows, updates } from './rows.js';
import { Sites } from './sites.js';

const TABS = ['all', 'installed', 'available', 'updates', 'machines'];
const CHANNELS = ['stable', 'lts', 'daily'];
const MOST = 200;

/** The programs that render: what is here, what could be, and what is on its way. */
export function Engines() {
  // What was installed meanwhile, in another window too, is offered no more.
  useEffect(() => void readOffers(), [engines.value]);
  const query = route.value.query;
  const tab = TABS.includes(query.get('tab') ?? '') ? String(query.get('tab')) : 'all';
  const engine = query.get('engine') ?? '';
  const channel = query.get('channel') ?? '';
  const rows = buildRows(offers.value);
  const fresh = updates(rows);
  const groups = {
    all: rows,
    installed: rows.filter(row => row.build),
    available: rows.filter(row => !row.build),
    updates: fresh,
    machines: [],
  };
  const shown = groups[/** @type {keyof typeof groups} */ (tab)].filter(
    row =>
      (!engine || row.engine === engine) && (!channel || row.build || row.download || row.offer?.channel === channel),
  );
  const tabs = TABS.map(id => ({
    id,
    label: t(`engines.${id}`),
    note: String(id === 'machines' ? nodes.value.length : groups[/** @type {keyof typeof groups} */ (id)].length),
  }));
  return html`<div class="page engines-page" data-testid="engines">
    <header class="page-head"><div class="grow"><h2>${t('page.engines')}</h2><p class="muted">${t('engines.text')}</p></div>
      ${mayAct() && html`<div class="toolbar">${h(ArchiveButton, {})}${h(Button, { label: t('engines.refresh'), icon: 'refresh-cw', disabled: asking.value, onClick: () => void refreshOffers() })}</div>`}
    </header>
    <section class="box" aria-label=${t('page.engines')}>
      ${h(Tabs, { tabs, chosen: tab, onChoose: id => go({ query: { tab: id === 'all' ? '' : id } }), label: t('page.engines'), panel: 'engine-list' })}
      <div class="engine-filters">
        ${h(Choice, { label: t('engines.engine'), name: 'engine', value: engine, values: [...new Set(rows.map(row => row.engine))], words: labelOf })}
        ${
          tab !== 'machines' &&
          html`${h(Choice, { label: t('engines.channel'), name: 'channel', value: channel, values: CHANNELS, words: value => t(`channel.${value}`) })}
        <span class="space"></span><span class="muted small">${t('engines.here')}</span>`
        }
      </div>
      <div role="tabpanel" id="engine-list" aria-labelledby=${`tab-${tab}`} tabindex="-1">
        ${tab === 'machines' ? h(Matrix, { engine }) : shown.length ? html`<ul class="builds">${shown.slice(0, MOST).map(row => h(BuildRow, { row, update: fresh.includes(row), key: row.key }))}</ul>` : h(Nothing, { tab })}
        ${shown.length > MOST && html`<p class="muted pad small">${t('engines.more', { n: shown.length - MOST })}</p>`}
      </div>
      ${h(Sites, {})}
    </section>
  </div>`;
}

/** @param {string} name */
function labelOf(name) {
  return (
    engines.value.find(engine => engine.name === name)?.label ?? { blender: 'Blender', ffmpeg: 'FFmpeg' }[name] ?? name
  );
}

/** @param {{label: string, name: string, value: string, values: string[], words: (value: string) => string}} props */
function Choice({ label, name, value, values, words }) {
  return html`<label class="choice"><span class="muted small">${label}</span><select class="control" value=${value} onChange=${(/** @type {Event} */ event) => go({ query: { [name]: /** @type {HTMLSelectElement} */ (event.target).value } })}>
    <option value="">${t('engines.every')}</option>${values.map(entry => html`<option key=${entry} value=${entry} selected=${entry === value}>${words(entry)}</option>`)}
  </select></label>`;
}

/** Up to date is only what was compared with lists that were read. @param {import('./offers.js').Site[]} all */
export function updatesWords(all) {
  const read = all.filter(site => site.checked_at && !site.problem);
  if (!read.length) return 'engines.not_read';
  return read.length < all.length ? 'engines.up_to_date_partly' : 'engines.up_to_date';
}

/** Why the list is empty. @param {{tab: string}} props */
function Nothing({ tab }) {
  if (!enginesKnown.value || (asking.value && !offersKnown.value))
    return html`<div class="loading" role="status"><span class="spinner"></span>${t('engines.asking')}</div>`;
  const why =
    tab === 'updates'
      ? updatesWords(sites.value)
      : tab === 'installed'
        ? 'engines.none_installed'
        : 'engines.none_offered';
  return html`<p class="empty" role="status">${t(why)}</p>`;
}
