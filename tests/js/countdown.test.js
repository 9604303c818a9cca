import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { createCountdown } from "../../static/js/countdown.js";

let parts;
let phase;
let position;
let sent;
let countdown;
beforeEach(() => {
  globalThis.HTMLElement = class {
    textContent = "";
    classList = { toggle: (name, on) => (this.urgent = on) };
  };
  parts = Object.fromEntries(["clock", "clock-time", "alarm"].map((id) => [id, new globalThis.HTMLElement()]));
  globalThis.document = { getElementById: (id) => parts[id] };
  globalThis.localStorage = { getItem: () => "off" }; // no sound
  [phase, position, sent] = ["guess", null, []];
  const panel = { phase: () => phase, position: () => position, setPhase: (name) => (phase = name) };
  countdown = createCountdown({ now: () => 100_000, panel, sendPin: (pin) => sent.push(pin) });
});

test("the clock shows the server's time, and hurries in the last ten seconds", () => {
  assert.equal(countdown.show(165_000), 65_000);
  assert.deepEqual([parts["clock-time"].textContent, parts.clock.urgent], ["1:05", false]);
  countdown.show(110_000);
  assert.equal(parts.clock.urgent, true);
});

test("the alarm sounds once a round, and says whether there is a pin", () => {
  countdown.show(110_000);
  assert.match(parts.alarm.textContent, /no pin yet/);
  parts.alarm.textContent = "";
  countdown.show(109_000);
  assert.equal(parts.alarm.textContent, "");
  countdown.restart();
  position = { latitude: 20, longitude: 78 };
  countdown.show(109_000);
  assert.match(parts.alarm.textContent, /Your pin counts/);
});

test("when time is up the pin is sent as it stands, once", () => {
  position = { latitude: 20, longitude: 78 };
  countdown.show(99_999);
  countdown.show(99_999);
  assert.deepEqual([phase, sent], ["over", [position]]);
});

test("a locked guess hears no alarm", () => {
  phase = "locked";
  countdown.show(105_000);
  countdown.show(99_000);
  assert.deepEqual([phase, sent, parts.alarm.textContent], ["locked", [], ""]);
});

test("a guess that is still being sent when the grace is over waits for the result like any other", () => {
  phase = "sending";
  countdown.show(99_500);
  assert.equal(phase, "sending");
  countdown.show(99_300);
  assert.deepEqual([phase, sent], ["over", []]);
});
