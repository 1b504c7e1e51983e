// What the server says of each setting: its kind, its range, its default. From the JSON Schema of the settings.

/**
 * @typedef {object} Known
 * @property {'switch' | 'number' | 'choice' | 'text' | 'lines' | 'pairs'} kind
 * @property {string} text what it is for, in English
 * @property {unknown} fallback its default
 * @property {string[]} choices
 * @property {number} [least]
 * @property {number} [most]
 */

/** @param {any} document @returns {Record<string, Known>} */
export function readSchema(document) {
  const root = resolve(document, document);
  const entries = Object.entries(root?.properties ?? {});
  return Object.fromEntries(entries.map(([name, part]) => [name, known(resolve(document, /** @type {any} */ (part)))]));
}

/** Follows ``$ref`` inside the document. @param {any} document @param {any} part @returns {any} */
function resolve(document, part) {
  const place = part?.$ref;
  if (typeof place !== 'string') return part;
  const target = place
    .slice(2)
    .split('/')
    .reduce((node, key) => node?.[key], document);
  return { ...target, ...part, $ref: undefined };
}

/** @param {any} part @returns {Known} */
function known(part) {
  return {
    kind: kindOf(part),
    text: part.description ?? '',
    fallback: part.default,
    choices: (part.enum ?? []).map(String),
    least: part.minimum ?? part.exclusiveMinimum,
    most: part.maximum ?? part.exclusiveMaximum,
  };
}

/** @param {any} part @returns {Known['kind']} */
function kindOf(part) {
  if (part.enum) return 'choice';
  if (part.type === 'boolean') return 'switch';
  if (part.type === 'integer' || part.type === 'number') return 'number';
  if (part.type === 'array') return 'lines';
  return part.type === 'object' ? 'pairs' : 'text';
}

/** Without a schema the values tell what they are. @param {Record<string, unknown>} values @returns {Record<string, Known>} */
export function guessed(values) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const type = Array.isArray(value) ? 'array' : typeof value;
      return [name, known({ type })];
    }),
  );
}
