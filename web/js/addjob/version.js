import { downloads, isOpen, startDownload } from '../downloads.js';
import { offers, offersKnown, readOffers } from '../engines/offers.js';
import { Progress } from '../engines/progress.js';
import { t } from '../i18n.js';
import { h, html, useEffect } from '../lib.js';
import { engines } from '../store.js';
import { Button } from '../ui/button.js';
import { SelectField } from '../ui/field.js';
import { engineName, firstProbe, form, setForm, sources } from './draft.js';

const MOST_OFFERS = 12;

/** Which build renders: chosen by the file, by the person, or fetched first. */
export function VersionField() {
  useEffect(() => void (offersKnown.peek() || readOffers()), []);
  const engine = engines.value.find(entry => entry.name === engineName.value);
  const label = engine?.label ?? engineName.value;
  const probe = firstProbe.value;
  const automatic = probe?.saved_with ? t('add.automatic_saved', { version: probe.saved_with }) : t('add.automatic');
  const own = form.value.version;
  const fetched = fetchable(engineName.value);
  const missing = own && !isHere(own) && !fetched.includes(own) ? [own] : [];
  const options = [
    { value: '', label: automatic },
    ...(engine?.builds ?? []).map(build => ({ value: build.version, label: `${label} ${build.version}` })),
    ...missing.map(version => ({ value: version, label: t('add.version_missing', { name: `${label} ${version}` }) })),
    ...fetched.map(version => ({ value: version, label: t('add.version_fetch', { name: `${label} ${version}` }) })),
  ];
  return html`<div class="with-button">
    ${h(SelectField, { label: t('add.version'), value: own, options, error: engine && !engine.builds.length ? t('add.no_build', { name: label }) : '', onChange: version => setForm({ version }) })}
    ${h(Fetch, { engine: engineName.value, label, wanted: wantedVersion() })}
  </div>`;
}

/** Versions that can be downloaded and are not here, newest first. @param {string} engine */
function fetchable(engine) {
  const found = offers.value.filter(offer => offer.engine === engine && offer.channel !== 'daily' && !offer.installed);
  return [...new Set(found.map(offer => offer.version))].filter(version => !isHere(version)).slice(0, MOST_OFFERS);
}

/** @param {string} version */
function isHere(version) {
  const engine = engines.peek().find(entry => entry.name === engineName.peek());
  return Boolean(engine?.builds.some(build => build.version === version));
}

/** The version that the chosen one or the file asks for and that is not here. */
function wantedVersion() {
  const wanted = form.value.version || sources.value.map(source => source.needs).find(Boolean) || '';
  return isHere(wanted) ? '' : wanted;
}

/** Begins the download of a version that a new job needs; the job waits for it. @param {string} version */
export async function fetchFor(version) {
  if (version && !isHere(version)) await startDownload(engineName.peek(), version);
}

/** @param {{engine: string, label: string, wanted: string}} props */
function Fetch({ engine, label, wanted }) {
  if (!wanted) return null;
  const running = downloads.value.find(
    entry => isOpen(entry) && entry.engine === engine && entry.version.startsWith(wanted),
  );
  if (running) return h(Progress, { download: running });
  return h(Button, {
    label: t('add.download', { name: `${label} ${wanted}` }),
    icon: 'download',
    small: true,
    onClick: () => void startDownload(engine, wanted),
  });
}
