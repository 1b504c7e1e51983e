import { dragging } from '../drops.js';
import { t } from '../i18n.js';
import { Fragment, h, html } from '../lib.js';
import { dialog, drawer, question } from '../overlay.js';
import { prefs } from '../prefs.js';
import { route } from '../router.js';
import { shown } from '../selection.js';
import { link } from '../store.js';
import { Icon } from '../ui/icon.js';
import { later } from '../ui/later.js';
import { Menu } from '../ui/menu.js';
import { Toasts } from '../ui/toast.js';
import { Alerts } from './alerts.js';
import { Closing } from './closing.js';
import { Confirm } from './confirm.js';
import { Inspector } from './inspector.js';
import { JobsPage } from './jobs.js';
import { Palette } from './palette.js';
import { Removing } from './removing.js';
import { Sidebar } from './sidebar.js';
import { StatusBar } from './statusbar.js';
import { TopBar } from './topbar.js';

export function Shell() {
  const page = route.value.page;
  const inspecting = page === 'jobs' && Boolean(shown.value);
  const sizes = { '--sidebar': `${prefs.value.sidebar}px`, '--inspector': `${prefs.value.inspector}px` };
  return html`<div class=${`shell ${inspecting ? 'inspecting' : ''} ${drawer.value ? 'drawer' : ''} page-${page}`} style=${sizes}>
    <a class="skip" href="#main" onClick=${skip}>${t('region.skip')}</a>
    ${h(TopBar, {})}
    ${h(Lost, {})}
    <div class="body">
      ${page === 'jobs' && h(Sidebar, {})}
      <main id="main" tabindex="-1" data-region="main">${h(PAGES[page], {})}</main>
      ${inspecting && h(Inspector, { id: shown.value, key: shown.value })}
    </div>
    ${h(StatusBar, {})}
    ${h(Overlays, {})}
  </div>`;
}

const PAGES = {
  jobs: JobsPage,
  engines: later(() => import('../engines/page.js').then(module => module.Engines)),
  settings: later(() => import('../settings/page.js').then(module => module.Settings)),
  presets: later(() => import('../presets/page.js').then(module => module.PresetsPage)),
  machine: later(() => import('../machine/page.js').then(module => module.MachinePage)),
  farm: later(() => import('../farmpage/page.js').then(module => module.FarmPage)),
};

const DIALOGS = {
  add: later(() => import('../addjob/dialog.js').then(module => module.AddJob)),
  help: later(() => import('./help.js').then(module => module.Help)),
  about: later(() => import('./about.js').then(module => module.About)),
  palette: Palette,
  alerts: Alerts,
  preset: later(() => import('../addjob/presetdialog.js').then(module => module.PresetDialog)),
  closing: Closing,
  remove: Removing,
};

function Overlays() {
  const Open = DIALOGS[/** @type {keyof typeof DIALOGS} */ (dialog.value)];
  return html`<${Fragment}>
    ${Open && h(Open, {})}
    ${dialog.value === 'confirm' && question.value && h(Confirm, { question: question.value })}
    ${!dialog.value && h(Toasts, {})}
    ${h(Menu, {})}
    ${
      dragging.value &&
      html`<div class="drop-veil" aria-hidden="true">
      <div>${h(Icon, { name: 'upload' })}<strong>${t('drop.title')}</strong><span>${t('drop.text')}</span></div>
    </div>`
    }
  <//>`;
}

/** Always there, so that its picture is: it cannot be fetched when the connection is lost. */
function Lost() {
  const lost = link.value === 'lost';
  return html`<div class="banner" role="alert" hidden=${!lost}>${h(Icon, { name: 'wifi-off' })}${lost && html`<strong>${t('lost.title')}</strong><span>${t('lost.text')}</span>`}</div>`;
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  /** @type {HTMLElement | null} */ (document.querySelector('[role=grid], main'))?.focus();
}
