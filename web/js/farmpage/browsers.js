import { get } from '../api.js';
import { actOnFarm } from '../farm.js';
import { ago, duration } from '../format.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useRef, useState } from '../lib.js';
import { serverNow } from '../store.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';

/** @typedef {{id: string, role: string, address: string, agent: string, signed_in_at: string, seen_at: string}} Browser */
/** @typedef {{code: string, role: string, seconds: number, urls: string[], fingerprint: string, made: number}} Code */

const EVERY_MS = 4000;

/** Other people's browsers: a code lets one in, to look or to act. @param {{farm: import('../farm.js').Farm}} props */
export function Browsers({ farm }) {
  const [all, setAll] = useState(/** @type {Browser[]} */ ([]));
  const [code, setCode] = useState(/** @type {Code | null} */ (null));
  const read = () => void get('farm/browsers').then(setAll, () => setAll([]));
  useEffect(() => {
    read();
    const timer = setInterval(() => document.hidden || read(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const make = async (/** @type {string} */ role) => {
    const given = await actOnFarm('code', { role });
    if (given) setCode({ ...given, made: serverNow() });
  };
  return html`<section class="box" aria-labelledby="farm-browsers">
    <div class="box-head"><h3 id="farm-browsers" class="grow">${t('farm.browsers')}</h3>
      ${h(Button, { label: t('farm.code_view'), small: true, onClick: () => void make('view') })}${h(Button, { label: t('farm.code_control'), small: true, onClick: () => void make('control') })}</div>
    ${code ? h(Given, { code, open: farm.code_seconds }) : html`<p class="muted pad">${t('farm.browsers_text')} ${farm.urls[0] ? html`<span class="mono">${farm.urls[0]}</span>` : null}</p>`}
    ${all.length > 0 && html`<ul class="members">${all.map(browser => h(Row, { browser, onGone: read, key: browser.id }))}</ul>`}
  </section>`;
}

/** @param {{code: Code, open: number | null}} props ``open``: for how long the server takes a code; null: it takes none */
function Given({ code, open }) {
  const seen = useRef('');
  if (open) seen.current = code.code;
  if (!open && seen.current === code.code) return html`<p class="muted pad" role="status">${t('farm.code_used')}</p>`;
  const left = Math.max(0, code.seconds - (serverNow() - code.made) / 1000);
  if (!left) return html`<p class="muted pad" role="status">${t('farm.code_over')}</p>`;
  return html`<div class="given" role="status">
    <p>${t(`farm.code_text_${code.role}`)}</p>
    <p class="mono urls">${code.urls.map(url => html`<span key=${url}>${url}</span>`)}</p>
    <strong class="digits mono">${code.code}</strong>
    <p class="muted small">${t('farm.code_left', { time: duration(Math.round(left)) })}</p>
    <p class="hint">${t('farm.code_warning')} <span class="mono">${code.fingerprint.slice(0, 23)}…</span></p>
  </div>`;
}

/** @param {{browser: Browser, onGone: () => void}} props */
function Row({ browser, onGone }) {
  const out = () => void actOnFarm(`browsers/${encodeURIComponent(browser.id)}/revoke`).then(onGone);
  return html`<li class="member">${h(Icon, { name: 'monitor' })}<span class="grow"><strong>${browser.address}</strong> <span class="tag">${t(`role.${browser.role}`)}</span><span class="muted small truncate" title=${browser.agent}>${t('farm.seen', { time: ago(browser.seen_at, serverNow()) })} · ${browser.agent}</span></span>${h(Button, { label: t('farm.sign_out'), small: true, kind: 'quiet', onClick: out })}</li>`;
}
