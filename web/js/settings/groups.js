// Which settings belong together, and in which order people look for them.

/** @type {{id: string, names: string[]}[]} */
export const GROUPS = [
  {
    id: 'machine',
    names: [
      'name',
      'accept_work',
      'members_scripts',
      'nice',
      'schedule',
      'idle_minutes',
      'threads',
      'memory_floor_gib',
      'hang_minutes',
    ],
  },
  {
    id: 'storage',
    names: [
      'output_folder',
      'watch_folders',
      'disk_reserve_gib',
      'disk_reserve_percent',
      'keep_projects_gib',
      'previews_gib',
    ],
  },
  { id: 'network', names: ['lan', 'discovery', 'door', 'peers', 'extra_names', 'local_users', 'port'] },
  { id: 'engines', names: ['engine_downloads', 'missing_files', 'damaged_pictures', 'mirrors'] },
  { id: 'notices', names: ['notify_command', 'webhook'] },
];

/** Edited elsewhere, or not by hand. */
const HIDDEN = ['ui'];

/** Settings that take effect when Zordon starts the next time. */
export const AT_START = ['port', 'lan'];

/** The groups with all settings that the server knows; new ones come last. @param {string[]} names */
export function grouped(names) {
  const placed = new Set(GROUPS.flatMap(group => group.names));
  const rest = names.filter(name => !placed.has(name) && !HIDDEN.includes(name));
  const known = GROUPS.map(group => ({ ...group, names: group.names.filter(name => names.includes(name)) }));
  return [...known, { id: 'more', names: rest }].filter(group => group.names.length);
}
