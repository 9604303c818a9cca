// Formatting of numbers, the same on every page.
import { fill } from "./words.js";

const LOCALE = "en"; // in every language, as the server formats numbers
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const points = (score) => whole.format(score);

/** Kilometres, in metres below one. */
export function distance(km) {
  if (km < 1) return fill(gettext("{number} m"), { number: whole.format(km * 1000) });
  return fill(gettext("{number} km"), { number: (km < 9.95 ? tenths : whole).format(km) });
}

export function percent(share) {
  return share > 0 && share < 0.01 ? "< 1 %" : `${whole.format(share * 100)} %`;
}

/** Milliseconds as 1:05, never negative. */
export function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
