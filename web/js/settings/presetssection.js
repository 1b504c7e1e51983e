import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { go } from '../router.js';
import { Button } from '../ui/button.js';

export function PresetsSection() {
  return html`<div class="setting action-row"><p class="grow muted">${t('presets.text')}</p>${h(Button, { label: t('presets.edit'), icon: 'sliders-horizontal', onClick: () => go({ page: 'presets' }) })}</div>`;
}
