// The page starts here.

import { loadEngines, loadMachine, loadPresets } from './catalogue.js';
import { startDesktop } from './desktop.js';
import { startDownloads } from './downloads.js';
import { startDrops } from './drops.js';
import { startFarm } from './farm.js';
import { startHistory } from './history.js';
import { language, languageFor, loadLanguage, loadServerWords } from './i18n.js';
import { startKeys } from './keys.js';
import { effect, h, mount } from './lib.js';
import { startNotices } from './notify.js';
import { startPolling } from './poll.js';
import { prefs, recallPrefs } from './prefs.js';
import { startTitle } from './title.js';
import { fetchLater } from './ui/later.js';
import { startClosing } from './views/closing.js';
import { Shell } from './views/shell.js';

async function start() {
  startDesktop();
  // First of all, so that the jobs are there when the page is drawn.
  startPolling();
  // Before anything is drawn, too: what is offered depends on who looks.
  const known = startFarm();
  await recallPrefs();
  await loadLanguage(languageFor(prefs.value.language));
  effect(() => {
    document.documentElement.dataset.theme = prefs.value.theme;
    document.documentElement.dataset.density = prefs.value.density;
  });
  await known;
  mount(h(Shell, {}), /** @type {Element} */ (document.querySelector('#app')));
  effect(() => void loadServerWords(language.value));
  startKeys();
  startDrops();
  startTitle();
  startNotices();
  startClosing();
  startHistory();
  startDownloads();
  await Promise.all([loadEngines(), loadPresets(), loadMachine()]);
  fetchLater();
}

void start();
