import { post } from '../api.js';
import { t } from '../i18n.js';
import { h, html, useState } from '../lib.js';
import { signedIn } from '../poll.js';
import { Button } from '../ui/button.js';
import { TextField } from '../ui/field.js';

const LOGO = new URL('../../img/zordon.svg', import.meta.url).href;

/** For browsers on other machines: the code that the window of this Zordon shows lets them in. */
export function SignIn() {
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!code.trim()) return setWrong(t('signin.need_code'));
    setBusy(true);
    try {
      await post('sign_in', { code: code.trim() });
      signedIn();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return html`<main class="sign-in" data-region="main">
    <form class="sign-in-box" onSubmit=${send}>
      <img src=${LOGO} alt="" width="56" height="56" />
      <h1>${t('signin.title')}</h1>
      <p class="muted">${t('signin.text', { host: location.hostname })}</p>
      ${h(TextField, {
        label: t('signin.code'),
        value: code,
        mono: true,
        autofocus: true,
        error: wrong,
        onInput: text => {
          setCode(text);
          setWrong('');
        },
      })}
      ${h(Button, { label: busy ? t('signin.busy') : t('signin.send'), icon: 'log-in', kind: 'primary', type: 'submit', disabled: busy })}
      <p class="hint">${t('signin.where')}</p>
    </form>
  </main>`;
}
