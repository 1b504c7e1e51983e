// Options of engines and the presets that come with Zordon, in the language of the window. Others keep their own words.

import { said } from './i18n.js';

/** @typedef {import('./types').Argument} Argument */
/** @typedef {import('./types').Preset} Preset */

/** @param {string} engine @param {Argument} option */
export function optionLabel(engine, option) {
  return said(`option.${engine}.${option.name}`, option.label);
}

/** @param {string} engine @param {Argument} option */
export function optionHint(engine, option) {
  return said(`option.${engine}.${option.name}.hint`, option.help);
}

/** @param {string} engine @param {Argument} option @param {string} choice */
export function choiceLabel(engine, option, choice) {
  return said(`option.${engine}.${option.name}.${choice}`, choice);
}

/** @param {Preset} preset */
export function presetName(preset) {
  return preset.built_in ? said(`preset.${preset.id}`, preset.name) : preset.name;
}

/** @param {Preset} preset */
export function presetText(preset) {
  return preset.built_in ? said(`preset.${preset.id}.text`, preset.description) : preset.description;
}
