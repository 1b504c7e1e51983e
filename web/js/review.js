// A film of a job's frames: a job of its own, which waits for one that goes on.
import { act } from './api.js';
import { t } from './i18n.js';
import { complain, toast } from './overlay.js';
import { removeNow } from './perform.js';
import { go } from './router.js';
import { pickNew } from './selection.js';
import { allJobs, apply } from './store.js';

/** @param {import('./types').Job} job */
export async function makeReviewFilm(job) {
  try {
    const known = new Set(allJobs().map(item => item.id));
    const film = await act(job.id, 'review_film');
    apply({ token: '', jobs: [film] });
    pickNew(film.id);
    go({ tab: 'overview' });
    if (known.has(film.id)) toast(t('toast.film_known', { name: film.name }));
    else toast(t('toast.added', { name: film.name }), { undo: () => void removeNow([film]) });
  } catch (error) {
    complain(error);
  }
}
