import { openAddJob } from '../addjob/draft.js';
import { mayAct } from '../farm.js';
import { t } from '../i18n.js';
import { focusGrid } from '../keys.js';
import { h, html } from '../lib.js';
import { needle, setNeedle } from '../listing.js';
import { morning, morningWords } from '../morning.js';
import { dialog, drawer, openMenu } from '../overlay.js';
import { setAllNodes, setNode } from '../perform.js';
import { prefs, setPrefs } from '../prefs.js';
import { go, route } from '../router.js';
import { nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { AlertsButton } from './alerts.js';

const LOGO = new URL('../../img/zordon.svg', import.meta.url).href;

export function TopBar() {
  const page = route.value.page;
  return html`<header class="topbar" data-region="top">
    ${page === 'jobs' && h(Button, { label: t('top.machines'), icon: 'menu', kind: 'quiet', only: true, extra: 'drawer-button', expanded: drawer.value, onClick: toggleDrawer })}
    <h1 class="brand"><a href="#/jobs" aria-label="Zordon"><img src=${LOGO} alt="" width="24" height="24" /><span>Zordon</span></a></h1>
    ${mayAct() && h(Button, { label: t('top.add'), icon: 'plus', kind: 'primary', keys: 'N', onClick: () => openAddJob() })}
    ${h(PauseButton, {})}
    <div class="space"></div>
    ${page === 'jobs' && h(Filter, {})}
    ${h(AlertsButton, {})}
    <nav class="pages" aria-label=${t('region.pages')}>
      ${h(PageLink, { page: 'jobs', icon: 'list', now: page })}
      ${h(PageLink, { page: 'farm', icon: 'network', now: page })}
      ${h(PageLink, { page: 'engines', icon: 'package', now: page })}
      ${h(PageLink, { page: 'settings', icon: 'settings', now: page })}
    </nav>
    ${h(Button, { label: t('top.more'), icon: 'ellipsis-vertical', kind: 'quiet', only: true, popup: 'menu', onClick: openMore })}
  </header>`;
}

function toggleDrawer() {
  drawer.value = !drawer.peek();
}

function PauseButton() {
  const own = nodes.value.find(node => node.this);
  if (!own || !mayAct()) return null;
  const others = nodes.value.some(node => !node.this && node.state !== 'offline');
  if (own.state === 'paused') {
    return h(Button, {
      label: t('top.resume_machine'),
      hint: t('top.resume_machine'),
      icon: 'play',
      extra: 'held',
      onClick: () => void setNode(own, 'resume'),
    });
  }
  const open = (/** @type {MouseEvent} */ event) => {
    const place = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    openMenu(
      [
        ...(others
          ? [{ id: 'farm', label: t('top.pause_farm'), icon: 'network', run: () => void setAllNodes('pause') }]
          : []),
        { id: 'now', label: t('top.pause_now'), icon: 'pause', run: () => void setNode(own, 'pause') },
        {
          id: 'until',
          label: t('top.pause_until', { time: morningWords() }),
          icon: 'moon',
          run: () => void setNode(own, 'pause', { until: morning() }),
        },
        {
          id: 'after',
          label: t('top.pause_after'),
          icon: 'hourglass',
          run: () => void setNode(own, 'pause', { soft: true }),
        },
      ],
      { x: place.left, y: place.bottom + 4, label: t('top.pause') },
    );
  };
  return h(Button, { label: t('top.pause'), icon: 'pause', popup: 'menu', extra: 'pause-machine', onClick: open });
}

function Filter() {
  const onInput = (/** @type {Event} */ event) => setNeedle(/** @type {HTMLInputElement} */ (event.target).value);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    focusGrid();
  };
  return html`<search class="filter">
    ${h(Icon, { name: 'search' })}
    <input id="filter" type="search" autocomplete="off" spellcheck=${false} aria-label=${t('top.filter')} placeholder=${t('top.filter')} value=${needle.value} onInput=${onInput} onKeyDown=${onKeyDown} />
    ${needle.value ? null : html`<kbd aria-hidden="true">/</kbd>`}
  </search>`;
}

/** Pages without a link of their own, and whose link leads to them. @type {Record<string, string>} */
const BELONGS = { machine: 'farm', presets: 'settings' };

/** @param {{page: import('../router.js').Page, icon: string, now: string}} props */
function PageLink({ page, icon, now }) {
  const current = page === now ? 'page' : page === BELONGS[now] ? 'true' : undefined;
  return html`<a class="button quiet" href=${`#/${page}`} title=${t(`page.${page}`)} aria-current=${current} onClick=${follow(page)}>
    ${h(Icon, { name: icon })}<span>${t(`page.${page}`)}</span>
  </a>`;
}

/** @param {import('../router.js').Page} page */
const follow = page => (/** @type {MouseEvent} */ event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go({ page });
};

/** @param {MouseEvent} event */
function openMore(event) {
  const place = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
  const theme = prefs.peek().theme;
  const themes = /** @type {const} */ (['auto', 'light', 'dark']);
  openMenu(
    [
      {
        id: 'palette',
        label: t('palette.title'),
        icon: 'command',
        keys: 'Ctrl K',
        run: () => (dialog.value = 'palette'),
      },
      { id: 'help', label: t('help.title'), icon: 'keyboard', keys: '?', run: () => (dialog.value = 'help') },
      ...themes.map((name, index) => ({
        id: name,
        label: t(`theme.${name}`),
        checked: theme === name,
        line: index === 0,
        run: () => setPrefs({ theme: name }),
      })),
      {
        id: 'density',
        label: t('density.compact'),
        line: true,
        checked: prefs.peek().density === 'compact',
        run: toggleDensity,
      },
      { id: 'about', label: t('about.title'), icon: 'info', line: true, run: () => (dialog.value = 'about') },
    ],
    { x: place.right - 240, y: place.bottom + 4, label: t('top.more') },
  );
}

function toggleDensity() {
  setPrefs({ density: prefs.peek().density === 'compact' ? 'cosy' : 'compact' });
}
