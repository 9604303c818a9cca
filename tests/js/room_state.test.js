import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, isOwn, nameOf, roomOf, standings } from "../../static/js/room_state.js";
import { reveal, seat, snapshot } from "./rooms.js";

test("who joined late plays from the next round on", () => {
  const late = [seat(1, "Asha", { from_round: 2 }), seat(2, "Ravi")];
  const room = roomOf(snapshot({ seats: late }));
  assert.equal(room.me.plays, false);
  apply(room, { event: "round", number: 2, ends_at_ms: 5, picture: {} });
  assert.equal(room.me.plays, true);
});

test("a round begins with no pin and nobody locked, whatever was before", () => {
  const room = roomOf(
    snapshot({ locked: [2], paused: true, me: { locked: true, pin: { latitude: 1, longitude: 2 } } }),
  );
  apply(room, { event: "round", number: 2, ends_at_ms: 5, picture: { url: "/2" } });
  assert.deepEqual([room.phase, room.number, room.locked, room.paused, room.ends_at_ms], ["guess", 2, [], false, 5]);
  assert.deepEqual([room.me.pin, room.me.locked, room.round.picture.url], [null, false, "/2"]);
});

test("a reveal brings points and health; seats that it does not name keep theirs", () => {
  const room = roomOf(snapshot({ model_health: 6000, seats: [seat(1, "Asha", { health: 6000 }), seat(2, "Ravi")] }));
  apply(room, { event: "reveal", ...reveal([]), health: { 0: 5000 }, totals: { 1: 10 }, teams: null, ends_at_ms: 9 });
  assert.deepEqual(room.health, { 0: 5000, 1: 6000, 2: null });
  assert.deepEqual([room.phase, room.totals], ["reveal", { 1: 10 }]);
});

test("people come, change and go", () => {
  const room = roomOf(snapshot({ room: { in_teams: true }, teams: { Red: 5 } }));
  apply(room, { event: "joined", seat: seat(3, "Mira", { team: "Blue" }) });
  assert.deepEqual(room.teams, { Red: 5, Blue: 0 });
  apply(room, { event: "renamed", seat: 3, name: "Meera", team: "Red", teams: { Red: 5 } });
  assert.equal(nameOf(room, 3), "Meera");
  apply(room, { event: "removed", seat: 3, teams: { Red: 5 } });
  assert.equal(nameOf(room, 3), "A player who left");
  apply(room, { event: "host", seat: 2 });
  assert.equal(room.me.host, false);
  for (let twice = 0; twice < 2; twice += 1) apply(room, { event: "locked", seat: 2, ends_at_ms: 7 });
  assert.deepEqual(room.locked, [2]);
});

test("the same points share a rank, and the model stands among the players", () => {
  const room = roomOf(snapshot({ totals: { 0: 300, 1: 200, 2: 300 } }));
  assert.deepEqual(standings(room), [
    { seat: 2, total: 300, rank: 1 },
    { seat: 0, total: 300, rank: 1 },
    { seat: 1, total: 200, rank: 3 },
  ]);
});

test("in teams one's own row is the team's", () => {
  const seats = [seat(1, "Asha", { team: "Red" }), seat(2, "Ravi", { team: "Blue" })];
  const room = roomOf(snapshot({ seats, room: { in_teams: true, model_plays: false }, teams: { Red: 1, Blue: 2 } }));
  const rows = standings(room);
  assert.deepEqual(
    rows.map(({ team, rank }) => [team, rank]),
    [
      ["Blue", 1],
      ["Red", 2],
    ],
  );
  assert.deepEqual(
    rows.map((row) => isOwn(room, row)),
    [false, true],
  );
});
