import { count, duration } from '../format.js';
import { heard, t } from '../i18n.js';
import { h, html } from '../lib.js';
import { SelectField } from '../ui/field.js';
import { Icon } from '../ui/icon.js';
import { detectedFrames, firstProbe, form, setArgument, setForm, sources } from './draft.js';

/** What the server found in the file. */
export function Detected() {
  const probe = firstProbe.value;
  const looking = sources.value.some(source => ['sending', 'looking', 'waiting'].includes(source.state));
  if (!probe)
    return looking
      ? html`<section class="detected" aria-label=${t('detected.title')} aria-busy="true"><h3 class="caption">${t('detected.title')}</h3><div class="skeleton"></div></section>`
      : null;
  return html`<section class="detected" aria-label=${t('detected.title')}>
    <h3 class="caption">${t('detected.title')}</h3>
    <dl class="detected-facts">${facts(probe)
      .filter(([, value]) => value)
      .map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}</dl>
    ${probe.engine === 'blender' ? h(SceneChoice, { probe }) : null}
    ${lacksCamera(probe) ? html`<p class="note warn">${h(Icon, { name: 'triangle-alert' })}<span>${t('detected.no_camera', { name: String(sceneOf(probe).name) })}</span></p>` : null}
    ${probe.missing_files.length ? h(Missing, { files: probe.missing_files }) : null}
    ${probe.warnings.map(text => html`<p class="note warn" key=${text}>${h(Icon, { name: 'triangle-alert' })}<span>${heard(text)}</span></p>`)}
  </section>`;
}

/** @param {import('../types').Probe} probe @returns {[string, string][]} */
function facts(probe) {
  return probe.engine === 'ffmpeg' ? filmFacts(probe) : sceneFacts(probe);
}

/** @param {import('../types').Probe} probe @returns {[string, string][]} */
function sceneFacts(probe) {
  const scene = sceneOf(probe);
  const size = scene?.width ?? probe.width;
  const percentage = scene?.percentage && scene.percentage !== 100 ? ` × ${scene.percentage} %` : '';
  return [
    [t('detected.frames'), detectedFrames(probe)],
    [t('detected.size'), size ? `${size}×${scene?.height ?? probe.height}${percentage}` : ''],
    [t('detected.fps'), probe.fps ? count(probe.fps) : ''],
    [t('detected.engine'), renderEngine(scene?.render_engine)],
    [t('detected.samples'), scene?.samples ? String(scene.samples) : ''],
    [t('detected.format'), String(scene?.format ?? '').replace('OPEN_EXR', 'EXR')],
    [t('detected.saved_with'), probe.saved_with],
  ];
}

/** @param {unknown} name */
function renderEngine(name) {
  const words = /** @type {Record<string, string>} */ ({
    CYCLES: 'Cycles',
    BLENDER_EEVEE: 'EEVEE',
    BLENDER_EEVEE_NEXT: 'EEVEE',
    BLENDER_WORKBENCH: 'Workbench',
  });
  return words[String(name)] ?? String(name ?? '');
}

/** @param {import('../types').Probe} probe @returns {[string, string][]} */
function filmFacts(probe) {
  const streams = /** @type {any[]} */ (probe.facts.streams ?? []);
  const video = streams.find(stream => (stream.kind ?? stream.type) === 'video');
  const audio = streams.filter(stream => (stream.kind ?? stream.type) === 'audio');
  return [
    [t('detected.video'), String(video?.codec ?? '')],
    [t('detected.size'), probe.width ? `${probe.width}×${probe.height}` : ''],
    [t('detected.fps'), probe.fps ? count(probe.fps) : ''],
    [t('detected.length'), probe.facts.duration ? duration(Number(probe.facts.duration)) : ''],
    [
      t('detected.audio'),
      audio
        .map(stream =>
          [stream.codec, stream.channels && t('detected.channels', { n: stream.channels })].filter(Boolean).join(', '),
        )
        .join(' · '),
    ],
    [t('detected.container'), String(probe.facts.container ?? '')],
  ];
}

/** @param {import('../types').Probe} probe */
function sceneOf(probe) {
  const scenes = /** @type {any[]} */ (probe.facts.scenes ?? []);
  const wanted = form.value.args.scene ?? probe.facts.active_scene;
  return scenes.find(scene => scene.name === wanted) ?? scenes[0];
}

/** As the server will say when the job is added. @param {import('../types').Probe} probe */
function lacksCamera(probe) {
  const scene = sceneOf(probe);
  if (!scene || !('camera' in scene) || scene.needs_camera === false || scene.has_linked_objects) return false;
  return !(scene.camera || scene.marker_cameras || form.value.cameras.length || form.value.args.camera);
}

/** @param {{probe: import('../types').Probe}} props */
function SceneChoice({ probe }) {
  const scenes = /** @type {any[]} */ (probe.facts.scenes ?? []);
  const scene = sceneOf(probe);
  const cameras = /** @type {string[]} */ (scene?.cameras ?? []);
  const layers = /** @type {string[]} */ (scene?.view_layers ?? []).map(layer =>
    typeof layer === 'string' ? layer : /** @type {any} */ (layer).name,
  );
  const choices = [
    { name: 'scene', label: t('detected.scene'), values: scenes.map(entry => String(entry.name)), own: scene?.name },
    { name: 'view_layer', label: t('detected.layer'), values: layers, own: undefined },
  ].filter(choice => choice.values.length > 1);
  if (!choices.length && cameras.length < 2) return null;
  return html`${cameras.length > 1 && h(Cameras, { cameras, own: scene?.camera })}<div class="form-row">${choices.map(
    choice =>
      h(SelectField, {
        key: choice.name,
        label: choice.label,
        value: String(form.value.args[choice.name] ?? ''),
        options: [
          { value: '', label: choice.own ? t('detected.as_saved', { name: choice.own }) : t('detected.all') },
          ...choice.values.map(value => ({ value, label: value })),
        ],
        onChange: value => setArgument(choice.name, value),
      }),
  )}</div>`;
}

/** One job for each camera that is ticked; none ticked: the one that the file has. @param {{cameras: string[], own: string | undefined}} props */
function Cameras({ cameras, own }) {
  const chosen = form.value.cameras;
  const toggle = (/** @type {string} */ name) =>
    setForm({
      cameras: chosen.includes(name)
        ? chosen.filter(other => other !== name)
        : cameras.filter(other => other === name || chosen.includes(other)),
    });
  const hint =
    chosen.length > 1
      ? t('detected.cameras_many', { n: chosen.length })
      : chosen.length
        ? ''
        : t('detected.cameras_own', { name: own || '–' });
  return html`<fieldset class="checks"><legend>${t('detected.cameras')} <span class="hint">${hint}</span></legend>${cameras.map(name => html`<label key=${name} class="check"><input type="checkbox" checked=${chosen.includes(name)} onChange=${() => toggle(name)} /><span dir="auto">${name}</span></label>`)}</fieldset>`;
}

/** @param {{files: string[]}} props */
function Missing({ files }) {
  return html`<div class="note warn">${h(Icon, { name: 'triangle-alert' })}
    <details><summary>${t('detected.missing', { n: files.length })}</summary><ul class="mono small">${files.map(file => html`<li key=${file} dir="ltr">${file}</li>`)}</ul></details>
  </div>`;
}
