// The sign-in page: all that a browser sees that this Zordon does not know. It may load nothing else, so it imports nothing.

/** @type {Record<string, Record<string, string>>} */
const WORDS = {
  de: {
    title: 'Bei Zordon anmelden',
    text: 'Dieses Zordon kennt deinen Browser noch nicht.',
    code: 'Code',
    send: 'Anmelden',
    where: 'Der Code steht im Fenster von Zordon auf jenem Rechner, unter „Rechner“ bei „Browser anderer“.',
    need: 'Zuerst den Code eingeben.',
    busy: 'Anmelden…',
    silent: 'Zordon antwortet nicht. Noch einmal versuchen.',
    wrong_code: 'Das ist nicht der Code, oder er gilt nicht mehr. Auf jenem Rechner einen neuen zeigen lassen.',
    too_many_tries: 'Zu viele falsche Versuche. In einigen Minuten noch einmal versuchen.',
  },
  en: {
    need: 'Enter the code first.',
    busy: 'Signing in…',
    send: 'Sign in',
    silent: 'Zordon does not answer. Try again.',
  },
};
const tag = navigator.languages.map(name => name.slice(0, 2)).find(name => name in WORDS) ?? 'en';
const words = WORDS[tag];
const form = /** @type {HTMLFormElement} */ (document.querySelector('#sign-in'));
const code = /** @type {HTMLInputElement} */ (document.querySelector('#code'));
const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));

document.documentElement.lang = tag;
for (const element of document.querySelectorAll('[data-words]')) {
  const text = words[/** @type {HTMLElement} */ (element).dataset.words ?? ''];
  if (text) element.textContent = text;
}
form.addEventListener('submit', event => {
  event.preventDefault();
  if (code.value.trim()) void send();
  else refuse(words.need);
});
code.addEventListener('input', () => refuse(''));

async function send() {
  wait(true);
  try {
    const answer = await fetch('api/sign_in', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code: code.value.trim() }),
    });
    if (answer.ok) location.replace('./');
    else refuse(words[codeOf(answer)] ?? (await answer.text()).trim());
  } catch {
    refuse(words.silent);
  }
  wait(false);
}

/** Which sentence it is: of no_file?path=%2Fa, no_file. @param {Response} answer */
function codeOf(answer) {
  return answer.headers.get('X-Error')?.split('?')[0] ?? '';
}

/** @param {string} text */
function refuse(text) {
  /** @type {HTMLElement} */ (document.querySelector('#wrong')).textContent = text;
  code.setAttribute('aria-invalid', String(Boolean(text)));
  if (text) code.focus();
}

/** @param {boolean} busy */
function wait(busy) {
  button.disabled = busy;
  button.textContent = busy ? words.busy : words.send;
}
