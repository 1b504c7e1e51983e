import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { dialog } from '../overlay.js';
import { machine } from '../store.js';
import { Button } from '../ui/button.js';

export function AboutSection() {
  const show = () => {
    dialog.value = 'about';
  };
  return html`<div class="setting action-row"><p class="grow">Zordon <span class="muted">${machine.value.app_version ?? ''}</span></p>${h(Button, { label: t('about.title'), icon: 'info', popup: 'dialog', onClick: show })}</div>`;
}
