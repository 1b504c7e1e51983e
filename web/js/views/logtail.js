import { request } from '../api.js';
import { t } from '../i18n.js';
import { h, html, useEffect, useState } from '../lib.js';
import { go } from '../router.js';
import { isActive } from '../status.js';
import { Button } from '../ui/button.js';

const BYTES = 3000;
const LINES = 7;
const EVERY_MS = 1500;

/** The last lines of a job's log, as they come. @param {{job: import('../types').Job}} props */
export function LogTail({ job }) {
  const [lines, setLines] = useState(/** @type {string[]} */ ([]));
  const active = isActive(job);
  useEffect(() => {
    const state = { gone: false };
    const read = () => document.hidden || void tailOf(job.id).then(found => state.gone || setLines(found));
    read();
    const timer = active ? setInterval(read, EVERY_MS) : 0;
    return () => {
      state.gone = true;
      clearInterval(timer);
    };
  }, [job.id, active]);
  if (!lines.length) return null;
  return html`<section aria-labelledby="log-tail">
    <div class="caption-line"><h3 class="caption grow" id="log-tail">${active ? t('overview.log_live') : t('tab.log')}</h3>${h(Button, { label: t('overview.read_log'), icon: 'terminal', small: true, kind: 'quiet', onClick: () => go({ tab: 'log' }) })}</div>
    <pre class="log-tail" dir="ltr">${lines.join('\n')}</pre>
  </section>`;
}

/** @param {string} job */
async function tailOf(job) {
  try {
    const answer = await request(`jobs/${encodeURIComponent(job)}/logs?from=-${BYTES}`);
    return (await answer.text()).trimEnd().split('\n').filter(Boolean).slice(-LINES);
  } catch {
    return [];
  }
}
