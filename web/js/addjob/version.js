import { downloads, startDownload } from '../downloads.js';
import { Progress } from '../engines/progress.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { engines } from '../store.js';
import { Button } from '../ui/button.js';
import { SelectField } from '../ui/field.js';
import { engineName, firstProbe, form, setForm, sources } from './draft.js';

/** Which build renders: chosen by the file, by the person, or fetched first. */
export function VersionField() {
  const engine = engines.value.find(entry => entry.name === engineName.value);
  const label = engine?.label ?? engineName.value;
  const probe = firstProbe.value;
  const automatic = probe?.saved_with ? t('add.automatic_saved', { version: probe.saved_with }) : t('add.automatic');
  const own = form.value.version;
  const missing = own && !engine?.builds.some(build => build.version === own) ? [own] : [];
  const options = [
    { value: '', label: automatic },
    ...(engine?.builds ?? []).map(build => ({ value: build.version, label: `${label} ${build.version}` })),
    ...missing.map(version => ({ value: version, label: t('add.version_missing', { name: `${label} ${version}` }) })),
  ];
  return html`<div class="with-button">
    ${h(SelectField, { label: t('add.version'), value: own, options, error: engine && !engine.builds.length ? t('add.no_build', { name: label }) : '', onChange: version => setForm({ version }) })}
    ${h(Fetch, { engine: engineName.value, label, wanted: wantedVersion() })}
  </div>`;
}

/** The version that the chosen one or the file asks for and that is not here. */
function wantedVersion() {
  const engine = engines.value.find(entry => entry.name === engineName.value);
  const wanted = form.value.version || sources.value.map(source => source.needs).find(Boolean) || '';
  return engine?.builds.some(build => build.version === wanted) ? '' : wanted;
}

/** @param {{engine: string, label: string, wanted: string}} props */
function Fetch({ engine, label, wanted }) {
  if (!wanted) return null;
  const running = downloads.value.find(entry => entry.engine === engine && entry.version.startsWith(wanted));
  if (running) return h(Progress, { download: running });
  return h(Button, {
    label: t('add.download', { name: `${label} ${wanted}` }),
    icon: 'download',
    small: true,
    onClick: () => void startDownload(engine, wanted),
  });
}
