import { t } from '../i18n.js';
import { keyNames } from '../keynames.js';
import { h, html } from '../lib.js';
import { CHIPS } from '../status.js';
import { Dialog } from '../ui/dialog.js';

/** @type {[string, [string, string][]][]} */
const GROUPS = [
  [
    'help.general',
    [
      ['N', 'help.add'],
      ['/', 'help.filter'],
      [`1 – ${CHIPS.length}`, 'help.chips'],
      ['Ctrl K', 'help.palette'],
      ['Ctrl ,', 'help.settings'],
      ['F6', 'help.region'],
      ['?', 'help.help'],
      ['Esc', 'help.escape'],
    ],
  ],
  [
    'help.jobs',
    [
      ['↑ ↓', 'help.move'],
      ['Shift ↑ ↓', 'help.extend'],
      ['Ctrl A', 'help.all'],
      ['Alt ↑ ↓', 'help.order'],
      ['Space', 'help.pause'],
      ['R', 'help.retry'],
      ['Del', 'help.remove'],
      ['Enter', 'help.inspect'],
      ['Shift F10', 'help.menu'],
      ['L', 'help.log'],
    ],
  ],
  [
    'help.player',
    [
      ['J  K  L', 'help.jkl'],
      ['← →', 'help.step'],
      ['Home End', 'help.ends'],
      ['F', 'help.full'],
    ],
  ],
];

export function Help() {
  return h(Dialog, {
    title: t('help.title'),
    kind: 'keys',
    children: html`<div class="key-groups">
      ${GROUPS.map(
        ([name, rows]) => html`<section key=${name}>
          <h3 class="caption">${t(name)}</h3>
          <dl>${rows.map(
            ([keys, label]) =>
              html`<div key=${label}><dt>${keyNames(keys).map(key => html`<kbd key=${key}>${key}</kbd>`)}</dt><dd>${t(label)}</dd></div>`,
          )}</dl>
        </section>`,
      )}
    </div>`,
  });
}
