// Why a job would be one piece: what its options tell at once, and what only the server can tell from its file.
import { request } from '../api.js';
import { t } from '../i18n.js';
import { useEffect, useState } from '../lib.js';
import { reasonWords } from '../reasons.js';
import { withoutEmpty } from '../requests.js';
import { engineName, form, sources } from './draft.js';
import { whyWhole } from './estimate.js';

const TYPING_MS = 300;
/** Options on which it depends whether a film can be cut; the others do not make the server read the file again. */
const MATTER = ['container', 'video_codec', 'filters', 'trim_start', 'trim_end', 'sequence_fps', 'gaps', 'raw'];

/** A sentence; empty when the job can be split, as far as that is known by now. */
export function useWhole() {
  const ofOptions = whyWhole(engineName.value, form.value.args);
  const ofFile = useFileReason(ofOptions ? '' : question());
  return ofOptions ? t(`add.whole_${ofOptions}`) : reasonWords(ofFile);
}

/** What the server is to be asked, as JSON; empty when there is nothing to ask, as of a file that is not there yet. */
function question() {
  const [source] = sources.value;
  if (engineName.value !== 'ffmpeg' || source?.state !== 'ready' || source.file) return '';
  const { args, version } = form.value;
  const matter = Object.fromEntries(Object.entries(args).filter(([name]) => MATTER.includes(name)));
  const project = source.job ? { project_of: source.job } : { local_path: source.path };
  const asked = { ...project, engine: 'ffmpeg', engine_version: version, args: matter, enable_split_jobs: true };
  return JSON.stringify(withoutEmpty(asked));
}

/** @param {string} asked */
function useFileReason(asked) {
  const [reason, setReason] = useState('');
  useEffect(() => {
    if (!asked) return setReason('');
    const abort = new AbortController();
    const timer = setTimeout(() => void ask(asked, abort.signal).then(setReason), TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [asked]);
  return reason;
}

/** What is wrong with the request is said when it is sent. @param {string} asked @param {AbortSignal} signal @returns {Promise<string>} */
async function ask(asked, signal) {
  try {
    const answer = await request('plan', { method: 'POST', json: JSON.parse(asked), signal });
    return (await answer.json()).unsplittable;
  } catch {
    return '';
  }
}
