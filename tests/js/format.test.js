import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, distance, duration, longClock, percent, points } from "../../static/js/format.js";
import { fill } from "../../static/js/words.js";

test("distances are metres, tenths of a kilometre, then whole kilometres", () => {
  assert.deepEqual([0.25, 1, 9.94, 9.95, 1234.4].map(distance), ["250 m", "1.0 km", "9.9 km", "10 km", "1,234 km"]);
});

test("points are grouped, and a share above nothing never reads as nothing", () => {
  assert.equal(points(4321), "4,321");
  assert.deepEqual([0, 0.004, 0.01, 0.256, 1].map(percent), ["0 %", "< 1 %", "1 %", "26 %", "100 %"]);
});

test("clocks round up, so that they show zero only when time is up", () => {
  assert.deepEqual([-5, 0, 1, 61_000, 59_001].map(clock), ["0:00", "0:00", "0:01", "1:01", "1:00"]);
  assert.deepEqual([1, 60_000, 3_599_001, 36_125_000].map(longClock), ["0:00:01", "0:01:00", "1:00:00", "10:02:05"]);
});

test("durations have two units at most", () => {
  assert.deepEqual([59.4, 59.6, 3600, 3725].map(duration), ["59 s", "1 min 0 s", "1 h 0 min", "1 h 2 min"]);
});

test("gaps are filled by name, and one without a value stays", () => {
  assert.equal(fill("{a} of {b}, {c}", { a: 0, b: "x" }), "0 of x, {c}");
});
