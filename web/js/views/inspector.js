import { actionsFor, labelOf, menuItems, runAction } from '../actions.js';
import { t } from '../i18n.js';
import { focusGrid } from '../keys.js';
import { h, html, useEffect, useRef } from '../lib.js';
import { openMenu } from '../overlay.js';
import { noteOf } from '../reasons.js';
import { go, route, TABS } from '../router.js';
import { clearSelection } from '../selection.js';
import { shapeOf, toneOf, unitTotal, wordOf } from '../status.js';
import { job as find } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { Splitter } from '../ui/splitter.js';
import { Mark } from '../ui/statusmark.js';
import { Tabs } from '../ui/tabs.js';
import { FilesTab } from './files.js';
import { FramesTab } from './frames.js';
import { summary } from './jobrow.js';
import { JobSettings } from './jobsettings.js';
import { LogTab } from './log.js';
import { Overview } from './overview.js';

const VIEWS = { overview: Overview, frames: FramesTab, log: LogTab, files: FilesTab, settings: JobSettings };
const FIRST = ['retry', 'resume', 'restart', 'pause', 'open', 'review_film', 'zip', 'copy_path'];

/** What was pressed may go with its tab; then the panel takes the focus. @param {string} tab */
function useKeptFocus(tab) {
  const before = useRef(tab);
  useEffect(() => {
    if (before.current === tab) return;
    before.current = tab;
    if (document.activeElement === document.body) document.getElementById('job-panel')?.focus({ preventScroll: true });
  }, [tab]);
}

/** Whoever closes the details is in the list then. */
function leave() {
  requestAnimationFrame(() => document.activeElement === document.body && focusGrid());
}

/** @param {{id: string}} props */
export function Inspector({ id }) {
  const job = find(id);
  useEffect(() => leave, []);
  useKeptFocus(route.value.tab);
  if (!job) return null;
  const note = noteOf(job);
  const tab = /** @type {keyof typeof VIEWS} */ (route.value.tab);
  const tabs = TABS.map(name => ({ id: name, label: tabLabel(name, job), note: tabNote(name, job) }));
  return html`<section class="side" aria-label=${t('region.inspector')} data-region="inspector">
    ${h(Splitter, { side: 'inspector' })}<div class="inspector">
    <header class="inspector-head">
      <div class="inspector-title">
        <h2 class="truncate" dir="auto" title=${job.name}>${job.name}</h2>
        ${h(Button, { label: t('inspector.close'), icon: 'x', kind: 'quiet', only: true, onClick: clearSelection })}
      </div>
      <p class="inspector-line"><span class=${`state ${toneOf(job)}`}>${h(Mark, { shape: shapeOf(job), tone: toneOf(job) })}${wordOf(job)}</span><span class="muted truncate">${summary(job)}</span></p>
      ${note ? html`<p class=${`note ${toneOf(job)}`}>${h(Icon, { name: toneOf(job) === 'err' ? 'circle-alert' : 'info' })}<span>${note}</span></p>` : null}
      ${h(Toolbar, { job })}
    </header>
    ${h(Tabs, { tabs, chosen: tab, onChoose: name => go({ tab: name }), label: t('region.inspector'), panel: 'job-panel' })}
    <div class=${`panel panel-${tab}`} role="tabpanel" id="job-panel" aria-labelledby=${`tab-${tab}`} tabindex="0">${h(VIEWS[tab], { job })}</div>
  </div></section>`;
}

/** @param {{job: import('../types').Job}} props */
function Toolbar({ job }) {
  const fitting = actionsFor([job]);
  const first = FIRST.map(id => fitting.find(action => action.id === id))
    .filter(action => action !== undefined)
    .slice(0, 3);
  const more = (/** @type {MouseEvent} */ event) => {
    const place = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    openMenu(menuItems([job]), { x: place.right - 240, y: place.bottom + 4, label: job.name });
  };
  return html`<div class="toolbar" role="toolbar" aria-label=${t('inspector.actions')}>
    ${first.map((action, index) => h(Button, { key: action.id, label: labelOf(action, [job]), icon: action.icon, keys: action.keys, only: index > 1, kind: index === 0 && ['retry', 'resume', 'restart'].includes(action.id) ? 'primary' : 'plain', onClick: () => void runAction(action.id, [job]) }))}
    ${h(Button, { label: t('inspector.more'), icon: 'ellipsis', only: true, popup: 'menu', onClick: more })}
  </div>`;
}

/** @param {string} name @param {import('../types').Job} job */
function tabLabel(name, job) {
  return name === 'frames' && job.engine === 'ffmpeg' ? t('tab.segments') : t(`tab.${name}`);
}

/** @param {string} name @param {import('../types').Job} job */
function tabNote(name, job) {
  if (name === 'frames') return String(unitTotal(job));
  return name === 'files' && job.file_count ? String(job.file_count) : '';
}
