import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { chip, machineFilter, needle, nodeName, setChip, setMachine, setNeedle, visible } from '../listing.js';
import { allJobs, loaded, shape } from '../store.js';
import { Button } from '../ui/button.js';
import { Chips } from './chips.js';
import { FirstRun } from './firstrun.js';
import { JobGrid } from './jobgrid.js';

export function JobsPage() {
  shape.value;
  if (!loaded.value)
    return html`<div class="loading" role="status"><span class="spinner"></span>${t('list.loading')}</div>`;
  if (!allJobs().length) return h(FirstRun, {});
  return html`<section class="jobs" aria-label=${t('region.jobs')}>
    <h2 class="visually-hidden">${t('region.jobs')}</h2>
    ${h(Chips, {})}
    ${h(JobGrid, {})}
    ${visible.value.length ? null : h(Nothing, {})}
  </section>`;
}

/** Why the list is empty, and the way out. */
function Nothing() {
  const clear = () => {
    setNeedle('');
    setChip('all');
    if (machineFilter.peek()) setMachine(machineFilter.peek());
  };
  const why = needle.value
    ? t('list.no_match', { text: needle.value })
    : machineFilter.value
      ? t('list.no_machine', { name: nodeName(machineFilter.value) })
      : t(`list.none.${chip.value}`);
  return html`<div class="nothing" role="status">
    <p class="nothing-title">${why}</p>
    <p class="muted">${t('list.filtered')}</p>
    ${h(Button, { label: t('list.clear'), icon: 'x', onClick: clear })}
  </div>`;
}
