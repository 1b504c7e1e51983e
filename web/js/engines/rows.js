// The rows of the engine browser: what is installed, what could be, and what is on its way, each build once.

import { downloads, isOpen } from '../downloads.js';
import { isEnded } from '../status.js';
import { allJobs, engines } from '../store.js';

/** @typedef {import('../downloads.js').Download} Download */
/** @typedef {import('../types').Build} Build */
/**
 * @typedef {object} Available
 * @property {string} engine
 * @property {string} version
 * @property {'stable' | 'lts' | 'daily'} channel
 * @property {string} source
 * @property {string} cpu
 * @property {number} [size]
 * @property {string} [released]
 * @property {boolean} verified
 * @property {boolean} installed
 */
/**
 * @typedef {object} Row
 * @property {string} key
 * @property {string} engine
 * @property {string} version
 * @property {Build | null} build
 * @property {Available | null} offer
 * @property {Download | null} download
 */

/** @param {Available[]} offers @returns {Row[]} newest first inside each engine */
export function buildRows(offers) {
  const rows = /** @type {Map<string, Row>} */ (new Map());
  const row = (/** @type {string} */ engine, /** @type {string} */ version) => {
    const key = `${engine} ${version}`;
    const found = rows.get(key) ?? { key, engine, version, build: null, offer: null, download: null };
    rows.set(key, found);
    return found;
  };
  for (const engine of engines.value)
    for (const build of engine.builds) row(engine.name, build.version).build ??= build;
  for (const offer of offers) row(offer.engine, nameOf(offer)).offer ??= offer;
  for (const download of downloads.value)
    if (isOpen(download)) row(download.engine, download.version).download = download;
  return [...rows.values()].sort((a, b) => a.engine.localeCompare(b.engine) || compareVersions(b.version, a.version));
}

/** An installed build may call itself by another name than its site does. @param {Available} offer */
function nameOf(offer) {
  if (!offer.installed) return offer.version;
  const builds = engines.value.find(engine => engine.name === offer.engine)?.builds ?? [];
  const own =
    builds.find(build => build.version === offer.version) ??
    builds.find(build => numbers(build.version).join('.') === numbers(offer.version).join('.'));
  return own?.version ?? offer.version;
}

/** @param {string} version */
function numbers(version) {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}

/** @param {string} a @param {string} b */
export function compareVersions(a, b) {
  const [left, right] = [numbers(a), numbers(b)];
  for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference) return difference;
  }
  return a.localeCompare(b);
}

/** What can be downloaded here as a build that another machine has. @param {Available[]} offers @param {{engine: string, version: string}} wanted */
export function offerOf(offers, { engine, version }) {
  const own = offers.filter(offer => offer.engine === engine);
  return (
    own.find(offer => offer.version === version) ??
    own.find(offer => numbers(offer.version).join('.') === numbers(version).join('.'))
  );
}

/** Offers that are newer than what is installed of the same line (4.5, 5.1 …). @param {Row[]} rows */
export function updates(rows) {
  const line = (/** @type {string} */ version) => numbers(version).slice(0, 2).join('.');
  return rows.filter(row => {
    if (row.build || !row.offer || row.offer.channel === 'daily') return false;
    const own = rows.filter(
      other => other.build && other.engine === row.engine && line(other.version) === line(row.version),
    );
    return own.length > 0 && own.every(other => compareVersions(row.version, other.version) > 0);
  });
}

/** Jobs that are not over and bound to a build. @param {Row} row */
export function jobsUsing(row) {
  return allJobs().filter(job => job.engine === row.engine && job.engine_version === row.version && !isEnded(job));
}
