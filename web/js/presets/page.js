import { desktop } from '../desktop.js';
import { mayAct } from '../farm.js';
import { sentence, t } from '../i18n.js';
import { h, html, useEffect } from '../lib.js';
import { copyText } from '../perform.js';
import { link } from '../store.js';
import { Button } from '../ui/button.js';
import { CodeField, goToLine } from '../ui/codefield.js';
import { Icon } from '../ui/icon.js';
import { discard, draft, file, hasErrors, problems, readFile, refused, save, saving, text, write } from './file.js';

const FIELD = 'own-presets';
const EXAMPLE = `version: 1
presets:
  my-review:
    name: My review
    extends: review-h264
    description: Half the size of the review film.
    params: {height: 540, crf: 24}
`;

/** The person's presets as one text, beside those that come with Zordon. */
export function PresetsPage() {
  useEffect(watch, []);
  return html`<div class="page presets-page" onKeyDown=${onKeyDown}>
    <header class="page-head"><div class="grow"><h2>${t('page.presets')}</h2><p class="muted">${t('presets.text')}</p></div>
      ${mayAct() && h(Actions, {})}
    </header>
    ${refused.value && html`<p class="note err" role="alert">${h(Icon, { name: 'circle-alert' })}<span>${refused.value}</span></p>`}
    <div class="presets-body">
      ${h(Own, {})}
      ${h(BuiltIn, {})}
    </div>
  </div>`;
}

/** Somebody may have changed the file meanwhile. */
function watch() {
  const read = () => void readFile();
  read();
  addEventListener('focus', read);
  return () => removeEventListener('focus', read);
}

/** @param {KeyboardEvent} event */
function onKeyDown(event) {
  if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (mayAct()) void save();
}

function Actions() {
  const changed = draft.value !== null;
  const able = changed && !hasErrors.value && !saving.value && link.value !== 'lost';
  return html`<div class="toolbar">
    ${changed && h(Button, { label: t('presets.discard'), icon: 'rotate-ccw', onClick: () => void discard() })}
    ${h(Button, { label: t('presets.save'), icon: 'check', kind: 'primary', keys: 'Ctrl S', disabled: !able, onClick: () => void save() })}
  </div>`;
}

function Own() {
  const present = file.value;
  const empty = !text.value && mayAct();
  return html`<section class="box presets-own" aria-label=${t('presets.own')}>
    <header class="box-head"><h3 class="grow">${t('presets.own')}${draft.value !== null ? html` <span class="tag accent">${t('presets.changed')}</span>` : null}</h3>
      ${present && h(Place, { path: present.path })}
    </header>
    ${present && h(CodeField, { id: FIELD, label: t('presets.own'), value: text.value, marks: problems.value.map(problem => ({ ...problem, message: sentence(problem.message, problem.about) })), readOnly: !mayAct(), describedby: 'presets-problems', onInput: write })}
    <div id="presets-problems" class="presets-problems">
      <p class="muted small" role="status">${present ? summary() : refused.value ? '' : t('list.loading')}</p>
      ${problems.value.length > 0 && html`<ul class="notes">${problems.value.map(problem => h(ProblemLine, { problem, key: `${problem.line} ${problem.message}` }))}</ul>`}
      ${present && empty && h(Button, { label: t('presets.example'), icon: 'sparkles', small: true, onClick: () => write(EXAMPLE) })}
    </div>
  </section>`;
}

function summary() {
  const errors = problems.value.filter(problem => problem.level === 'error').length;
  const warnings = problems.value.length - errors;
  if (!errors && !warnings) return t(text.value ? 'presets.fine' : 'presets.none');
  return [errors ? t('presets.errors', { n: errors }) : '', warnings ? t('presets.warnings', { n: warnings }) : '']
    .filter(Boolean)
    .join(', ');
}

/** @param {{problem: import('./file.js').Problem}} props */
function ProblemLine({ problem }) {
  const isError = problem.level === 'error';
  const message = sentence(problem.message, problem.about);
  const words = problem.preset ? `${problem.preset}: ${message}` : message;
  return html`<li class=${`note ${isError ? 'err' : 'warn'}`}>${h(Icon, { name: isError ? 'circle-alert' : 'triangle-alert' })}
    ${problem.line ? html`<button type="button" class="link line-link" onClick=${() => goToLine(FIELD, problem.line)}>${t('presets.line', { n: problem.line })}</button>` : null}
    <span>${words}</span></li>`;
}

/** @param {{path: string}} props */
function Place({ path }) {
  const window = desktop();
  return html`<span class="mono muted small truncate" dir="ltr" title=${path}>${path}</span>
    ${window ? h(Button, { label: t('engines.reveal'), icon: 'folder-open', only: true, small: true, kind: 'quiet', onClick: () => void window.reveal(path) }) : h(Button, { label: t('engines.copy_path'), icon: 'copy', only: true, small: true, kind: 'quiet', onClick: () => void copyText(path) })}`;
}

function BuiltIn() {
  return html`<section class="box presets-built-in" aria-label=${t('presets.built_in')}>
    <header class="box-head"><h3>${t('presets.built_in')}</h3></header>
    <pre class="mono" tabindex="0" role="group" aria-label=${t('presets.built_in')}>${(file.value?.built_in ?? '').split('\n').map((line, index) => html`<span key=${index} style=${{ '--indent': line.search(/\S|$/) }}>${line}</span>`)}</pre>
  </section>`;
}
