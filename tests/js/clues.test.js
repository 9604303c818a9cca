import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { numbered } from "../../static/js/clues.js";

const BOX = [0, 0, 1, 1];
const CLUES = {
  known: [
    { name: "Painted lorry", writing: "", box: BOX },
    { name: "Direction board", writing: "Salem 4 km", box: BOX },
  ],
  found: [
    { name: "Painted lorry", box: BOX, moved_km: 312.4 },
    { name: "Tractor: farm country", box: BOX, moved_km: null },
    { name: "Direction board", box: BOX, moved_km: 0 },
  ],
  names: { hi: { "Painted lorry": "रंगा हुआ ट्रक" } },
};
beforeEach(() => {
  globalThis.document = { documentElement: { lang: "en" } };
});

test("both kinds are numbered in one row", () => {
  assert.deepEqual(
    numbered(CLUES).map(({ number, kind }) => [number, kind]),
    [
      [1, "known"],
      [2, "known"],
      [3, "found"],
      [4, "found"],
      [5, "found"],
    ],
  );
});

test("what is written on a clue comes before its name, as it is written", () => {
  assert.deepEqual(
    numbered(CLUES).map(({ text }) => text),
    ["Painted lorry", "Salem 4 km · Direction board", "Painted lorry", "Tractor: farm country", "Direction board"],
  );
});

test("a name is told in the page's language where that is known", () => {
  globalThis.document.documentElement.lang = "hi";
  assert.deepEqual(
    numbered(CLUES).map(({ text }) => text),
    ["रंगा हुआ ट्रक", "Salem 4 km · Direction board", "रंगा हुआ ट्रक", "Tractor: farm country", "Direction board"],
  );
});

test("only a clue that the model found has an effect, or is said to have none", () => {
  assert.deepEqual(
    numbered(CLUES).map(({ effect }) => effect),
    [
      "",
      "",
      "Covering it moves the model’s guess by 312 km",
      "Seen, but no reason for the guess",
      "Covering it makes the model less sure of its guess",
    ],
  );
});
