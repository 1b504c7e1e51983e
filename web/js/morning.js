// The next morning at eight: until then somebody may want their machine for themselves.
import { timeOfDay } from './format.js';

const HOUR = 8;

export function morning() {
  const moment = new Date();
  if (moment.getHours() >= HOUR) moment.setDate(moment.getDate() + 1);
  moment.setHours(HOUR, 0, 0, 0);
  return moment;
}

export function morningWords() {
  return timeOfDay(morning());
}
