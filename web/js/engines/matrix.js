import { downloads, isMoving, startDownload } from '../downloads.js';
import { mayAct } from '../farm.js';
import { percent } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { engineLabel } from '../views/jobrow.js';
import { offers } from './offers.js';
import { compareVersions, offerOf } from './rows.js';

/** @typedef {import('../types').Node} Node */
/** @typedef {{engine: string, version: string}} Which */

/** Which machine has which build: a row for each build that one of them has, a column for each machine. @param {{engine: string}} props */
export function Matrix({ engine }) {
  const rows = buildsOf(nodes.value).filter(row => !engine || row.engine === engine);
  if (!rows.length) return html`<p class="empty" role="status">${t('engines.none_installed')}</p>`;
  return html`<div class="matrix-box" role="group" aria-label=${t('engines.machines')} tabindex="0"><table class="table matrix">
      <thead><tr><th scope="col">${t('engines.build')}</th>${nodes.value.map(node => h(MachineHead, { node, key: node.id }))}</tr></thead>
      <tbody>${rows.map(row => h(MatrixRow, { row, key: `${row.engine} ${row.version}` }))}</tbody>
    </table></div>
    ${nodes.value.length > 1 && html`<p class="muted small pad">${t('engines.elsewhere')}</p>`}`;
}

/** Every build that a machine has or fetches, newest first inside each engine. @param {Node[]} machines @returns {Which[]} */
export function buildsOf(machines) {
  const found = /** @type {Map<string, Which>} */ (new Map());
  for (const node of machines)
    for (const [engine, versions] of Object.entries(node.builds))
      for (const version of Object.keys(versions)) found.set(`${engine} ${version}`, { engine, version });
  return [...found.values()].sort((a, b) => a.engine.localeCompare(b.engine) || compareVersions(b.version, a.version));
}

/** @param {{node: Node}} props */
function MachineHead({ node }) {
  return html`<th scope="col"><span class="truncate" dir="auto" title=${node.name}>${node.name}</span>
    ${node.this ? html`<span class="tag">${t('machine.this')}</span>` : null}
    ${node.state === 'offline' ? html`<span class="tag">${t('machine.state.offline')}</span>` : null}</th>`;
}

/** @param {{row: Which}} props */
function MatrixRow({ row }) {
  return html`<tr><th scope="row"><span class="truncate" title=${row.version}>${engineLabel(row.engine)} ${row.version}</span></th>
    ${nodes.value.map(node => html`<td key=${node.id}>${h(Cell, { row, node })}</td>`)}</tr>`;
}

/** @param {{row: Which, node: Node}} props */
function Cell({ row, node }) {
  const state = node.builds[row.engine]?.[row.version];
  if (state === 'installed')
    return html`<span class="state ok">${h(Icon, { name: 'circle-check' })}<span>${t('engines.is_installed')}</span></span>`;
  if (state)
    return html`<span class="state run">${h(Icon, { name: 'download' })}<span>${onItsWay(row, node)}</span></span>`;
  const offer = node.this && mayAct() ? offerOf(offers.value, row) : undefined;
  if (!offer)
    return html`<span class="state idle">${h(Icon, { name: 'minus' })}<span>${t('engines.absent')}</span></span>`;
  const name = `${engineLabel(row.engine)} ${row.version}`;
  return h(Button, {
    label: t('engines.install'),
    icon: 'download',
    small: true,
    hint: t('engines.install_name', { name }),
    onClick: () => void startDownload(row.engine, offer.version),
  });
}

/** @param {Which} row @param {Node} node */
function onItsWay(row, node) {
  const own = downloads.value.find(
    entry => node.this && isMoving(entry) && entry.engine === row.engine && entry.version === row.version,
  );
  const share = own?.total ? percent(own.received / own.total) : '';
  return [t('download.state.downloading'), share].filter(Boolean).join(' ');
}
