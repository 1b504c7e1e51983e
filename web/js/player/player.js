import { downloadAddress } from '../api.js';
import { h } from '../lib.js';
import { isVideo } from '../status.js';
import { Film } from './film.js';
import { Pictures } from './pictures.js';

/** @typedef {import('../types').Job} Job */

/** Films play as films once they are whole; everything else, and every running job, as single pictures. @param {{job: Job}} props */
export function Player({ job }) {
  const whole = isVideo(job) && job.status === 'completed' && job.file_count > 0;
  return whole ? h(Film, { job, address: downloadAddress }) : h(Pictures, { job });
}
