import { duplicate, edit, isEditable } from '../addjob/again.js';
import { commandOf } from '../command.js';
import { mayAct } from '../farm.js';
import { clock } from '../format.js';
import { t } from '../i18n.js';
import { h, html } from '../lib.js';
import { nodeName } from '../listing.js';
import { copyText } from '../perform.js';
import { requestOf } from '../requests.js';
import { choiceLabel, optionLabel, presetName } from '../serverwords.js';
import { engines, job as find, presets } from '../store.js';
import { Button } from '../ui/button.js';
import { hasChoice, JobMachines } from './jobmachines.js';
import { engineLabel, priorityWord } from './jobrow.js';

/** @typedef {import('../types').Job} Job */

/** What was asked for. @param {{job: Job}} props */
export function JobSettings({ job }) {
  return html`<div class="stack">
    <div class="toolbar">
      ${mayAct() && isEditable(job) ? h(Button, { label: t('action.edit'), icon: 'pencil', onClick: () => edit(job) }) : null}
      ${mayAct() ? h(Button, { label: t('action.duplicate'), icon: 'layers', onClick: () => duplicate(job) }) : null}
      ${job.parent ? null : h(Button, { label: t('action.copy_command'), icon: 'terminal', kind: 'quiet', small: true, onClick: () => void copyText(commandOf(job)) })}
      ${h(Button, { label: t('jobset.copy'), icon: 'copy', kind: 'quiet', small: true, onClick: () => void copyText(JSON.stringify(requestOf(job), null, 2)) })}
    </div>
    ${hasChoice(job) ? h(JobMachines, { job }) : null}
    ${h(Facts, { title: t('jobset.job'), rows: general(job) })}
    ${h(Facts, { title: t('jobset.options'), rows: options(job) })}
    ${h(Facts, { title: t('jobset.work'), rows: work(job) })}
  </div>`;
}

/** @param {{title: string, rows: [string, string, boolean?][]}} props */
function Facts({ title, rows }) {
  const there = rows.filter(([, value]) => value !== '');
  if (!there.length) return null;
  return html`<section><h3 class="caption">${title}</h3>
    <dl class="facts">${there.map(([name, value, mono]) => html`<div key=${name}><dt>${name}</dt><dd class=${mono ? 'mono' : ''} dir="auto">${value}</dd></div>`)}</dl>
  </section>`;
}

/** @param {Job} job @returns {[string, string, boolean?][]} */
function general(job) {
  return [
    [t('jobset.project'), job.project, true],
    [t('jobset.engine'), `${engineLabel(job.engine)} ${job.engine_version}`],
    [t('jobset.frames'), job.frames || (job.start_frame === null ? '' : `${job.start_frame}-${job.end_frame}`)],
    [t('jobset.preset'), presetWords(job.preset)],
    [t('jobset.output'), job.output_path, true],
    [t('jobset.existing'), t(`existing.${job.existing}`)],
    [t('jobset.id'), job.id, true],
  ];
}

/** @param {string} id */
function presetWords(id) {
  const preset = presets.value.find(entry => entry.id === id);
  return preset ? presetName(preset) : id;
}

/** @param {Job} job @returns {[string, string, boolean?][]} */
function options(job) {
  const known = engines.value.find(engine => engine.name === job.engine)?.arguments ?? [];
  return Object.entries(job.args).map(([name, value]) => {
    const option = known.find(argument => argument.name === name);
    return option ? [optionLabel(job.engine, option), shown(value, job.engine, option)] : [name, shown(value)];
  });
}

/** @param {unknown} value @param {string} [engine] @param {import('../types').Argument} [option] what it is the value of */
function shown(value, engine = '', option = undefined) {
  if (option?.kind === 'choice') return choiceLabel(engine, option, String(value));
  if (typeof value === 'boolean') return t(value ? 'word.yes' : 'word.no');
  return Array.isArray(value) ? value.join(' ') : String(value ?? '');
}

/** @param {Job} job @returns {[string, string][]} */
function sharing(job) {
  return [
    [t('jobset.split'), t(job.enable_split_jobs ? 'word.yes' : 'word.no')],
    [t('jobset.machines'), job.nodes.map(nodeName).join(', ') || t('jobset.any')],
  ];
}

/** @param {Job} job @returns {[string, string, boolean?][]} */
function work(job) {
  return [
    [t('column.priority'), `${priorityWord(job.priority)} (${job.priority})`],
    ...(hasChoice(job) ? [] : sharing(job)),
    [t('jobset.attempts'), String(job.max_attempts)],
    [t('jobset.after'), job.after.map(id => find(id)?.name ?? id).join(', ')],
    [t('jobset.start_at'), job.start_at ? clock(job.start_at) : ''],
    [t('jobset.created'), clock(job.created_at)],
    [t('jobset.started'), job.started_at ? clock(job.started_at) : ''],
    [t('jobset.ended'), job.ended_at ? clock(job.ended_at) : ''],
  ];
}
