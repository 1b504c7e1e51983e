import { post } from '../api.js';
import { t } from '../i18n.js';
import { html, useState } from '../lib.js';
import { complain, toast } from '../overlay.js';
import { values } from './store.js';

/** Tells whom the settings name, so that nobody waits for a job to learn of a typing error. */
export function TryNotices() {
  const [busy, setBusy] = useState(false);
  const nobody = !values.value?.notify_command && !values.value?.webhook;
  const tryOut = async () => {
    setBusy(true);
    try {
      const complaints = /** @type {string[]} */ (await post('settings/try_notices', {}));
      if (complaints.length) complain(complaints.join(' '));
      else toast(t('notices.tried'));
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<div class="setting action-row"><button type="button" class="button" disabled=${busy || nobody} onClick=${() => void tryOut()}>${t('notices.try')}</button></div>`;
}
