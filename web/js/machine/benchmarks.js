import { get, post, request } from '../api.js';
import { mayAct } from '../farm.js';
import { ago, count } from '../format.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useState } from '../lib.js';
import { complain, openMenu } from '../overlay.js';
import { engines, serverNow } from '../store.js';
import { Button } from '../ui/button.js';
import { engineLabel } from '../views/jobrow.js';

/** @typedef {{kind: string, value: number, at: string, version: string}} Benchmark */

/** About how long each takes; an engine's time is not known before. */
const SECONDS = /** @type {Record<string, number>} */ ({ cpu: 10, disk: 16 });
const ENGINE_SECONDS = 30;
const MEASURED_ENGINES = ['blender', 'ffmpeg'];
const TICK_MS = 200;
const SHOWN = 8;
const UNITS = /** @type {Record<string, string>} */ ({
  cpu: 'MB/s',
  disk_write: 'MB/s',
  disk_read: 'MB/s',
  ffmpeg: 'fps',
  blender: 'MS/s',
});

/** How fast the machine is, measured when somebody asks, and what was measured before. @param {{node: import('../types').Node}} props */
export function Benchmarks({ node }) {
  const [all, setAll] = useState(/** @type {Benchmark[]} */ ([]));
  const [running, setRunning] = useState('');
  const read = () =>
    get(`nodes/${encodeURIComponent(node.id)}/benchmarks`).then(
      answer => setAll(Array.isArray(answer) ? answer : (answer.benchmarks ?? [])),
      () => {},
    );
  useEffect(() => void read(), [node.id]);
  const run = async (/** @type {string} */ kind) => {
    setRunning(kind);
    try {
      if (kind in SECONDS) await request(`${kind}_benchmark`);
      else await post(`engines/${kind}/benchmark`, {});
    } catch (error) {
      complain(error);
    }
    setRunning('');
    await read();
  };
  const choose = (/** @type {MouseEvent} */ event) => {
    const place = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    openMenu(measurements(run), { x: place.left, y: place.bottom + 4, label: t('machine.measure') });
  };
  const kinds = [...new Set(all.map(entry => entry.kind))];
  return html`<section class="box" aria-labelledby="machine-speed">
    <div class="box-head"><h3 id="machine-speed" class="grow">${t('machine.speed')}</h3>
      ${node.this && mayAct() && h(Button, { label: t('machine.measure'), icon: 'gauge', small: true, popup: 'menu', disabled: Boolean(running), onClick: choose })}
    </div>
    ${running && h(Running, { kind: running, seconds: SECONDS[running] ?? ENGINE_SECONDS, key: running })}
    ${kinds.length ? html`<ul class="speeds">${kinds.map(kind => h(Speed, { kind, values: all.filter(entry => entry.kind === kind), key: kind }))}</ul>` : running ? null : html`<p class="muted pad">${t(node.this ? 'machine.not_measured' : 'machine.not_measured_there')}</p>`}
    <p class="hint pad">${t('machine.speed_hint')}</p>
  </section>`;
}

/** The machine's own parts, and the engines that have a benchmark and a build here. @param {(kind: string) => Promise<void>} run */
function measurements(run) {
  const measurable = engines.value.filter(engine => engine.builds.length && MEASURED_ENGINES.includes(engine.name));
  return [
    { id: 'cpu', label: t('machine.measure_cpu'), icon: 'cpu', run: () => void run('cpu') },
    { id: 'disk', label: t('machine.measure_disk'), icon: 'hard-drive', run: () => void run('disk') },
    ...measurable.map(({ name }) => ({
      id: name,
      label: t('machine.measure_engine', { name: engineLabel(name) }),
      icon: 'gauge',
      run: () => void run(name),
    })),
  ];
}

/** The server says nothing until it is done; how long that takes is known. @param {{kind: string, seconds: number}} props */
function Running({ kind, seconds }) {
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    const begun = Date.now();
    const timer = setInterval(() => setPassed(Math.min(0.98, (Date.now() - begun) / 1000 / seconds)), TICK_MS);
    return () => clearInterval(timer);
  }, [seconds]);
  const words =
    kind in SECONDS ? t(`machine.measuring_${kind}`) : t('machine.measuring_engine', { name: engineLabel(kind) });
  return html`<div class="pad" role="status"><p>${words}</p><div class="bar" role="progressbar" aria-label=${words} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(passed * 100)}><span class="run" style=${{ width: `${passed * 100}%` }}></span></div></div>`;
}

/** The newest measurement large, those before as bars. @param {{kind: string, values: Benchmark[]}} props */
function Speed({ kind, values }) {
  const newest = values[values.length - 1];
  const shown = values.slice(-SHOWN);
  const most = Math.max(...shown.map(entry => entry.value));
  const words = shown
    .map(entry => `${count(entry.value)} ${UNITS[kind] ?? ''} (${ago(entry.at, serverNow())})`)
    .join(', ');
  return html`<li class="speed-row"><span class="grow"><span>${t(`benchmark.${kind}`)}</span><span class="muted small">${[ago(newest.at, serverNow()), newest.version].filter(Boolean).join(' · ')}</span></span>
    <span class="past" role="img" aria-label=${t('machine.before', { values: words })} title=${words}>${shown.map((entry, index) => html`<i key=${entry.at} class=${index === shown.length - 1 ? 'now' : ''} style=${{ height: `${Math.max(8, (entry.value / most) * 100)}%` }}></i>`)}</span>
    <strong>${count(newest.value)} <span class="muted">${UNITS[kind] ?? ''}</span></strong></li>`;
}
