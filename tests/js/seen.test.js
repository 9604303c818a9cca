import assert from "node:assert/strict";
import { test } from "node:test";

import { inOrder, shownOf } from "../../static/js/seen.js";

const clue = (name, is_reason, places = []) => ({
  name,
  is_reason,
  places,
  without: { latitude: 13, longitude: 77.6 },
});

test("numbers go on from the reasons to what else was seen, and to what the scene holds", () => {
  const seen = [clue("Lighthouse", true), clue("Boat", true), clue("Tractor", false)];
  const { reasons, others, held } = inOrder(seen, [{ name: "Palms", boxes: [] }]);
  const told = (list) => list.map(({ name, number }) => `${number} ${name}`);
  assert.deepEqual(told(reasons), ["1 Lighthouse", "2 Boat"]);
  assert.deepEqual(told(others), ["3 Tractor"]);
  assert.deepEqual(told(held), ["4 Palms"]);
});

test("what a scene holds is inOrder from one where nothing was seen", () => {
  assert.deepEqual(inOrder([], [{ name: "Palms", boxes: [] }]).held, [{ name: "Palms", boxes: [], number: 1 }]);
});

test("the map shows a clue's places, the guess, and the guess without it", () => {
  const guess = { latitude: 28.6, longitude: 77.2 };
  assert.deepEqual(shownOf(guess, clue("Lighthouse", true, [[9.5, 76.3]])), [
    [9.5, 76.3],
    [28.6, 77.2],
    [13, 77.6],
  ]);
});
