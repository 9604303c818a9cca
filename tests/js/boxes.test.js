import assert from "node:assert/strict";
import { test } from "node:test";

import { between, edit, isLarger, place } from "../../static/js/boxes.js";

test("a box is drawn from any corner", () => {
  assert.deepEqual(between([0.8, 0.1], [0.2, 0.5]), [0.2, 0.1, 0.8, 0.5]);
  assert.equal(isLarger([0.1, 0.1, 0.5, 0.105], 0.01), false);
});

test("without a new crop everything is saved as it is drawn", () => {
  const boxes = [[0, 0, 0.5, 0.5]];
  assert.deepEqual(edit({ crop: [0, 0, 0.5, 1], newCrop: null, boxes }), { crop: [0, 0, 0.5, 1], covered: boxes });
});

test("a crop of a crop is one of the original", () => {
  const { crop } = edit({ crop: [0.5, 0, 1, 1], newCrop: [0.5, 0.25, 1, 0.75], boxes: [] });
  assert.deepEqual(crop, [0.75, 0.25, 1, 0.75]);
});

test("boxes move with a crop, are cut at its edge, and go where they lie outside", () => {
  const boxes = [
    [0.5, 0.5, 0.75, 0.75],
    [0, 0, 0.75, 0.75],
    [0, 0, 0.4, 0.4],
  ];
  const { covered } = edit({ crop: null, newCrop: [0.5, 0.5, 1, 1], boxes });
  assert.deepEqual(covered, [
    [0, 0, 0.5, 0.5],
    [0, 0, 0.5, 0.5],
  ]);
});

test("an element is put where a box is", () => {
  const { style } = place({ style: {} }, [0.25, 0.5, 0.75, 1]);
  assert.deepEqual(style, { left: "25%", top: "50%", width: "50%", height: "50%" });
});
