// The window's title and favicon tell how far the farm is.

import { percent } from './format.js';
import { t } from './i18n.js';
import { effect } from './lib.js';
import { counts } from './listing.js';
import { groupOf } from './status.js';
import { allJobs, pulse, shape } from './store.js';

export function startTitle() {
  effect(() => {
    pulse.value;
    shape.value;
    document.title = titleOf(counts.value);
  });
}

/** @param {Record<string, number>} found */
function titleOf(found) {
  if (found.failed) return `⚠ ${t('title.failed', { n: found.failed })} – Zordon`;
  if (!found.running) return 'Zordon';
  const running = allJobs().filter(job => groupOf(job) === 'running');
  const share = running.reduce((sum, job) => sum + job.progress, 0) / running.length;
  return `(${running.length}) ${percent(share)} – Zordon`;
}
