import { actionsFor, labelOf, runAction } from '../actions.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { chip, counts, setChip } from '../listing.js';
import { openMenu } from '../overlay.js';
import { prefs, setPrefs } from '../prefs.js';
import { selected } from '../selection.js';
import { CHIPS } from '../status.js';
import { job } from '../store.js';
import { Button } from '../ui/button.js';
import { COLUMNS } from './columns.js';

const BULK = ['retry', 'pause', 'resume', 'cancel', 'remove'];

export function Chips() {
  const many = selected.value.size > 1;
  return html`<div class="chips">
    ${many ? h(Bulk, {}) : h(ChipRow, {})}
    ${h(Button, { label: t('list.columns'), icon: 'columns-3', kind: 'quiet', only: true, popup: 'menu', onClick: openColumns })}
  </div>`;
}

function ChipRow() {
  return html`<div class="chip-row" role="group" aria-label=${t('list.show')}>
    ${CHIPS.filter(name => name !== 'cancelled' || counts.value.cancelled || chip.value === 'cancelled').map(
      name => html`<button type="button" key=${name} class=${`chip ${name}`} aria-pressed=${chip.value === name} onClick=${() => setChip(name)}>
        ${t(`chip.${name}`)}<span class="number">${counts.value[name]}</span>
      </button>`,
    )}
  </div>`;
}

function Bulk() {
  const jobs = [...selected.value].map(job).filter(item => item !== undefined);
  const actions = actionsFor(jobs).filter(action => BULK.includes(action.id));
  return html`<div class="chip-row" role="toolbar" aria-label=${t('selection.count', { n: jobs.length })}>
    <strong class="chosen">${t('selection.count', { n: jobs.length })}</strong>
    ${actions.map(action => h(Button, { key: action.id, label: labelOf(action, jobs), icon: action.icon, small: true, kind: action.danger ? 'danger' : 'plain', keys: action.keys, onClick: () => void runAction(action.id, jobs) }))}
    ${h(Button, { label: t('selection.clear'), icon: 'x', kind: 'quiet', small: true, onClick: () => (selected.value = new Set()) })}
  </div>`;
}

/** @param {MouseEvent} event */
function openColumns(event) {
  const place = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
  const hidden = prefs.peek().hiddenColumns;
  const items = COLUMNS.filter(column => column.optional).map(column => ({
    id: column.id,
    label: t(`column.${column.id}`),
    checked: !hidden.includes(column.id),
    run: () =>
      setPrefs({
        hiddenColumns: hidden.includes(column.id) ? hidden.filter(id => id !== column.id) : [...hidden, column.id],
      }),
  }));
  openMenu(items, { x: place.right - 220, y: place.bottom + 4, label: t('list.columns') });
}
