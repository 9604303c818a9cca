import assert from "node:assert/strict";
import { test } from "node:test";

import { placeName } from "../../static/js/words.js";

globalThis.document = { documentElement: { lang: "en" } };

const kochi = {
  place: "Kochi",
  local_name: "കൊച്ചി",
  district: "Ernakulam",
  state: "Kerala",
  names: { hi: { Kochi: "कोच्चि", Ernakulam: "एर्नाकुलम" } },
};

test("a place is named in the player's language and in its own script", () => {
  document.documentElement.lang = "hi";
  assert.equal(placeName(kochi), "कोच्चि · കൊച്ചി, एर्नाकुलम, Kerala");
  document.documentElement.lang = "en";
  assert.equal(placeName(kochi), "Kochi · കൊച്ചി, Ernakulam, Kerala");
});

test("a name is said once where place, district and script are the same", () => {
  document.documentElement.lang = "hi";
  const agra = {
    place: "Agra",
    local_name: "आगरा",
    district: "Agra",
    state: "Uttar Pradesh",
    names: { hi: { Agra: "आगरा" } },
  };
  assert.equal(placeName(agra), "आगरा, Uttar Pradesh");
  assert.equal(placeName({ ...agra, place: "", local_name: "" }), "आगरा, Uttar Pradesh");
  document.documentElement.lang = "en";
});
