// Downloads of engines: what is on its way, and how to start, hold and end it.
import { get, post } from './api.js';
import { loadEngines } from './catalogue.js';
import { sentence, t } from './i18n.js';
import { effect, signal } from './lib.js';
import { complain, toast } from './overlay.js';
import { engines, link } from './store.js';

/**
 * @typedef {object} Download
 * @property {string} id
 * @property {string} engine
 * @property {string} version
 * @property {string} source
 * @property {'queued' | 'downloading' | 'paused' | 'checking' | 'unpacking' | 'testing' | 'installed' | 'failed' | 'cancelled'} state
 * @property {string} reason why it failed, or what it waits for
 * @property {string} about code and values of why it failed
 * @property {number} received bytes
 * @property {number} total bytes; 0: not known
 * @property {number} speed bytes per second
 * @property {number | null} eta_seconds
 * @property {boolean} verified
 */

const SOON_MS = 600;
const LATER_MS = 10_000;
const state = { reading: false };
const ACTIVE = ['queued', 'downloading', 'checking', 'unpacking', 'testing'];

export const downloads = signal(/** @type {Download[]} */ ([]));
/** Those of other machines of the farm by the machine's id, as far as they were read. */
export const elsewhere = signal(/** @type {Record<string, Download[]>} */ ({}));

/** @param {Download} download */
export const isMoving = download => ACTIVE.includes(download.state);
/** Those that are not over. @param {Download} download */
export const isOpen = download => isMoving(download) || download.state === 'paused' || download.state === 'failed';

export function startDownloads() {
  void readDownloads();
  setInterval(() => downloads.peek().some(isMoving) && look(), SOON_MS);
  setInterval(look, LATER_MS);
  // Another window may have started one: then the engines change.
  effect(() => {
    if (engines.value.length) void readDownloads();
  });
}

function look() {
  if (!document.hidden && link.peek() === 'live' && !state.reading) void readDownloads();
}

export async function readDownloads() {
  state.reading = true;
  try {
    const present = /** @type {Download[]} */ (await get('engines/downloads'));
    // Else what has just been installed would be offered again until the engines are read.
    if (present.some(hasArrived)) await loadEngines();
    const before = downloads.peek();
    downloads.value = present;
    for (const download of present)
      settle(
        before.find(entry => entry.id === download.id),
        download,
      );
  } catch {
    // The banner tells when nothing answers.
  }
  state.reading = false;
}

/** @param {Download} after */
function hasArrived(after) {
  return (
    after.state === 'installed' && downloads.peek().some(({ id, state }) => id === after.id && state !== after.state)
  );
}

/** @param {string} node id of another machine */
export async function readElsewhere(node) {
  try {
    const found = /** @type {Download[]} */ (await get(`engines/downloads${at(node)}`));
    elsewhere.value = { ...elsewhere.peek(), [node]: found };
  } catch {
    // Whether it answers is said by its state.
  }
}

/** @param {string} node id of another machine; empty: this one */
const at = node => (node ? `?node=${encodeURIComponent(node)}` : '');
/** @param {string} node */
const readOf = node => (node ? readElsewhere(node) : readDownloads());

/** @param {Download | undefined} before @param {Download} after */
function settle(before, after) {
  if (!before || before.state === after.state) return;
  const name = `${after.engine} ${after.version}`;
  if (after.state === 'installed') toast(t('download.installed', { name }));
  if (after.state === 'failed')
    toast(t('download.failed', { name, reason: sentence(after.reason, after.about) }), { tone: 'err' });
}

/** @param {string} engine @param {string} version */
export async function startDownload(engine, version) {
  try {
    await orderDownload(engine, version, '');
  } catch (error) {
    complain(error);
  }
}

/** Fails with the server's sentence. @param {string} engine @param {string} version @param {string} node the machine that shall have it; empty: this one */
export async function orderDownload(engine, version, node) {
  const begun = /** @type {Download} */ (await post('engines/download', { engine, version, ...(node && { node }) }));
  if (begun.state === 'installed')
    toast(t('download.here', { name: `${begun.engine} ${begun.version}` }), { tone: 'info' });
  await readOf(node);
}

/** @param {Download} download @param {'pause' | 'resume' | 'cancel'} action @param {string} [node] the machine that it is on; empty: this one */
export async function actOnDownload(download, action, node = '') {
  try {
    await post(`engines/downloads/${encodeURIComponent(download.id)}/${action}${at(node)}`);
    await readOf(node);
  } catch (error) {
    complain(error);
  }
}

/** @param {string} engine @param {string} version */
export async function deleteBuild(engine, version) {
  try {
    await post('engines/delete', { engine, version });
    await loadEngines();
    toast(t('engines.deleted', { name: `${engine} ${version}` }), { undo: () => void startDownload(engine, version) });
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}
