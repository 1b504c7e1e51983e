// What needs a person: jobs that failed, machines that are gone or full or ask to join, and what this machine noticed.

import { farm } from './farm.js';
import { t } from './i18n.js';
import { computed } from './lib.js';
import { setChip } from './listing.js';
import { prefs, setPrefs } from './prefs.js';
import { reasonWords } from './reasons.js';
import { go } from './router.js';
import { pickOne } from './selection.js';
import { allJobs, nodes, shape } from './store.js';

/**
 * @typedef {object} Alert
 * @property {string} id
 * @property {'err' | 'warn' | 'info'} tone
 * @property {string} icon
 * @property {string} title
 * @property {string} text
 * @property {number} at time in ms; 0: as long as it lasts
 * @property {() => void} open
 */

const MOST = 30;

export const alerts = computed(() =>
  [...askingAlerts(), ...machineAlerts(), ...noticeAlerts(), ...jobAlerts()].slice(0, MOST),
);

/** Those that came after somebody looked last, and those that last. */
export const freshAlerts = computed(() => alerts.value.filter(alert => !alert.at || alert.at > prefs.value.alertsSeen));

export function markSeen() {
  setPrefs({ alertsSeen: Date.now() });
}

/** @returns {Alert[]} */
function askingAlerts() {
  return (farm.value?.pending ?? []).map(node => ({
    id: `ask-${node.id}`,
    tone: 'info',
    icon: 'log-in',
    title: t('alert.asks', { name: node.name }),
    text: t('alert.asks_text'),
    at: 0,
    open: () => go({ page: 'farm' }),
  }));
}

/** @returns {Alert[]} */
function machineAlerts() {
  return nodes.value
    .filter(node => node.state === 'offline' || node.state === 'full')
    .map(node => ({
      id: `node-${node.id}`,
      tone: node.state === 'full' ? 'err' : 'warn',
      icon: node.state === 'full' ? 'hard-drive' : 'wifi-off',
      title: `${node.name}: ${t(`machine.state.${node.state}`)}`,
      text: reasonWords(node.reason),
      at: 0,
      open: () => go({ page: 'machine', node: node.id }),
    }));
}

/** The newest first. @returns {Alert[]} */
function noticeAlerts() {
  const notices = [...(farm.value?.notices ?? [])].reverse();
  return notices.map(notice => ({
    id: `notice-${notice.id}`,
    tone: 'warn',
    icon: 'triangle-alert',
    title: farm.value?.name ?? '',
    text: notice.text,
    at: Date.parse(notice.at),
    open: () => go({ page: 'farm' }),
  }));
}

/** @returns {Alert[]} */
function jobAlerts() {
  shape.value;
  const failed = allJobs().filter(job => job.status === 'error');
  failed.sort((a, b) => (b.ended_at ?? '').localeCompare(a.ended_at ?? ''));
  return failed.slice(0, MOST).map(job => ({
    id: `job-${job.id}`,
    tone: 'err',
    icon: 'circle-alert',
    title: job.name,
    text: reasonWords(job.reason),
    at: Date.parse(job.ended_at ?? job.created_at),
    open: () => {
      setChip('all');
      pickOne(job.id);
    },
  }));
}
