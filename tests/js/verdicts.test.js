import assert from "node:assert/strict";
import { test } from "node:test";

import { roomOf } from "../../static/js/room_state.js";
import { roomVerdict, roundVerdict } from "../../static/js/verdicts.js";
import { pin, reveal, seat, snapshot } from "./rooms.js";

const round = (score, model, latitude = 20) => roundVerdict({ player: { latitude, score }, model: { score: model } });

test("alone: won, lost, a tie, no guess", () => {
  assert.equal(round(3000, 2999), "You won this round by 1 point");
  assert.equal(round(1000, 2500), "The model won this round by 1,500 points");
  assert.equal(round(2500, 2500), "A tie: the same points for both");
  assert.equal(round(0, 2500, null), "No guess: time was up");
});

const inRoom = (pins, { more, ...room } = {}) => roomVerdict(roomOf(snapshot(room)), reveal(pins, more));

test("in a room: the closest, a place, no pin, a spectator", () => {
  assert.equal(inRoom([pin(1, 4000), pin(2, 3000)]), "Nobody was closer: 4,000 points");
  const behind = { totals: { 0: 0, 1: 10, 2: 20 } };
  assert.equal(inRoom([pin(1, 3000), pin(2, 4000)], behind), "3,000 points. Your rank: 2");
  assert.equal(inRoom([pin(1, 100)], { more: { model: { score: 200 } } }), "100 points. Your rank: 1");
  assert.equal(inRoom([pin(2, 4000)]), "No pin: no points this time");
  assert.equal(inRoom([pin(2, 4000)], { me: { seat: null } }), "All guesses are in");
});

test("in teams the team has a place", () => {
  const seats = [seat(1, "Asha", { team: "Red" }), seat(2, "Ravi", { team: "Blue" })];
  const room = { seats, room: { in_teams: true, model_plays: false }, teams: { Red: 1, Blue: 2 } };
  assert.equal(inRoom([pin(1, 1000), pin(2, 2000)], room), "1,000 points. Your team's rank: 2");
});

test("in a duel the worse side is hurt, and a side without a pin is", () => {
  const duel = (pins, more, me) => inRoom(pins, { room: { kind: "duel", model_plays: false }, me, more });
  assert.equal(duel([pin(1, 10), pin(2, 510)], { damage: 500 }), "You lose 500 health");
  assert.equal(duel([pin(1, 510), pin(2, 10)], { damage: 500 }), "Ravi: 500 health lost");
  assert.equal(duel([pin(1, 510)], { damage: 0 }), "A tie: nobody loses health");
  assert.equal(duel([pin(1, 510)], { damage: 510 }), "Your opponent loses 510 health");
  assert.equal(duel([pin(2, 510)], { damage: 510 }), "You lose 510 health");
  assert.equal(duel([pin(1, 510)], { damage: 500, model: { score: 10 } }), "The model: 500 health lost");
});
