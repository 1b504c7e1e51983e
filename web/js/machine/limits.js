import { t } from '../i18n.js';
import { h, html, useEffect } from '../lib.js';
import { OnlyThere, SettingRow } from '../settings/row.js';
import { readSettings, values } from '../settings/store.js';

/** Settings of this machine that decide what it may be used for. */
const NAMES = ['accept_work', 'schedule', 'idle_minutes', 'threads', 'memory_floor_gib', 'disk_reserve_gib'];

export function Limits() {
  useEffect(() => void readSettings(), []);
  const known = NAMES.filter(name => name in (values.value ?? {}));
  if (!known.length) return null;
  return html`<section class="setting-group" aria-labelledby="machine-limits"><h3 id="machine-limits">${t('machine.limits')}</h3>${h(OnlyThere, {})}${known.map(name => h(SettingRow, { name, key: name }))}</section>`;
}
