// Components whose modules come after the first picture: a page that starts fetches only what it shows.
import { h, signal, useEffect } from '../lib.js';

const AGAIN_MS = 1000;

/** @typedef {(properties: any) => any} Component */
/** @type {(() => void)[]} */
const waiting = [];

/**
 * A component that draws nothing before its module is there, which it asks for when it is first shown, until it comes.
 * @param {() => Promise<Component>} fetchIt
 * @returns {Component}
 */
export function later(fetchIt) {
  const found = signal(/** @type {Component | null} */ (null));
  const state = { asked: false };
  const bring = () => fetchIt().then(show, () => setTimeout(bring, AGAIN_MS));
  const show = (/** @type {Component} */ component) => {
    found.value = component;
  };
  const ask = () => {
    if (!state.asked) void bring();
    state.asked = true;
  };
  waiting.push(ask);
  return function Later(properties) {
    useEffect(ask, []);
    return found.value && h(found.value, properties);
  };
}

/** Asks for all of them, before anybody wants one. */
export function fetchLater() {
  for (const ask of waiting) ask();
}
