// What a machine is made of.

import { get } from '../api.js';
import { farm } from '../farm.js';
import { bytes, count } from '../format.js';
import { t } from '../i18n.js';
import { useEffect, useState } from '../lib.js';

/** @typedef {import('../types').Node} Node */
/** @typedef {Record<string, any>} Status */

const EVERY_MS = 10_000;

/** The status of a machine, as it tells it itself. @param {Node} node */
export function useStatus(node) {
  const [status, setStatus] = useState(/** @type {Status | null} */ (null));
  useEffect(() => {
    const read = () => document.hidden || statusOf(node).then(setStatus, () => {});
    read();
    const timer = setInterval(read, EVERY_MS);
    return () => clearInterval(timer);
  }, [node.id]);
  return status;
}

/** @param {Node} node @returns {Promise<Status | null>} */
async function statusOf(node) {
  if (node.this) return get('status');
  const all = await get('full_status');
  return Object.values(all).find(entry => entry.node_id === node.id || entry.hostname === node.name) ?? null;
}

/** @param {Node} node @param {Status | null} status @returns {[string, string][]} */
export function factsOf(node, status) {
  const member = farm.value?.members.find(entry => entry.id === node.id);
  const gpus = (status?.gpus ?? []).map((/** @type {any} */ gpu) => gpu.name ?? String(gpu));
  /** @type {[string, string][]} */
  const rows = [
    [t('machine.system'), [status?.os_version ?? node.system, status?.system_cpu].filter(Boolean).join(' · ')],
    [t('machine.processor'), status?.cpu_brand ?? ''],
    [t('machine.cores_title'), coreWords(node, status)],
    [t('machine.memory'), sizeOf(status, ['memory_total', 'total_memory'], status?.memory?.total)],
    [t('machine.graphics'), gpus.join(', ')],
    [t('machine.disk_free'), sizeOf(status, ['disk_free'], status?.disk?.free)],
    [t('machine.temperature'), status?.temperature ? `${Math.round(status.temperature)} °C` : ''],
    [t('machine.version'), status?.app_version ?? node.version],
    [t('machine.address'), member?.address || (node.this ? location.host : '')],
  ];
  return rows.filter(([, value]) => value);
}

/** @param {Node} node @param {Status | null} status */
function coreWords(node, status) {
  const all = status?.cpu_count ?? node.cores;
  const real = status?.cpu_count_physical;
  if (!all) return '';
  return real && real !== all
    ? t('machine.cores_threads', { n: real, threads: count(all) })
    : t('machine.cores', { n: all });
}

/** @param {Status | null} status @param {string[]} names @param {unknown} nested */
function sizeOf(status, names, nested) {
  const value = names.map(name => status?.[name]).find(entry => typeof entry === 'number') ?? nested;
  return typeof value === 'number' ? bytes(value) : '';
}
