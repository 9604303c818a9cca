import assert from "node:assert/strict";
import { test } from "node:test";

import { edgesOf, tagSpots } from "../../static/js/clue_tags.js";

const SEEN = { left: 0, top: 50, right: 360, bottom: 300 };
const SIDE = 26;
const box = (left, top, right, bottom) => ({ left, top, right, bottom });
const overlap = ([x1, y1], [x2, y2]) => Math.abs(x1 - x2) < SIDE && Math.abs(y1 - y2) < SIDE;

test("a box lies where the picture does", () => {
  const frame = { left: -100, top: 20, width: 800, height: 400 };
  assert.deepEqual(edgesOf([0.25, 0.5, 1, 1], frame), box(100, 220, 700, 420));
});

test("a large box has its number in its corner, as far as that is seen", () => {
  assert.deepEqual(tagSpots([box(40, 100, 300, 200)], SEEN, SIDE), [[40, 100]]);
  assert.deepEqual(tagSpots([box(-500, 0, 900, 200)], SEEN, SIDE), [[0, 50]]);
});

test("a number does not hide a box as small as itself", () => {
  const small = box(100, 100, 130, 130);
  const [[x, y]] = tagSpots([small], SEEN, SIDE);
  assert.ok(x + SIDE <= small.left || x >= small.right || y + SIDE <= small.top || y >= small.bottom);
});

test("a box out of view has none", () => {
  const spots = tagSpots([box(-90, 60, -10, 90), box(10, 0, 90, 48), box(10, 60, 90, 200)], SEEN, SIDE);
  assert.deepEqual(spots, [null, null, [10, 60]]);
});

test("numbers of many boxes in one place do not lie on each other, and all are in view", () => {
  const whole = Array.from({ length: 10 }, () => box(0, 40, 360, 310));
  const small = Array.from({ length: 8 }, (_, index) => box(340, 280 + index, 358, 299));
  const spots = tagSpots([...whole, ...small], SEEN, SIDE);
  spots.forEach(([x, y], index) => {
    assert.ok(x >= 0 && x + SIDE <= 360 && y >= 50 && y + SIDE <= 300);
    if (index < whole.length)
      spots.slice(0, index).forEach((other) => assert.ok(!overlap([x, y], other), `${index}: ${[x, y]}, ${other}`));
  });
});
