import { downloads, elsewhere, isOpen, orderDownload } from '../downloads.js';
import { mayAct } from '../farm.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useState } from '../lib.js';
import { engines, nodes } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { engineLabel } from '../views/jobrow.js';
import { watchElsewhere } from './elsewhere.js';
import { offers } from './offers.js';
import { Progress } from './progress.js';
import { compareVersions, offerOf } from './rows.js';

/** @typedef {import('../downloads.js').Download} Download */
/** @typedef {import('../types').Node} Node */
/** @typedef {{engine: string, version: string}} Which */

/** Which machine has which build: a row for each build that one of them has, a column for each machine. @param {{engine: string}} props */
export function Matrix({ engine }) {
  useEffect(watchElsewhere, []);
  const rows = buildsOf(nodes.value).filter(row => !engine || row.engine === engine);
  if (!rows.length) return html`<p class="empty" role="status">${t('engines.none_installed')}</p>`;
  return html`<div class="matrix-box" role="group" aria-label=${t('engines.machines')} tabindex="0"><table class="table matrix">
      <thead><tr><th scope="col">${t('engines.build')}</th>${nodes.value.map(node => h(MachineHead, { node, key: node.id }))}</tr></thead>
      <tbody>${rows.map(row => h(MatrixRow, { row, key: `${row.engine} ${row.version}` }))}</tbody>
    </table></div>
    ${nodes.value.length > 1 && html`<p class="muted small pad">${t('engines.elsewhere')}</p>`}`;
}

/** Every build that a machine has or fetches, newest first inside each engine. @param {Node[]} machines @returns {Which[]} */
function buildsOf(machines) {
  const found = /** @type {Map<string, Which>} */ (new Map());
  for (const node of machines) {
    for (const [engine, versions] of Object.entries(node.builds))
      for (const version of Object.keys(versions)) found.set(`${engine} ${version}`, { engine, version });
    for (const download of openOn(node))
      if (![...found.values()].some(row => isOf(row, download)))
        found.set(`${download.engine} ${download.version}`, { engine: download.engine, version: download.version });
  }
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
  const away = node.state === 'offline';
  const download = away ? undefined : openOn(node).find(entry => isOf(row, entry));
  if (download) return h(Progress, { download, node: node.this ? '' : node.id });
  if (state)
    return html`<span class="state run">${h(Icon, { name: 'download' })}<span>${t('download.state.downloading')}</span></span>`;
  const version = mayAct() && !away ? nameToOrder(row, node) : '';
  if (version) return h(Install, { row, node, version });
  return html`<span class="state idle">${h(Icon, { name: 'minus' })}<span>${t('engines.absent')}</span></span>`;
}

/** @param {{row: Which, node: Node, version: string}} props */
function Install({ row, node, version }) {
  const [wrong, setWrong] = useState('');
  const [ordering, setOrdering] = useState(false);
  const name = `${engineLabel(row.engine)} ${row.version}`;
  const order = () => {
    setOrdering(true);
    orderDownload(row.engine, version, node.this ? '' : node.id)
      .then(
        () => setWrong(''),
        error => setWrong(error.message),
      )
      .finally(() => setOrdering(false));
  };
  return html`${h(Button, {
    label: t('engines.install'),
    icon: 'download',
    small: true,
    off: ordering,
    hint: node.this ? t('engines.install_name', { name }) : t('engines.install_name_on', { name, machine: node.name }),
    onClick: order,
  })}${wrong && html`<p class="error" role="alert">${h(Icon, { name: 'circle-alert' })}<span>${wrong}</span></p>`}`;
}

/** Downloads on a machine that are not over. @param {Node} node */
function openOn(node) {
  return (node.this ? downloads.value : (elsewhere.value[node.id] ?? [])).filter(isOpen);
}

/** @param {Which} row @param {Download} download */
function isOf(row, { engine, version }) {
  return engine === row.engine && [row.version, offerOf(offers.value, row)?.version].includes(version);
}

/** What a machine is to be told to install, so that it has that build; empty: nobody is known to offer it. @param {Which} row @param {Node} node */
function nameToOrder(row, node) {
  const own = engines.value.find(({ name }) => name === row.engine)?.builds ?? [];
  const given = !node.this && own.some(build => build.origin === 'managed' && build.version === row.version);
  return offerOf(offers.value, row)?.version ?? (given ? row.version : '');
}
