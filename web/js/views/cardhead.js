import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { prefs, setPrefs } from '../prefs.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';

/** The title of a card of the first run, and the way to be done with it. @param {{id: string, icon: string, title: string}} props */
export function CardHead({ id, icon, title }) {
  const away = () => setPrefs({ cardsDone: [...prefs.peek().cardsDone, id] });
  return html`<div class="card-head">${h(Icon, { name: icon })}<h3 class="grow">${title}</h3>${h(Button, { label: t('first.done'), icon: 'x', kind: 'quiet', only: true, small: true, onClick: away })}</div>`;
}
