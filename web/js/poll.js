// One long poll for the whole page; a hidden page rests. subscribe(onDelta) could be met by another transport as well.
import { address, goToSignIn } from './api.js';
import { loadEngines } from './catalogue.js';
import { canNotify } from './notify.js';
import { prefs } from './prefs.js';
import { apply, engines, enginesKnown, lag, link, now } from './store.js';

const PAUSES = [250, 500, 1000, 2000, 5000];
const MEASURE_MS = 15_000;
/** A hidden page that is to tell of finished jobs looks so often. */
const HIDDEN_MS = 20_000;
const state = { token: '', failures: 0, abort: new AbortController(), running: false };

export function startPolling() {
  document.addEventListener('visibilitychange', wake);
  addEventListener('online', wake);
  addEventListener('pagehide', () => state.abort.abort());
  setInterval(tick, 1000);
  setInterval(() => document.hidden || measure(), MEASURE_MS);
  setInterval(lookHidden, HIDDEN_MS);
  wake();
  void measure();
}

function tick() {
  if (!document.hidden) now.value = Date.now();
}

export function wake() {
  if (document.hidden) return state.abort.abort();
  now.value = Date.now();
  if (!state.running) void loop();
}

async function loop() {
  state.running = true;
  state.abort = new AbortController();
  while (!document.hidden && link.peek() !== 'stranger') {
    const outcome = await once(state.abort.signal, '');
    if (outcome === 'aborted') break;
    if (outcome === 'failed') await rest();
  }
  state.running = false;
  if (!document.hidden && link.peek() !== 'stranger') void loop();
}

function lookHidden() {
  if (!document.hidden || !prefs.peek().notify || !canNotify() || !state.token) return;
  void once(new AbortController().signal, '0');
}

/** @param {AbortSignal} signal @param {string} timeout */
async function once(signal, timeout) {
  const query = new URLSearchParams({ delta: '1' });
  if (state.token) query.set('token', state.token);
  if (timeout) query.set('timeout', timeout);
  try {
    const answer = await fetch(address(`jobs/long_poll?${query}`), { cache: 'no-store', signal });
    if (answer.status === 401) return strange();
    if (!answer.ok) return failed();
    if (answer.status !== 204) take(await answer.json());
    succeeded();
    return 'taken';
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError' ? 'aborted' : failed();
  }
}

/** @param {import('./types').Delta} delta */
function take(delta) {
  const first = !state.token;
  const restarted = !first && delta.token.split('.')[0] !== state.token.split('.')[0];
  state.token = delta.token;
  apply({ ...delta, full: delta.full ?? first });
  if (restarted || (Array.isArray(delta.engines) ? delta.engines.length : delta.engines)) void loadEngines();
}

function succeeded() {
  const wasLost = link.peek() === 'lost';
  state.failures = 0;
  link.value = 'live';
  if (wasLost || !enginesKnown.peek() || !engines.peek().length) void loadEngines();
}

function failed() {
  state.failures += 1;
  if (state.failures > 1) link.value = 'lost';
  return 'failed';
}

function strange() {
  link.value = 'stranger';
  goToSignIn();
  return 'stranger';
}

function rest() {
  const longest = PAUSES[Math.min(state.failures, PAUSES.length) - 1] ?? 250;
  return new Promise(resolve => setTimeout(resolve, longest * (0.8 + Math.random() * 0.4)));
}

async function measure() {
  const begun = performance.now();
  try {
    await fetch(address('heartbeat'), { cache: 'no-store', signal: AbortSignal.timeout(MEASURE_MS / 3) });
    lag.value = Math.max(1, Math.round(performance.now() - begun));
  } catch {
    // A machine that went away without a word leaves the poll hanging.
    lag.value = null;
    state.failures = Math.max(state.failures, 1);
    failed();
    state.abort.abort();
    wake();
  }
}
