// Numbers, sizes, times and durations in the language of the window.
import { formatter, t } from './i18n.js';

/** @param {number} value */
export function count(value) {
  return formatter(Intl.NumberFormat).format(value);
}

/** @param {number} fraction 0–1 */
export function percent(fraction) {
  const floored = Math.floor(fraction * 100) / 100;
  return formatter(Intl.NumberFormat, { style: 'percent' }).format(floored);
}

/** @param {number} value */
export function bytes(value) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = value >= 1 ? Math.min(4, Math.floor(Math.log10(value) / 3)) : 0;
  const amount = value / 1000 ** step;
  const digits = step > 0 && amount < 10 ? 1 : 0;
  return formatter(Intl.NumberFormat, {
    style: 'unit',
    unit: units[step],
    unitDisplay: step ? 'short' : 'long',
    maximumFractionDigits: digits,
  }).format(amount);
}

/** Bytes per second. @param {number} value */
export function rate(value) {
  const units = ['kilobyte', 'megabyte', 'gigabyte'];
  const step = value >= 1000 ? Math.min(3, Math.floor(Math.log10(value) / 3)) : 1;
  const amount = value / 1000 ** step;
  const unit = `${units[step - 1]}-per-second`;
  const digits = amount > 0 && amount < 10 ? 1 : 0;
  return formatter(Intl.NumberFormat, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(amount);
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 9.95) return t('time.seconds', { s: Number(seconds.toFixed(1)) });
  const whole = Math.round(seconds);
  if (whole < 60) return t('time.seconds', { s: whole });
  if (whole < 3600) return whole < 600 ? minutes(whole) : t('time.minutes', { m: Math.round(whole / 60) });
  const hours = Math.floor(whole / 3600);
  if (hours >= 48) return t('time.days', { d: Math.round(hours / 24) });
  return t('time.hours', { h: hours, m: String(Math.floor((whole % 3600) / 60)).padStart(2, '0') });
}

/** @param {number} whole */
function minutes(whole) {
  const rest = whole % 60;
  const m = Math.floor(whole / 60);
  return rest ? t('time.minutes_seconds', { m, s: String(rest).padStart(2, '0') }) : t('time.minutes', { m });
}

/**
 * @param {string} iso
 * @param {number} now
 */
export function ago(iso, now) {
  const seconds = (Date.parse(iso) - now) / 1000;
  const words = formatter(Intl.RelativeTimeFormat, { numeric: 'auto', style: 'short' });
  const size = Math.abs(seconds);
  if (size < 60) return words.format(Math.round(seconds), 'second');
  if (size < 3600) return words.format(Math.round(seconds / 60), 'minute');
  if (size < 86400) return words.format(Math.round(seconds / 3600), 'hour');
  return words.format(Math.round(seconds / 86400), 'day');
}

/** @param {string | number} moment */
export function clock(moment) {
  return formatter(Intl.DateTimeFormat, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(moment));
}

/** The time of the day. @param {number | Date} moment */
export function timeOfDay(moment) {
  return formatter(Intl.DateTimeFormat, { timeStyle: 'short' }).format(moment);
}

/** @param {string} iso */
export function date(iso) {
  return formatter(Intl.DateTimeFormat, { dateStyle: 'medium' }).format(new Date(iso));
}

/** Today's by the time alone. @param {number} moment */
export function soon(moment) {
  const isToday = new Date(moment).toDateString() === new Date().toDateString();
  if (isToday) return timeOfDay(moment);
  const parts = { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' };
  return formatter(Intl.DateTimeFormat, parts).format(moment);
}

/** How long machines were at work on a job; null: nobody counted. @param {{ran_seconds: number | null, ran_at: string | null}} job @param {number} now */
export function ranSeconds({ ran_seconds, ran_at }, now) {
  if (ran_seconds === null || ran_seconds === undefined) return null;
  return ran_seconds + (ran_at ? Math.max(0, (now - Date.parse(ran_at)) / 1000) : 0);
}

/** @param {string} path */
export function baseName(path) {
  return path.split(/[\\/]/).filter(Boolean).pop() ?? path;
}
