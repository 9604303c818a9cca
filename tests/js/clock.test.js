import assert from "node:assert/strict";
import { test } from "node:test";

import { ServerClock } from "../../static/js/clock.js";

test("a page tells the time at which it began to arrive", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: performance.timeOrigin + 4_000 });
  assert.equal(Math.round(new ServerClock(70_000).now()), 74_000);
});

test("the clock believes the answer that came back soonest", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 10_000 });
  const clock = new ServerClock(0);
  clock.learn(9_800, 50_000); // 200 ms on the way: the server wrote it 100 ms ago
  assert.equal(clock.now(), 50_100);
  clock.learn(9_000, 90_000); // a slower answer tells less
  assert.equal(clock.now(), 50_100);
  clock.learn(9_980, 60_000);
  assert.equal(clock.now(), 60_010);
  t.mock.timers.tick(500);
  assert.equal(clock.now(), 60_510);
});

test("an answer from the future is not believed", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 10_000 });
  const clock = new ServerClock(0);
  const before = clock.now();
  clock.learn(11_000, 50_000); // our own clock was set back meanwhile
  assert.equal(clock.now(), before);
});
