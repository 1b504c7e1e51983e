// The server gives its reasons in English. The usual ones are said in the language of the window; the rest as they are.

import { soon, timeOfDay } from './format.js';
import { formatter, heard, t } from './i18n.js';

/** @type {[RegExp, string][]} */
const KNOWN = [
  [/^In the queue\.$/, 'queued'],
  [/^Waits for its turn\.$/, 'turn'],
  [/^Paused\. Resume it when you are ready\.$/, 'paused'],
  [/^Paused; what was in hand is finished first\.$/, 'paused_soft'],
  [/^Added as paused\. Resume it when you are ready\.$/, 'added_paused'],
  [/^Cancelled\. Retry starts it again\.$/, 'cancelled'],
  [/^Tried again; in the queue\.$/, 'tried'],
  [/^Rendered again; in the queue\.$/, 'rendered'],
  [/^Zordon was restarted; it goes on by itself\.$/, 'restarted'],
  [/^Waiting for disk space: (?<folder>.+) has (?<free>.+) free, (?<floor>.+) are kept in reserve\. .+\.$/, 'disk'],
  [/^There is room again; it goes on by itself\.$/, 'room'],
  [/^Rendering\.$/, 'rendering'],
  [/^Rendering on (?<name>.+)\.$/, 'rendering_on'],
  [/^Looking at the files that are there already\.$/, 'files'],
  [/^Joining the parts\.$/, 'joining'],
  [/^Finishing on (?<names>.+)\.$/, 'finishing'],
  [/^Starts at (?<time>.+)\.$/, 'at'],
  [/^Starts after (?<name>.+), which is (?<status>.+)\.$/, 'after'],
  [/^No machine has (?<name>.+)\. Install it, or change the job's version\.$/, 'no_build'],
  [/^(?<name>.+) is not installed here\.$/, 'not_here'],
  [/^(?<name>.+) is not installed here, and no download of it is known\. .+\.$/, 'not_offered'],
  [/^(?<name>.+) is not installed here; its download begins\. .+\.$/, 'fetch_begins'],
  [/^(?<name>.+) is not installed here; it is being downloaded \((?<percent>\d+) %\)\. .+\.$/, 'fetching'],
  [/^(?<name>.+) has been downloaded and is being installed\. .+\.$/, 'installing'],
  [/^(?<name>.+) is not installed here; its download is (paused|cancelled)\. .+\.$/, 'fetch_stopped'],
  [/^(?<name>.+) is not installed here\. Download it under Engines.+\.$/, 'fetch_asks'],
  [/^(?<name>.+) (could not|cannot) be downloaded: (?<why>.+)$/s, 'fetch_failed'],
  [/^(?<failed>\d+) of (?<total>\d+) frames or segments failed: (?<why>.+)$/s, 'failed'],
  [/^The first (?<failed>\d+) frames or segments all failed; stopped: (?<why>.+)$/s, 'gave_up'],
  [/^Helps (?<name>.+)\.$/, 'helps'],
  [/^Ready\. Helps (?<name>.+)\.$/, 'ready'],
  [/^Asked to help again\.$/, 'asked_again'],
  [/^Needs another version of Zordon: .+\.$/, 'unfit'],
  [/^Not reached yet\.$/, 'not_reached'],
  [/^Does not answer\.$/, 'silent'],
  [/^Paused by its owner\.$/, 'owner'],
  [/^Finishes what it has\.$/, 'finishes'],
  [/^Paused until (?<when>[^.]+)\.$/, 'until'],
  [/^Its settings say that it takes no work\.$/, 'no_work'],
  [/^Outside its hours\. It works again from (?<when>[^.]+)\.$/, 'hours'],
  [/^Outside its hours\. It has none\.$/, 'no_hours'],
  [/^Somebody uses it\. It works when nobody has for (?<minutes>.+) min\.$/, 'in_use'],
  [/^It works only while nobody uses it, and this system does not tell whether somebody does\.$/, 'in_use_unknown'],
  [/^Little memory free: (?<free>.+) GiB, and (?<floor>.+) GiB shall stay free\.$/, 'memory'],
  [/^It is so short that one machine does it fastest\.$/, 'short'],
  [/^An AVI has no time stamps to join by\.$/, 'avi'],
  [/^A GIF has one palette for the whole film\.$/, 'gif'],
  [/^The filter (?<name>.+) needs the frames before each picture\.$/, 'filter'],
  [/^Files of the kind (?<kind>.+) cannot be cut exactly\.$/, 'kind'],
  [/^(The pictures that decode|Some of the film's pictures|The film's time stamps) .+\.$/, 'stamps'],
];

const AWAITED = /^Waits for (.+ \(.+\).*)\.$/;

/** @type {[RegExp, string][]} */
const WHY = [
  [/ \(offline\)/g, 'offline'],
  [/ \(paused\)/g, 'paused'],
  [/ \(disk full\)/g, 'full'],
  [/ \(left out after failures\)/g, 'left_out'],
  [/ \(no longer in the farm\)/g, 'gone'],
  [/ \(other version of Zordon\)/g, 'version'],
  [/ \(cannot help: (?<name>[^)]+)\)/g, 'cannot'],
  [/ \(without (?<name>[^)]+)\)/g, 'without'],
  [/ \(fetches (?<name>[^)]+)\)/g, 'fetches'],
];

