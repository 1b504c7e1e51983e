import { actionsFor, labelOf, runAction } from '../actions.js';
import { openAddJob } from '../addjob/draft.js';
import { mayAct } from '../farm.js';
import { t } from '../i18n.js';
import { keyNames } from '../keynames.js';
import { chosenJobs } from '../keys.js';
import { h, html, useMemo, useState } from '../lib.js';
import { setChip } from '../listing.js';
import { closeDialog, dialog } from '../overlay.js';
import { setPrefs } from '../prefs.js';
import { go } from '../router.js';
import { pickOne } from '../selection.js';
import { CHIPS, wordOf } from '../status.js';
import { allJobs } from '../store.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icon.js';

/** @typedef {{id: string, label: string, icon: string, about?: string, keys?: string, run: () => unknown}} Command about: whom or what it is done to, or how that is */

const MOST = 40;

export function Palette() {
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const all = useMemo(commands, []);
  const found = all.filter(command => matches(command, text)).slice(0, MOST);
  const here = Math.min(place, found.length - 1);
  const choose = (/** @type {Command | undefined} */ command) => {
    if (!command) return;
    closeDialog();
    command.run();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter') choose(found[here]);
    else if (event.key === 'ArrowDown') setPlace((here + 1) % Math.max(1, found.length));
    else if (event.key === 'ArrowUp') setPlace((here - 1 + found.length) % Math.max(1, found.length));
    else return;
    event.preventDefault();
  };
  const onInput = (/** @type {Event} */ event) => {
    setText(/** @type {HTMLInputElement} */ (event.target).value);
    setPlace(0);
  };
  return h(Dialog, {
    title: t('palette.title'),
    kind: 'palette',
    children: html`<div class="palette-body">
      <div class="filter">${h(Icon, { name: 'search' })}<input type="text" autofocus role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant=${found[here] ? `command-${here}` : undefined} aria-label=${t('palette.hint')} placeholder=${t('palette.hint')} value=${text} onInput=${onInput} onKeyDown=${onKeyDown} /></div>
      <ul id="palette-list" role="listbox" aria-label=${t('palette.title')}>
        ${found.map(
          (
            command,
            index,
          ) => html`<li key=${command.id} id=${`command-${index}`} role="option" aria-selected=${index === here} ref=${index === here ? reveal : undefined} onPointerMove=${() => setPlace(index)} onClick=${() => choose(command)}>
            ${h(Icon, { name: command.icon })}<span class="truncate" dir="auto">${command.label}</span><span class="muted small truncate about" dir="auto">${command.about}</span>${command.keys && html`<kbd>${keyNames(command.keys).join(' ')}</kbd>`}
          </li>`,
        )}
      </ul>
      ${found.length ? null : html`<p class="muted palette-none" role="status">${t('palette.none')}</p>`}
    </div>`,
  });
}

/** @param {HTMLElement | null} element */
function reveal(element) {
  element?.scrollIntoView({ block: 'nearest' });
}

/** @param {Command} command @param {string} text */
function matches(command, text) {
  const label = command.label.toLocaleLowerCase();
  return text
    .toLocaleLowerCase()
    .split(/\s+/)
    .every(word => label.includes(word));
}

/** @returns {Command[]} */
function commands() {
  const jobs = chosenJobs();
  const forChosen = actionsFor(jobs).map(action => ({
    id: `do-${action.id}`,
    label: labelOf(action, jobs),
    icon: action.icon,
    keys: action.keys,
    about: jobs.length === 1 ? jobs[0].name : t('selection.count', { n: jobs.length }),
    run: () => runAction(action.id, jobs),
  }));
  const places = allJobs().map(job => ({
    id: job.id,
    label: job.name,
    icon: 'layers',
    about: wordOf(job),
    run: () => pickOne(job.id),
  }));
  return [...general(), ...forChosen, ...places];
}

/** @returns {Command[]} */
function general() {
  const chips = CHIPS.map((name, place) => ({
    id: `show-${name}`,
    label: t('palette.show', { name: t(`view.${name}`) }),
    icon: 'list',
    keys: String(place + 1),
    run: () => setChip(name),
  }));
  const themes = /** @type {const} */ (['auto', 'light', 'dark']).map(name => ({
    id: `theme-${name}`,
    label: t(`theme.${name}`),
    icon: 'sun-moon',
    run: () => setPrefs({ theme: name }),
  }));
  return [
    ...(mayAct() ? [{ id: 'add', label: t('top.add'), icon: 'plus', keys: 'N', run: () => openAddJob() }] : []),
    { id: 'engines', label: t('page.engines'), icon: 'package', run: () => go({ page: 'engines' }) },
    { id: 'farm', label: t('page.farm'), icon: 'network', run: () => go({ page: 'farm' }) },
    { id: 'presets', label: t('page.presets'), icon: 'sliders-horizontal', run: () => go({ page: 'presets' }) },
    {
      id: 'settings',
      label: t('page.settings'),
      icon: 'settings',
      keys: 'Ctrl ,',
      run: () => go({ page: 'settings' }),
    },
    ...chips,
    ...themes,
    { id: 'keys', label: t('help.title'), icon: 'keyboard', keys: '?', run: () => (dialog.value = 'help') },
    { id: 'about', label: t('about.title'), icon: 'info', run: () => (dialog.value = 'about') },
  ];
}
