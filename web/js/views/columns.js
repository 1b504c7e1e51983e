// The columns of the job list: how wide they are, whether they sort, and which go first when room is short.

/**
 * @typedef {object} Column
 * @property {string} id
 * @property {number} least width in px
 * @property {string} most the other end of its track
 * @property {boolean} sortable
 * @property {boolean} optional can be hidden
 * @property {number} rank columns of a lower rank get their room first
 */

/** @type {Column[]} */
export const COLUMNS = [
  { id: 'select', least: 30, most: '30px', sortable: false, optional: false, rank: 0 },
  { id: 'preview', least: 76, most: '76px', sortable: false, optional: true, rank: 2 },
  { id: 'name', least: 100, most: '2.2fr', sortable: true, optional: false, rank: 0 },
  { id: 'status', least: 116, most: '1fr', sortable: true, optional: false, rank: 1 },
  { id: 'progress', least: 78, most: '1.1fr', sortable: true, optional: true, rank: 3 },
  { id: 'eta', least: 96, most: '96px', sortable: true, optional: true, rank: 4 },
  { id: 'machines', least: 80, most: '0.8fr', sortable: false, optional: true, rank: 5 },
  { id: 'priority', least: 72, most: '72px', sortable: true, optional: true, rank: 6 },
  { id: 'age', least: 88, most: '88px', sortable: true, optional: true, rank: 7 },
  { id: 'menu', least: 32, most: '32px', sortable: false, optional: false, rank: 0 },
];

const GAP = 8;
const EDGES = 14;

/** Those that fit. @param {string[]} hidden @param {number} width */
export function shownColumns(hidden, width) {
  const wanted = COLUMNS.filter(column => !hidden.includes(column.id)).sort((a, b) => a.rank - b.rank);
  const fitting = new Set(/** @type {string[]} */ ([]));
  let room = width - EDGES + GAP;
  for (const column of wanted) {
    room -= column.least + GAP;
    if (room < 0 && column.rank > 0) break;
    fitting.add(column.id);
  }
  return COLUMNS.filter(column => fitting.has(column.id));
}

/** @param {Column[]} columns */
export function tracksOf(columns) {
  return columns.map(column => `minmax(${column.least}px, ${column.most})`).join(' ');
}
