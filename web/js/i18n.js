// Words of the interface: t('key', {n}) from web/i18n/<language>.json. A value may be a text or one text per plural form.
import { signal } from './lib.js';

export const LANGUAGES = ['en', 'de'];
/** The server itself speaks the other one. */
const TRANSLATED = LANGUAGES.filter(tag => tag !== 'en');
/** Not a language: English made longer and accented, to see what has no room or was not translated. */
const PSEUDO = 'qps';
const LONGER = 0.4;
export const language = signal('en');

/** @type {import('./lib.js').Children} */
/** @typedef {Record<string, string | Record<string, string>>} Catalogue */
const words = signal(/** @type {Catalogue} */ ({}));
const serverWords = signal(/** @type {Record<string, string>} */ ({}));
const spare = { catalogue: /** @type {Catalogue} */ ({}) };

/** The one that was chosen, else the browser's. @param {string | undefined} chosen */
export function languageFor(chosen) {
  if (chosen === PSEUDO) return PSEUDO;
  const wanted = [chosen, ...navigator.languages].filter(Boolean);
  const known = wanted.map(tag => String(tag).slice(0, 2)).find(tag => LANGUAGES.includes(tag));
  return known ?? 'en';
}

/** @param {string} tag */
export async function loadLanguage(tag) {
  const [own, english] = await Promise.all([catalogue(tag), catalogue('en')]);
  spare.catalogue = english;
  words.value = own;
  language.value = tag;
  document.documentElement.lang = tag;
}

/** Words for what the server names in English. They are many, and the first picture needs none. @param {string} tag */
export async function loadServerWords(tag) {
  try {
    const found = TRANSLATED.includes(tag) ? await read(`server/${tag}`) : {};
    if (tag === language.peek()) serverWords.value = found;
  } catch {
    // What the server says stays in its own words.
  }
}

/** @param {string} name */
async function read(name) {
  return (await fetch(new URL(`../i18n/${name}.json`, import.meta.url))).json();
}

/**
 * @param {string} tag
 * @returns {Promise<Catalogue>}
 */
async function catalogue(tag) {
  const found = /** @type {Catalogue} */ (await read(tag === PSEUDO ? 'en' : tag));
  return tag === PSEUDO
    ? Object.fromEntries(Object.entries(found).map(([key, entry]) => [key, stretched(entry)]))
    : found;
}

/** @param {string | Record<string, string>} entry @returns {any} */
function stretched(entry) {
  if (typeof entry !== 'string')
    return Object.fromEntries(Object.entries(entry).map(([form, text]) => [form, stretched(text)]));
  const accented = entry.replace(/\{\w+\}|[aeiou]/g, part => (part.length > 1 ? part : (ACCENTS[part] ?? part)));
  return `${accented}${'·'.repeat(Math.ceil(entry.replace(/\{\w+\}/g, '').length * LONGER))}`;
}

/** @type {Record<string, string>} */
const ACCENTS = { a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú' };

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const entry = words.value[key] ?? spare.catalogue[key];
  if (entry === undefined) return key;
  return filled(typeof entry === 'string' ? entry : plural(entry, Number(values.n ?? 0)), values);
}

/** @param {string} text @param {Record<string, string | number>} values */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? shown(values[name]) : whole));
}

/**
 * What the server says as `english`.
 * @param {string} key what that is
 * @param {string} english
 * @param {Record<string, string>} [values] of the fields in it
 */
export function said(key, english, values = {}) {
  const own = serverWords.value[key];
  return own ? filled(own, values) : english;
}

/** A sentence of the server that is always the same, and comes without a code: out of a job, or of another machine. @param {string} english */
export function heard(english) {
  const [, sentence, who, words] = SAID.exec(english) ?? ['', english];
  const own = said(`says.${sentence}`, sentence);
  return words ? `${own} ${said(`says.${who}`, who)} ${words}` : own;
}

/** Between our sentence and the engine's own words, which stay as they are. */
const SAID = /^(.*?) ((?:FFmpeg|Blender) said:) (.*)$/s;

/** A sentence of the server. @param {string} english @param {string} [about] its code and values: no_file?path=%2Fa */
export function sentence(english, about = '') {
  const [code, values] = about.split('?');
  return said(`error.${code}`, english, Object.fromEntries(new URLSearchParams(values)));
}

/** @param {string} key */
export function hasWords(key) {
  return key in words.value || key in spare.catalogue;
}

/**
 * @param {Record<string, string>} forms
 * @param {number} count
 */
function plural(forms, count) {
  return forms[formatter(Intl.PluralRules).select(count)] ?? forms.other;
}

/** @type {Map<string, any>} */
const formatters = new Map();

/**
 * Each is made once: that takes longer than all it is asked for a whole list.
 * @template T
 * @param {new (language: string, options: any) => T} Kind one of Intl's
 * @param {Record<string, any>} [options]
 * @returns {T} for the language of the window
 */
export function formatter(Kind, options) {
  const key = `${Kind.name} ${language.value} ${JSON.stringify(options)}`;
  const tag = /** @type {unknown} */ (Kind) === Intl.DateTimeFormat ? timesTag(language.value) : language.value;
  if (!formatters.has(key)) formatters.set(key, new Kind(tag, options));
  return formatters.get(key);
}

/**
 * Dates and times as people write them where the browser is at home, in the words of the window: who reads English in
 * Germany wants neither AM nor the month first.
 * @param {string} own language of the window
 */
function timesTag(own) {
  const home = new Intl.Locale(navigator.language);
  if (home.language === own) return navigator.language;
  const { hourCycle } = new Intl.DateTimeFormat(navigator.language, { hour: 'numeric' }).resolvedOptions();
  return `${own}-${home.maximize().region}${hourCycle === 'h23' ? '-u-hc-h23' : ''}`;
}

/** @param {string | number} value */
function shown(value) {
  return typeof value === 'number' ? formatter(Intl.NumberFormat).format(value) : value;
}
