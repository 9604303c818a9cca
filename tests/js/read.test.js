import assert from "node:assert/strict";
import { test } from "node:test";

import { readSentence } from "../../static/js/read.js";

test("a text is told with how far off the guess would have been without it", () => {
  const sign = { kind: "milestone", text: "ANANTAPUR 63 km", distance_km: 430.2, score: 1270 };
  assert.equal(readSentence(sign), "The model read “ANANTAPUR 63 km”; without it, it would have been 430 km off.");
});

test("a script is told by its name", () => {
  const script = { kind: "script", text: "Kannada", distance_km: 8.25, score: 4800 };
  assert.equal(readSentence(script), "The model read “Kannada script”; without it, it would have been 8.3 km off.");
});
