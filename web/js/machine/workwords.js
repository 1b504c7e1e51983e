// What a machine does, in words.
import { t } from '../i18n.js';

/** @typedef {import('../types').Node} Node */

/** A machine that does not answer is not known to be idle. @param {Node} node */
export function idleWords(node) {
  if (node.state === 'offline') return t('machine.idle.offline');
  return t(`machine.idle.${node.state === 'paused' || node.state === 'full' ? node.state : 'ready'}`);
}

/** @param {import('../types').NodeWork} work @param {Node} node */
export function workWords(work, node) {
  const isOwn = work.node === node.id;
  const frames = t('machine.frames', { frames: work.frames });
  return isOwn ? frames : `${frames} · ${t('machine.for', { name: work.node_name })}`;
}
