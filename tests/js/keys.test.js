import assert from "node:assert/strict";
import { test } from "node:test";

import { keyOf } from "../../static/js/keys.js";

const press = (key, code, shiftKey = false) => keyOf({ key, code, shiftKey });

test("keys of a Devanagari layout do what the key in their place does", () => {
  assert.equal(press("स", "KeyM"), "m"); // InScript
  assert.equal(press("क्ष", "KeyN"), "n"); // several characters by one key
  assert.equal(press("य", "Slash"), "/");
  assert.equal(press("य़", "Slash", true), "?");
  assert.equal(press("ृ", "Equal"), "=");
  assert.equal(press("ऋ", "Equal", true), "+");
  assert.equal(press("ः", "Minus"), "-");
  assert.equal(press("०", "Digit0"), "0");
});

test("Latin layouts keep what their caps say, wherever the key is", () => {
  assert.equal(press("M", "Semicolon", true), "m"); // AZERTY
  assert.equal(press("?", "Minus", true), "?"); // QWERTZ
  assert.equal(press("/", "NumpadDivide"), "/");
});

test("an input method that hides the key leaves its place", () => {
  assert.equal(press("Process", "KeyP"), "p");
  assert.equal(press("Unidentified", "KeyS"), "s");
});

test("named keys are themselves", () => {
  for (const key of ["Enter", "Escape", "ArrowLeft", "F1"]) assert.equal(press(key, key), key);
  assert.equal(press(" ", "Space"), " ");
});
