import assert from "node:assert/strict";
import { test } from "node:test";

const bound = [];
const marker = {
  bindTooltip(content) {
    bound.push(content);
    return marker;
  },
};
Object.assign(globalThis, {
  window: { L: { divIcon: (options) => options, latLngBounds: () => null, marker: () => marker, Layer: class {} } },
  document: {
    createElement: () => ({}),
    createTextNode: (data) => ({ data }),
    body: { append() {} },
    getElementById: () => null,
  },
});

test("a player's name reaches the map as text, never as HTML", async () => {
  const { createDisc } = await import("../../static/js/room_reveal.js");
  createDisc("<img src=x>", [20, 77]);
  assert.deepEqual(bound, [{ data: "<img src=x>" }]);
});
