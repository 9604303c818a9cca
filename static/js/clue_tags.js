// @ts-check
// Where the numbers of boxes go on a picture: each inside the seen part of its box, or beside a small one, none on another.

/** @typedef {{left: number, top: number, right: number, bottom: number}} Edges in pixels */

const GAP_PX = 2; // between two tags
const LEAST_SEEN_PX = 4; // of a box's sides: less is out of view

/** @param {Edges} box */
const area = ({ left, top, right, bottom }) => (right - left) * (bottom - top);

/**
 * A fraction box on a picture that lies there in the view.
 * @param {Box} box
 * @param {import("./zoom.js").Frame} frame
 * @returns {Edges}
 */
export const edgesOf = ([left, top, right, bottom], frame) => ({
  left: frame.left + left * frame.width,
  top: frame.top + top * frame.height,
  right: frame.left + right * frame.width,
  bottom: frame.top + bottom * frame.height,
});

/**
 * Left and top of the square tag of each box; null for a box out of view. Small boxes choose first: they have few places.
 * @param {Edges[]} boxes
 * @param {Edges} seen the part of the view that nothing lies over
 * @param {number} side of a tag
 * @returns {([number, number] | null)[]}
 */
export function tagSpots(boxes, seen, side) {
  /** @type {[number, number][]} */
  const taken = [];
  /** @type {([number, number] | null)[]} */
  const spots = boxes.map(() => null);
  const order = boxes.map((_, index) => index).sort((one, other) => area(boxes[one]) - area(boxes[other]));
  for (const index of order) {
    const part = {
      left: Math.max(boxes[index].left, seen.left),
      top: Math.max(boxes[index].top, seen.top),
      right: Math.min(boxes[index].right, seen.right),
      bottom: Math.min(boxes[index].bottom, seen.bottom),
    };
    if (part.right - part.left < LEAST_SEEN_PX || part.bottom - part.top < LEAST_SEEN_PX) continue;
    const places = placesFor(part, side);
    const free = places.filter(([x, y]) => isIn(seen, x, y, side));
    const room = (/** @type {[number, number]} */ [x, y]) =>
      Math.min(side + GAP_PX, ...taken.map(([left, top]) => Math.max(Math.abs(x - left), Math.abs(y - top))));
    const spot = (free.length ? free : places.map(([x, y]) => into(seen, x, y, side))).reduce((best, place) =>
      room(place) > room(best) ? place : best,
    );
    taken.push(spot);
    spots[index] = spot;
  }
  return spots;
}

/**
 * Places for a box's tag, the best first: along its edges inside, or outside where the tag would hide a small box.
 * @param {Edges} part
 * @param {number} side
 * @returns {[number, number][]}
 */
function placesFor({ left, top, right, bottom }, side) {
  const isSmall = right - left < 2 * side || bottom - top < 2 * side;
  const [above, before] = isSmall ? [top - side - GAP_PX, left - side - GAP_PX] : [top, left];
  const [below, after] = isSmall ? [bottom + GAP_PX, right + GAP_PX] : [bottom - side, right - side];
  const across = steps(left, right - side, side + GAP_PX);
  const down = steps(top, bottom - side, side + GAP_PX);
  return [
    ...across.map((x) => /** @type {[number, number]} */ ([x, above])),
    ...down.map((y) => /** @type {[number, number]} */ ([after, y])),
    ...down.map((y) => /** @type {[number, number]} */ ([before, y])),
    ...across.map((x) => /** @type {[number, number]} */ ([x, below])),
  ];
}

/** @type {(from: number, to: number, by: number) => number[]} */
const steps = (from, to, by) =>
  Array.from({ length: Math.max(0, Math.floor((to - from) / by)) + 1 }, (_, index) => from + index * by);

/** @type {(seen: Edges, x: number, y: number, side: number) => boolean} */
const isIn = (seen, x, y, side) => x >= seen.left && y >= seen.top && x + side <= seen.right && y + side <= seen.bottom;

/** @type {(seen: Edges, x: number, y: number, side: number) => [number, number]} */
const into = (seen, x, y, side) => [
  Math.max(seen.left, Math.min(x, seen.right - side)),
  Math.max(seen.top, Math.min(y, seen.bottom - side)),
];
