// @ts-check
// Boxes on a picture, in fractions of its sides.

/** @param {number} value */
export const inside = (value) => Math.min(Math.max(value, 0), 1);

/**
 * The box between two corners.
 * @param {[number, number]} one
 * @param {[number, number]} other
 * @returns {Box}
 */
export const between = ([x1, y1], [x2, y2]) => [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];

/**
 * Whether both sides are longer than this; a click is no box.
 * @param {Box} box
 * @param {number} least
 */
export const isLarger = ([left, top, right, bottom], least) => right - left > least && bottom - top > least;

/**
 * Put an element where the box is.
 * @param {HTMLElement} frame
 * @param {Box} box
 */
export function place(frame, [left, top, right, bottom]) {
  Object.assign(frame.style, {
    left: `${100 * left}%`,
    top: `${100 * top}%`,
    width: `${100 * (right - left)}%`,
    height: `${100 * (bottom - top)}%`,
  });
  return frame;
}

/**
 * What to save: a crop of the shown picture becomes one of the original, and boxes move with it.
 * @param {object} edited
 * @param {Box | null} edited.crop of the original, which is shown
 * @param {Box | null} edited.newCrop of what is shown
 * @param {Box[]} edited.boxes to cover in what is shown
 * @returns {{crop: Box | null, covered: Box[]}}
 */
export function edit({ crop, newCrop, boxes }) {
  if (!newCrop) return { crop, covered: boxes };
  const [left, top, right, bottom] = newCrop;
  const base = crop ?? [0, 0, 1, 1];
  const x = (/** @type {number} */ share) => base[0] + share * (base[2] - base[0]);
  const y = (/** @type {number} */ share) => base[1] + share * (base[3] - base[1]);
  const across = (/** @type {number} */ share) => inside((share - left) / (right - left));
  const down = (/** @type {number} */ share) => inside((share - top) / (bottom - top));
  /** @type {Box[]} */
  const moved = boxes.map(([x1, y1, x2, y2]) => [across(x1), down(y1), across(x2), down(y2)]);
  return { crop: [x(left), y(top), x(right), y(bottom)], covered: moved.filter((box) => isLarger(box, 0)) };
}
