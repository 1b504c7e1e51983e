import { t } from '../i18n.js';
import { h, html, useEffect, useState } from '../lib.js';
import { go, route } from '../router.js';
import { Icon } from '../ui/icon.js';
import { AboutSection } from './aboutsection.js';
import { grouped } from './groups.js';
import { TryNotices } from './notices.js';
import { PresetsSection } from './presetssection.js';
import { OnlyThere, SettingRow } from './row.js';
import { hintOf, labelOf, readSettings, values } from './store.js';
import { WINDOW_ROWS, windowLabel } from './window.js';

const EVERY_MS = 3000;

/** Everything on one page that can be searched; each change is saved at once and can be undone. */
export function Settings() {
  const [text, setText] = useState('');
  useEffect(watch, []);
  const known = values.value !== null;
  useEffect(showPlace, [known]);
  const wanted = text.trim().toLocaleLowerCase();
  const fits = (/** @type {string} */ words) => words.toLocaleLowerCase().includes(wanted);
  const own = WINDOW_ROWS.filter(row => (row.there?.() ?? true) && fits(windowLabel(row.id)));
  const groups = grouped(Object.keys(values.value ?? {}))
    .map(group => ({ ...group, names: group.names.filter(name => fits(`${labelOf(name)} ${hintOf(name)} ${name}`)) }))
    .filter(group => group.names.length);
  const presets = fits(t('settings.presets'));
  const about = fits(t('about.title'));
  const sections = [
    ...(own.length ? ['window'] : []),
    ...groups.map(group => group.id),
    ...(presets ? ['presets'] : []),
    ...(about ? ['about'] : []),
  ];
  return html`<div class="page settings">
    <header class="page-head"><div class="grow"><h2>${t('page.settings')}</h2><p class="muted">${t('settings.text')}</p></div>
      <div class="filter">${h(Icon, { name: 'search' })}<input type="search" aria-label=${t('settings.search')} placeholder=${t('settings.search')} value=${text} onInput=${(/** @type {Event} */ event) => setText(/** @type {HTMLInputElement} */ (event.target).value)} /></div>
    </header>
    <div class="settings-body">
      ${h(Contents, { sections })}
      <div class="settings-list">
        ${own.length > 0 && h(Group, { id: 'window', children: own.map(row => html`<div class="setting" key=${row.id}><div class="setting-main">${h(row.view, {})}</div></div>`) })}
        ${groups.length > 0 && h(OnlyThere, {})}
        ${groups.map(group => h(Group, { id: group.id, key: group.id, children: [...group.names.map(name => h(SettingRow, { name, key: name })), group.id === 'notices' && h(TryNotices, { key: 'try' })] }))}
        ${presets && h(Group, { id: 'presets', children: h(PresetsSection, {}) })}
        ${about && h(Group, { id: 'about', children: h(AboutSection, {}) })}
        ${!sections.length && html`<p class="empty" role="status">${t('settings.nothing', { text })}</p>`}
      </div>
    </div>
  </div>`;
}

/** The subject that the address names. */
function showPlace() {
  const place = route.peek().query.get('at');
  if (place) document.querySelector(`#settings-${CSS.escape(place)}`)?.scrollIntoView();
}

/** Another window may change them too. */
function watch() {
  const read = () => document.hidden || void readSettings();
  read();
  addEventListener('focus', read);
  const timer = setInterval(read, EVERY_MS);
  return () => {
    removeEventListener('focus', read);
    clearInterval(timer);
  };
}

/** @param {{sections: string[]}} props */
function Contents({ sections }) {
  const jump = (/** @type {string} */ id) => (/** @type {MouseEvent} */ event) => {
    event.preventDefault();
    go({ query: { at: id } });
    document.querySelector(`#settings-${id}`)?.scrollIntoView({ block: 'start' });
  };
  return html`<nav class="contents" aria-label=${t('settings.contents')}><ul>${sections.map(id => html`<li key=${id}><a href=${`#/settings?at=${id}`} onClick=${jump(id)}>${t(`settings.${id}`)}</a></li>`)}</ul></nav>`;
}

/** @param {{id: string, children: any}} props */
function Group({ id, children }) {
  return html`<section class="setting-group" aria-labelledby=${`settings-${id}`}><h3 id=${`settings-${id}`}>${t(`settings.${id}`)}</h3>${children}</section>`;
}
