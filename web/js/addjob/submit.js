// Checking the draft and sending it.
import { ApiError, post } from '../api.js';
import { isWindows, submitCommand } from '../command.js';
import { FrameError, parseFrames } from '../frames.js';
import { t } from '../i18n.js';
import { focusGrid } from '../keys.js';
import { closeDialog, say, toast } from '../overlay.js';
import { removeNow } from '../perform.js';
import { setPrefs } from '../prefs.js';
import { ownArguments, withoutEmpty } from '../requests.js';
import { pickNew } from '../selection.js';
import { apply, presets, serverNow } from '../store.js';
import { ATTEMPTS, change, form, refusal, resetDraft, sendAgain, sending, sources, tried } from './draft.js';
import { unknownTokens } from './naming.js';
import { plannedJobs } from './plan.js';
import { fetchFor } from './version.js';

/** @typedef {import('../types').Job} Job */

/** What is wrong with the draft, by field. @returns {Record<string, string>} */
export function problems() {
  const wrong = /** @type {Record<string, string>} */ ({});
  if (!sources.value.length) wrong.source = t('add.need_source');
  if (sources.value.some(source => source.state === 'wrong'))
    wrong.source = t(form.value.replaces ? 'add.edit_unreadable' : 'add.wrong_source');
  if (sources.value.length === 1 && !form.value.name.trim()) wrong.name = t('add.need_name');
  const [unknown] = unknownTokens(form.value.pattern);
  if (unknown !== undefined) wrong.pattern = t('add.unknown_token', { token: `{${unknown}}` });
  const frames = framesProblem(form.value.frames);
  if (frames) wrong.frames = frames;
  if (form.value.when === 'at' && !form.value.startAt) wrong.when = t('add.need_time');
  if (hasPassed(form.value)) wrong.when = t('add.time_passed');
  if (form.value.when === 'after' && !form.value.after) wrong.when = t('add.need_after');
  return wrong;
}

/** More than a minute ago, as the server sees it too. @param {import('./draft.js').Form} chosen */
export function hasPassed({ when, startAt }) {
  return when === 'at' && Boolean(startAt) && Date.parse(startAt) < serverNow() - 60_000;
}

/** @param {string} text */
function framesProblem(text) {
  if (!text.trim()) return '';
  try {
    parseFrames(text);
    return '';
  } catch (error) {
    return error instanceof FrameError ? t(error.key, error.values) : String(error);
  }
}

/** @param {boolean} another whether the dialog stays for the next job */
export async function submit(another) {
  tried.value = true;
  refusal.value = '';
  if (sending.peek() || Object.keys(problems()).length) return focusProblem();
  sending.value = true;
  const isEdit = Boolean(form.peek().replaces);
  try {
    await fetchFor(form.peek().version);
    const jobs = await sendAll();
    isEdit ? edited(jobs) : added(jobs, another);
  } catch (error) {
    refusal.value = error instanceof Error ? error.message : String(error);
    sending.value = false;
    for (const { id, probe } of sources.peek()) if (probe) change(id, { state: 'ready' });
  }
}

function focusProblem() {
  requestAnimationFrame(() =>
    /** @type {HTMLElement | null} */ (
      document.querySelector('dialog [aria-invalid=true], dialog .source.wrong button')
    )?.focus(),
  );
}

/** All jobs of the draft in one request: all are added or none. What was sent for the look is not sent again. */
async function sendAll() {
  await keepAll(source => !source.kept);
  try {
    return await post('add_job', allRequests());
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404 || !sources.peek().some(source => source.kept))
      throw error;
    // The dialog was open for longer than files are kept.
    await keepAll(() => true);
    return post('add_job', allRequests());
  }
}

/** @param {(source: import('./draft.js').Source) => boolean} lacks */
async function keepAll(lacks) {
  for (const source of sources.peek()) if (source.file && lacks(source)) await sendAgain(source.id);
}

/** With a key each, so that one that is sent again after an answer was lost is no second job. @returns {Record<string, unknown>[]} */
function allRequests() {
  return plannedJobs().map((planned, place) => {
    // Of an edited job whose cameras become several, the first takes its place.
    const asked = { ...request(planned), ...(place ? { replaces: undefined } : {}) };
    return { ...asked, idempotency_key: keyOf(JSON.stringify(asked)) };
  });
}

const keys = /** @type {Map<string, string>} */ (new Map());

/** The same for what is the same, as long as it was not added. @param {string} asked */
function keyOf(asked) {
  const known = keys.get(asked) ?? `window-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  keys.set(asked, known);
  return known;
}

/** @param {import('./plan.js').Planned} planned */
function request({ source, name, args }) {
  const chosen = form.peek();
  const alone = sources.peek().length === 1;
  return withoutEmpty({
    name,
    engine: source.engine,
    engine_version: chosen.version,
    frames: alone || chosen.framesTouched ? chosen.frames.trim() : '',
    args,
    enable_split_jobs: chosen.split,
    nodes: chosen.nodes.length ? chosen.nodes : undefined,
    local_path: source.job ? '' : source.path,
    upload: source.kept,
    project_of: source.job,
    replaces: chosen.replaces,
    priority: chosen.priority,
    max_attempts: chosen.attempts === ATTEMPTS ? undefined : chosen.attempts,
    paused: chosen.when === 'paused' || undefined,
    preset: chosen.preset,
    output_path: chosen.output.trim(),
    existing: chosen.output.trim() ? chosen.existing : undefined,
    ...timing(chosen),
  });
}

/** When it starts; what an edited job waits for is kept where the form shows only a part of it. @param {import('./draft.js').Form} chosen */
function timing({ when, after, startAt, kept }) {
  if (when === 'at' && startAt) return { start_at: new Date(startAt).toISOString() };
  if (when === 'after' && after && !kept.after.includes(after)) return { after: [after] };
  if (when === 'after' || when === 'paused')
    return { after: kept.after.length ? kept.after : undefined, start_at: kept.startAt };
  return {};
}

/** The command lines that would add what stands in the form, one for each job. */
export function draftCommands() {
  const usual = presets.peek().find(preset => preset.id === form.peek().preset)?.args ?? {};
  const commands = plannedJobs().map(planned => {
    const { project_of: _job, replaces: _old, upload: _sent, ...asked } = request(planned);
    const project = planned.source.path ?? planned.source.name;
    return submitCommand({ ...asked, local_path: project, args: ownArguments(planned.args, usual) }, isWindows());
  });
  return commands.join('\n');
}

/** @param {Job[]} jobs @param {boolean} another */
function added(jobs, another) {
  const said = jobs.length === 1 ? t('toast.added', { name: jobs[0].name }) : t('toast.added_many', { n: jobs.length });
  apply({ token: '', jobs });
  setPrefs({ split: form.peek().split });
  keys.clear();
  resetDraft();
  toast(said, { undo: () => void removeNow(jobs) });
  if (another) return;
  show(jobs[0], 'toast.added');
}

/** @param {Job[]} jobs */
function edited(jobs) {
  apply({ token: '', jobs });
  keys.clear();
  resetDraft();
  toast(t('toast.edited', { name: jobs[0].name }));
  show(jobs[0], 'toast.edited');
}

/** @param {Job} job @param {string} said */
function show(job, said) {
  closeDialog();
  pickNew(job.id);
  say(t(said, { name: job.name }));
  requestAnimationFrame(focusGrid);
}
