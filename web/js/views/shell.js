import { AddJob } from '../addjob/dialog.js';
import { PresetDialog } from '../addjob/presetdialog.js';
import { dragging } from '../drops.js';
import { Engines } from '../engines/page.js';
import { FarmPage } from '../farmpage/page.js';
import { t } from '../i18n.js';
import { Fragment, h, html } from '../lib.js';
import { MachinePage } from '../machine/page.js';
import { dialog, drawer, question } from '../overlay.js';
import { prefs } from '../prefs.js';
import { PresetsPage } from '../presets/page.js';
import { route } from '../router.js';
import { shown } from '../selection.js';
import { Settings } from '../settings/page.js';
import { link } from '../store.js';
import { Icon } from '../ui/icon.js';
import { Menu } from '../ui/menu.js';
import { Toasts } from '../ui/toast.js';
import { About } from './about.js';
import { Alerts } from './alerts.js';
import { Closing } from './closing.js';
import { Confirm } from './confirm.js';
import { Help } from './help.js';
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
  engines: Engines,
  settings: Settings,
  presets: PresetsPage,
  machine: MachinePage,
  farm: FarmPage,
};

const DIALOGS = {
  add: AddJob,
  help: Help,
  about: About,
  palette: Palette,
  alerts: Alerts,
  preset: PresetDialog,
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
