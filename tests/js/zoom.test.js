import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Zoom } from "../../static/js/zoom.js";

let view;
let zoom;
beforeEach(() => {
  view = { width: 600, height: 400 };
  zoom = new Zoom(() => view, { width: 1200, height: 400 });
});

test("at first the picture fills the view", () => {
  assert.deepEqual([zoom.scale, zoom.whole(), zoom.pannable], [1, 0.5, true]);
});

test("at least half of a picture of another shape is seen", () => {
  zoom.replace({ width: 4000, height: 400 });
  assert.equal(zoom.whole(), 0.15);
  assert.equal(zoom.scale, 0.3);
});

test("zooming keeps what is under the pointer where it is", () => {
  const under = () => zoom.x + 150 / zoom.scale;
  const before = under();
  zoom.zoomBy(1.7, 150, 0);
  assert.ok(Math.abs(under() - before) < 1e-9);
  assert.equal(zoom.scale, 1.7);
});

test("zoom ends at eight times the whole picture, and at the whole picture", () => {
  zoom.zoomBy(100);
  assert.equal(zoom.scale, 4);
  zoom.zoomBy(1e-6);
  assert.deepEqual([zoom.scale, zoom.x, zoom.y, zoom.pannable], [0.5, 0, 0, false]);
});

test("the view never leaves the picture", () => {
  zoom.panBy(10_000, 10_000);
  assert.deepEqual([zoom.x, zoom.y], [300, 0]);
  zoom.panBy(-100_000, 0);
  assert.equal(zoom.x, -300);
});

test("a reset goes between filled and whole", () => {
  zoom.panBy(50, 0);
  zoom.reset();
  assert.deepEqual([zoom.scale, zoom.x], [1, 0]);
  zoom.reset();
  assert.equal(zoom.scale, 0.5);
});

test("another size of the view keeps what the user chose, else fills it", () => {
  view = { width: 1200, height: 800 };
  zoom.follow();
  assert.equal(zoom.scale, 2);
  zoom.zoomBy(1.5);
  view = { width: 600, height: 400 };
  zoom.follow();
  assert.equal(zoom.scale, 3);
});

test("the frame is where the picture lies in the view", () => {
  assert.deepEqual(zoom.frame(), { left: -300, top: 0, width: 1200, height: 400 });
  zoom.showWhole();
  assert.deepEqual(zoom.frame(), { left: 0, top: 100, width: 600, height: 200 });
  zoom.zoomBy(4);
  zoom.panBy(50, 0);
  assert.equal(zoom.frame().left, -950);
});

test("the whole picture stays whole in a view of another size", () => {
  zoom.showWhole();
  view = { width: 900, height: 400 };
  zoom.follow();
  assert.equal(zoom.scale, zoom.whole());
});

test("a box out of view is brought into it, one in view stays where it is", () => {
  zoom.bring([0.4, 0, 0.6, 1]);
  assert.equal(zoom.x, 0);
  zoom.bring([0.9, 0, 1, 1]);
  assert.equal(zoom.x, 300);
  zoom.bring([0, 0, 0.1, 1]);
  assert.equal(zoom.x, -300);
  zoom.bring([0, 0, 1, 1]); // wider than the view: its middle
  assert.equal(zoom.x, 0);
});
