import { post, upload } from '../api.js';
import { desktop } from '../desktop.js';
import { readDownloads } from '../downloads.js';
import { percent } from '../format.js';
import { t } from '../i18n.js';
import { h, html, useRef, useState } from '../lib.js';
import { complain } from '../overlay.js';
import { Button } from '../ui/button.js';

/** An archive that a person has already: for machines without a way out. */
export function ArchiveButton() {
  const picker = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [sent, setSent] = useState(/** @type {number | null} */ (null));
  const browse = async () => {
    const window = desktop();
    if (!window) return picker.current?.click();
    const [path] = await window.choose_files();
    if (path) await install(post('engines/install_archive', { local_path: path }));
  };
  const onPick = (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    if (file) void install(upload('engines/install_archive', {}, file, setSent)).then(() => setSent(null));
    input.value = '';
  };
  return html`<input ref=${picker} type="file" hidden onChange=${onPick} />
    ${h(Button, { label: sent === null ? t('engines.archive') : t('add.sending_file', { share: percent(sent) }), icon: 'archive', disabled: sent !== null, onClick: () => void browse() })}`;
}

/** @param {Promise<any>} asked */
async function install(asked) {
  try {
    await asked;
    await readDownloads();
  } catch (error) {
    complain(error);
  }
}
