// @ts-check
// Formatting of numbers, the same on every page.
import { fill } from "./words.js";

const LOCALE = "en"; // in every language, as the server formats numbers
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} score */
export const points = (score) => whole.format(score);

/**
 * Kilometres, in metres below one.
 * @param {number} km
 */
export function distance(km) {
  if (km < 1) return fill(gettext("{number} m"), { number: whole.format(km * 1000) });
  return fill(gettext("{number} km"), { number: (km < 9.95 ? tenths : whole).format(km) });
}

/** @param {number} share */
export function percent(share) {
  return share > 0 && share < 0.01 ? "< 1 %" : `${whole.format(share * 100)} %`;
}

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/**
 * Milliseconds as 1:05, never negative.
 * @param {number} ms
 */
export function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/**
 * Milliseconds as 1:02:05.
 * @param {number} ms
 */
export function longClock(ms) {
  const minutes = Math.floor(Math.ceil(ms / 1000) / 60);
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(Math.ceil(ms / 1000) % 60)}`;
}

/**
 * How long something takes: 5 s, 1 min 5 s, 1 h 5 min.
 * @param {number} seconds
 */
export function duration(seconds) {
  const rounded = Math.round(seconds);
  if (rounded < 60) return fill(gettext("{seconds} s"), { seconds: rounded });
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return fill(gettext("{minutes} min {seconds} s"), { minutes, seconds: rounded % 60 });
  return fill(gettext("{hours} h {minutes} min"), { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
