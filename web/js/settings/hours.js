// The hours of a week as the settings write them, and as 7 × 24 cells: 18:00-08:00 lasts into the next day.

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
export const HOURS = 24;
const SPAN = /(\d?\d):(\d\d)-(\d?\d):(\d\d)/g;
const WEEK = DAYS.length * HOURS;

/** @typedef {boolean[]} Week one for each hour, from Monday 0:00 */

/** @param {Record<string, string>} schedule @returns {Week} nothing written means always */
export function weekOf(schedule) {
  const written = DAYS.some(day => (schedule[day] ?? '').trim());
  const week = new Array(WEEK).fill(!written);
  for (const [day, name] of DAYS.entries()) {
    for (const [, h1, m1, h2, m2] of (schedule[name] ?? '').matchAll(SPAN)) {
      const start = Math.round(Number(h1) + Number(m1) / 60);
      const end = Math.round(Number(h2) + Number(m2) / 60);
      const length = end > start ? end - start : end + HOURS - start;
      for (let hour = 0; hour < length; hour += 1) week[(day * HOURS + start + hour) % WEEK] = true;
    }
  }
  return week;
}

/** @param {Week} week @returns {Record<string, string>} */
export function scheduleOf(week) {
  if (week.every(Boolean)) return {};
  const days = DAYS.map((name, day) => [name, spansOf(week.slice(day * HOURS, (day + 1) * HOURS))]);
  return Object.fromEntries(days.filter(([, text]) => text));
}

/** @param {boolean[]} day */
function spansOf(day) {
  const spans = [];
  for (let start = 0; start < HOURS; start += 1) {
    if (!day[start]) continue;
    let end = start;
    while (end < HOURS && day[end]) end += 1;
    spans.push(`${clock(start)}-${clock(end)}`);
    start = end;
  }
  return spans.join(', ');
}

/** @param {number} hour */
function clock(hour) {
  return `${String(hour).padStart(2, '0')}:00`;
}

/** Usual weeks. @type {Record<string, (day: number, hour: number) => boolean>} */
export const USUAL = {
  always: () => true,
  nights: (_day, hour) => hour >= 18 || hour < 8,
  evenings: (day, hour) => day >= 5 || hour >= 18 || hour < 8,
};

/** @param {string} name @returns {Week} */
export function usualWeek(name) {
  return Array.from({ length: WEEK }, (_, index) => USUAL[name](Math.floor(index / HOURS), index % HOURS));
}