/** @param {string} machines "atlas (offline), rigel (paused) and 3 more" */
function machinesInWords(machines) {
  const listed = machines
    .replace(/\) and (?<count>\d+) more$/, (_all, count) => `)${t('reason.awaited.more', { count: Number(count) })}`)
    .replace(/\) and (?=[^)]+\([^)]+\)$)/, `)${t('reason.awaited.and')}`);
  return WHY.reduce(
    (words, [pattern, id]) => words.replace(pattern, (_all, name) => ` (${t(`reason.awaited.${id}`, { name })})`),
    listed,
  );
}

/** @param {string} reason */
export function reasonWords(reason) {
  const awaited = AWAITED.exec(reason);
  if (awaited) return t('reason.awaited', { machines: machinesInWords(awaited[1]) });
  for (const [pattern, id] of KNOWN) {
    const match = pattern.exec(reason);
    if (match) return t(`reason.${id}`, shown(match.groups ?? {}));
  }
  return reason;
}

/** What a job says beyond its state; of one that goes on, only that it cannot. @param {import('./types').Job} job */
export function noteOf(job) {
  const isSaid = !['running', 'completed'].includes(job.status) || AWAITED.test(job.reason);
  return isSaid ? reasonWords(job.reason) : '';
}

/** Numbers and times as people of the language write them. @param {Record<string, string>} parts @returns {Record<string, string>} */
function shown(parts) {
  const words = { ...parts };
  for (const [name, say] of Object.entries(SAID)) if (name in parts) words[name] = say(parts[name]);
  return words;
}

/** @type {Record<string, (text: string) => string>} */
const SAID = { time: ownTime, when: dayAndTime, free: ownNumber, floor: ownNumber, why: heard };

/** Times of the server are in UTC; people read their own. @param {string} text */
function ownTime(text) {
  const moment = Date.parse(text.replace(' UTC', 'Z').replace(' ', 'T'));
  return Number.isNaN(moment) ? text : soon(moment);
}

/** @param {string} text 08:00, 08:00 tomorrow, 08:00 on 30 November */
function dayAndTime(text) {
  const [written, rest = ''] = text.split(/ (?:on )?(.+)/);
  const time = timeOfDay(new Date(`2000-01-01T${written}`));
  if (!rest) return time;
  if (rest === 'tomorrow') return t('reason.tomorrow', { time });
  const day = Date.parse(`${rest} 2000`);
  if (Number.isNaN(day)) return text;
  return t('reason.on_day', {
    time,
    day: formatter(Intl.DateTimeFormat, { day: 'numeric', month: 'long' }).format(day),
  });
}

/** @param {string} text 1.5 GB */
function ownNumber(text) {
  return text.replace(/\d+\.\d+/, number => formatter(Intl.NumberFormat).format(Number(number)));
}
