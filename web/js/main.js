// The page starts here.

import { loadEngines, loadMachine, loadPresets } from './catalogue.js';
import { startDrops } from './drops.js';
import { startHistory } from './history.js';
import { chosenLanguage, loadLanguage } from './i18n.js';
import { startKeys } from './keys.js';
import { effect, h, mount } from './lib.js';
import { startPolling } from './poll.js';
import { prefs } from './prefs.js';
import { startTitle } from './title.js';
import { Shell } from './views/shell.js';

async function start() {
  await loadLanguage(chosenLanguage());
  effect(() => {
    document.documentElement.dataset.theme = prefs.value.theme;
    document.documentElement.dataset.density = prefs.value.density;
  });
  mount(h(Shell, {}), /** @type {Element} */ (document.querySelector('#app')));
  startPolling();
  startKeys();
  startDrops();
  startTitle();
  startHistory();
  await Promise.all([loadEngines(), loadPresets(), loadMachine()]);
}

void start();
