import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { findPlaces, foundByFormer, indexPlaces, nearness, plain } from "../../static/js/place_search.js";

const shipped = indexPlaces(JSON.parse(readFileSync(new URL("../../static/basemap/search.json", import.meta.url))));
const found = (text) => findPlaces(shipped, text).map(([name]) => name);
const first = (text) => found(text)[0];

const RENAMED = {
  Bangalore: "Bengaluru",
  Bombay: "Mumbai",
  Calcutta: "Kolkata",
  Madras: "Chennai",
  Orissa: "Odisha",
  Pondicherry: "Puducherry",
  Allahabad: "Prayagraj",
  Gurgaon: "Gurugram",
  Mysore: "Mysuru",
  Trivandrum: "Thiruvananthapuram",
  Faizabad: "Ayodhya",
  Poona: "Pune",
  Benares: "Varanasi",
  Cochin: "Kochi",
  Baroda: "Vadodara",
  Vizag: "Visakhapatnam",
  Simla: "Shimla",
};

test("a place is found by the name it had, and by the one it has", () => {
  for (const [former, present] of Object.entries(RENAMED)) {
    assert.equal(first(former), present, former);
    assert.ok(found(present).slice(0, 2).includes(present), present);
  }
});

test("a well known former name is found as the languages of the site write it, too", () => {
  const written = {
    इलाहाबाद: "Prayagraj",
    बनारस: "Varanasi",
    মাদ্রাজ: "Chennai",
    मद्रास: "Chennai",
    পণ্ডিচেরি: "Puducherry",
    உதகமண்டலம்: "Udhagamandalam",
    బొంబాయి: "Mumbai",
    উড়িষ্যা: "Odisha",
    त्रिवेंद्रम: "Thiruvananthapuram",
  };
  for (const [text, name] of Object.entries(written)) assert.equal(first(text), name, text);
});

test("a name that another place still has finds both", () => {
  const names = found("Aurangabad");
  assert.ok(names.includes("Aurangabad"), names); // in Bihar
  assert.ok(names.includes("Chhatrapati Sambhajinagar"), names);
});

test("a place is found in the scripts of the site and in its own", () => {
  const written = {
    मैसूर: "Mysuru",
    চেন্নাই: "Chennai",
    మైసూరు: "Mysuru",
    ಮೈಸೂರು: "Mysuru",
    ബെംഗളൂരു: undefined, // Malayalam is no language of the site, nor of Karnataka's signs
    मुंबई: "Mumbai",
    मुम्बई: "Mumbai",
    சென்னை: "Chennai",
    హైదరాబాద్: "Hyderabad",
    കൊച്ചി: "Kochi",
    ਅੰਮ੍ਰਿਤਸਰ: "Amritsar",
    અમદાવાદ: "Ahmedabad",
    ओडिशा: "Odisha",
  };
  for (const [text, name] of Object.entries(written)) assert.equal(first(text), name, text);
});

test("one letter may be missing, too many, wrong or in the other's place", () => {
  for (const text of ["Bengluru", "Bengalluru", "Bangalora", "Bengalruu", "banglore"])
    assert.ok(found(text).includes("Bengaluru"), text);
  assert.equal(first("Hydrabad"), "Hyderabad");
  assert.equal(first("kolkatta"), "Kolkata");
  assert.ok(found("मैसुर").includes("Mysuru"));
  assert.deepEqual(found("Xqzwvk"), []);
});

test("one letter off the whole name is nearer than one off its beginning", () => {
  for (const text of ["delih", "dehi", "dellhi", "dalhi", "delhi"]) assert.equal(nearness(text, "delhi"), 2, text);
  assert.equal(nearness("dalhi", "delhi cantonment"), 1);
  assert.equal(nearness("dalih", "delhi"), 0);
});

test("what is one letter off ranks by whole name, beginning and word", () => {
  const place = (name) => [name, "Goa", 0, 0, null, [], []];
  const made = indexPlaces(["New Ponda", "Pondaxar", "Ponda"].map(place));
  assert.deepEqual(
    findPlaces(made, "Panda").map(([name]) => name),
    ["Ponda", "Pondaxar", "New Ponda"],
  );
});

test("a vowel sign of two parts is one letter", () => {
  for (const text of ["சிவமக்கா", "சிவமொக்க", "சிவமோக்கா"]) assert.ok(found(text).includes("Shivamogga"), text);
  assert.ok(found("কারাপুট").includes("Koraput")); // for কোরাপুট
});

test("a former name is shown only where no present one is as near", () => {
  const prayagraj = shipped.find(({ place }) => place[0] === "Prayagraj").place;
  assert.equal(foundByFormer(prayagraj, "allah"), "Allahabad");
  assert.equal(foundByFormer(prayagraj, "prayag"), undefined);
  assert.equal(foundByFormer(prayagraj, "प्रया"), undefined);
  assert.equal(foundByFormer(prayagraj, "Alahabad"), "Allahabad");
  assert.equal(foundByFormer(prayagraj, "Prayagaraj"), undefined);
});

test("states come first, then towns of that very name, then what starts so", () => {
  const place = (
    name,
    state = "",
    bounds = [
      [0, 0],
      [1, 1],
    ],
  ) => [name, state, 0, 0, bounds, [], []];
  const made = indexPlaces([
    place("Goa"),
    place("Assam"),
    place("Maharashtra"),
    place("North Goa", "Goa"),
    place("Goalpara", "Assam"),
    place("Panjāb"),
    place("Pune", "Maharashtra"),
    place("Pune", "Maharashtra", null),
  ]);
  const names = (text) => findPlaces(made, text).map(([name, , , , bounds]) => name + (bounds ? "" : ", town"));
  assert.deepEqual(names("goa"), ["Goa", "Goalpara", "North Goa"]);
  assert.deepEqual(names("mahar"), ["Maharashtra", "Pune", "Pune, town"]);
  assert.deepEqual(names("pune"), ["Pune, town", "Pune"]);
  assert.deepEqual(names(" PANJAB"), ["Panjāb"]);
  assert.deepEqual(names("  "), []);
});

test("vowel signs count; points below letters, joiners and the way of writing a nasal do not", () => {
  assert.equal(plain("కూకట్\u200cపల్లి"), plain("కూకట్పల్లి"));
  assert.notEqual(plain("मासूर"), plain("मैसूर"));
  assert.equal(plain("ग़ाज़ियाबाद"), plain("गाजियाबाद"));
  assert.equal(plain("कन्नौज"), "कन्नौज");
  assert.equal(plain("मुम्बई"), plain("मुंबई"));
});
