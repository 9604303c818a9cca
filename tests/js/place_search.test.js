import assert from "node:assert/strict";
import { test } from "node:test";

import { findPlaces } from "../../static/js/place_search.js";

const place = (name, state = "") => [
  name,
  state,
  0,
  0,
  [
    [0, 0],
    [1, 1],
  ],
];
const PLACES = [
  place("North Goa", "Goa"),
  place("Goalpara", "Assam"),
  place("Goa"),
  place("Panjāb"),
  place("Pune", "Maharashtra"),
];
const found = (text) => findPlaces(PLACES, text).map(([name]) => name);

test("states come first, then districts, then later words", () => {
  assert.deepEqual(found("goa"), ["Goa", "Goalpara", "North Goa"]);
  assert.deepEqual(found("mahar"), ["Pune"]);
});

test("accents and case do not count, and nothing finds nothing", () => {
  assert.deepEqual(found(" PANJAB"), ["Panjāb"]);
  assert.deepEqual(found("  "), []);
});
