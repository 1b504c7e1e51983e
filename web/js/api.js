// The one client of /api in the browser.

import { sentence, t } from './i18n.js';

// Not beside this file, which may come from below v/ (see api/editions.py).
const BASE = new URL('api/', document.baseURI);
const VERSION = '0.1';

/** An answer that is not 2xx, or none at all (status 0). The message is the server's sentence, in the window's language. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The browser's session is over: the sign-in page is all that it may see. */
export function goToSignIn() {
  location.assign(new URL('sign_in.html', document.baseURI));
}

/** @param {string} path */
export function address(path) {
  return new URL(path, BASE).href;
}

/**
 * @param {string} path
 * @param {RequestInit & {json?: unknown}} [options]
 */
export async function request(path, options = {}) {
  const { json, ...rest } = options;
  const headers = new Headers(rest.headers);
  headers.set('X-API-Version', VERSION);
  if (json !== undefined) headers.set('Content-Type', 'application/json');
  const body = json === undefined ? rest.body : JSON.stringify(json);
  const answer = await send(address(path), { cache: 'no-store', ...rest, headers, body });
  if (answer.status === 401) goToSignIn();
  if (!answer.ok) throw refusal(await answer.text(), answer.headers.get('X-Error'), answer);
  return answer;
}

/**
 * @param {string} text the body
 * @param {string | null} about which sentence it is
 * @param {{status: number, statusText: string}} answer
 */
function refusal(text, about, answer) {
  return new ApiError(sentence(text.trim(), about ?? '') || answer.statusText, answer.status);
}

function silence() {
  return new ApiError(t('lost.silent'), 0);
}

/**
 * @param {string} url
 * @param {RequestInit} options
 */
async function send(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw silence();
  }
}

/** @param {string} path @param {RequestInit} [options] */
export async function get(path, options) {
  return (await request(path, options)).json();
}

/** @param {string} path @param {unknown} [json] */
export async function post(path, json = {}) {
  const answer = await request(path, { method: 'POST', json });
  const text = await answer.text();
  return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
}

/** @param {string} path @param {unknown} json */
export async function patch(path, json) {
  return (await request(path, { method: 'PATCH', json })).json();
}

/** @param {string} path @param {unknown} json */
export async function put(path, json) {
  return (await request(path, { method: 'PUT', json })).json();
}

/** @param {string} path */
export async function remove(path) {
  await request(path, { method: 'DELETE' });
}

/** @param {string} job @param {string} action @param {Record<string, unknown>} [body] */
export function act(job, action, body = {}) {
  return post(`jobs/${encodeURIComponent(job)}/${action}`, body);
}

/**
 * A file with its JSON, with progress: the one thing that fetch cannot tell.
 * @param {string} path
 * @param {unknown} json
 * @param {File} file
 * @param {(fraction: number) => void} onProgress
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function upload(path, json, file, onProgress, signal) {
  const form = new FormData();
  form.append('json', JSON.stringify(json));
  form.append('file', file, file.name);
  const call = new XMLHttpRequest();
  call.open('POST', address(path));
  call.setRequestHeader('X-API-Version', VERSION);
  call.upload.onprogress = event => event.lengthComputable && onProgress(event.loaded / event.total);
  signal?.addEventListener('abort', () => call.abort());
  return new Promise((resolve, reject) => {
    call.onload = () =>
      call.status < 300
        ? resolve(JSON.parse(call.responseText))
        : reject(refusal(call.responseText, call.getResponseHeader('X-Error'), call));
    call.onerror = () => reject(silence());
    call.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    call.send(form);
  });
}

/** @param {string} job @param {{big?: boolean, unit?: number | null, rev?: number | string | null, video?: boolean, exposure?: number}} [options] */
export function thumbnail(job, options = {}) {
  const query = new URLSearchParams();
  if (options.big) query.set('size', 'big');
  if (options.unit !== undefined && options.unit !== null) query.set('unit', String(options.unit));
  if (options.video) query.set('video_ok', '1');
  if (options.exposure) query.set('exposure', String(options.exposure));
  if (options.rev !== undefined && options.rev !== null) query.set('rev', String(options.rev));
  return address(`jobs/${encodeURIComponent(job)}/thumbnail?${query}`);
}

/** @param {string} job @param {string} filename */
export function downloadAddress(job, filename) {
  return address(`jobs/${encodeURIComponent(job)}/download?filename=${encodeURIComponent(filename)}`);
}

/** The signed receipt. @param {string} job */
export function receiptAddress(job) {
  return address(`jobs/${encodeURIComponent(job)}/receipt`);
}

/** @param {string} job */
export function zipAddress(job) {
  return address(`jobs/${encodeURIComponent(job)}/download_all`);
}
