// @ts-check
// The headline of a round's result.
import { points } from "./format.js";
import { MODEL, isOwn, nameOf, standings } from "./room_state.js";
import { fill } from "./words.js";

/** @import { Room } from "./room_state.js" */

/**
 * Alone: who won.
 * @param {{player: {latitude: number | null, score: number}, model: {score: number}}} result
 */
export function roundVerdict({ player, model }) {
  if (player.latitude === null) return gettext("No guess: time was up");
  const ahead = player.score - model.score;
  if (ahead === 0) return gettext("A tie: the same points for both");
  const by = Math.abs(ahead);
  const said =
    ahead > 0
      ? ngettext("You won this round by {points} point", "You won this round by {points} points", by)
      : ngettext("The model won this round by {points} point", "The model won this round by {points} points", by);
  return fill(said, { points: points(by) });
}

/**
 * In a room, for this member.
 * @param {Room} room
 * @param {RoomSocket.Reveal} shown
 */
export function roomVerdict(room, shown) {
  if (room.room.kind === "duel" && shown.damage !== null) return duelVerdict(room, shown, shown.damage);
  const own = shown.pins.find(({ seat }) => seat === room.me.seat);
  if (!own)
    return room.me.seat && room.me.plays ? gettext("No pin: no points this time") : gettext("All guesses are in");
  const best = Math.max(0, ...shown.pins.map(({ score }) => score), shown.model?.score ?? 0);
  if (own.score === best) {
    const said = ngettext("Nobody was closer: {points} point", "Nobody was closer: {points} points", own.score);
    return fill(said, { points: points(own.score) });
  }
  const rank = standings(room).find((row) => isOwn(room, row))?.rank ?? 0;
  const said = room.room.in_teams
    ? ngettext("{points} point. Your team's rank: {rank}", "{points} points. Your team's rank: {rank}", own.score)
    : ngettext("{points} point. Your rank: {rank}", "{points} points. Your rank: {rank}", own.score);
  return fill(said, { points: points(own.score), rank });
}

/**
 * Who loses health in a duel; a side without a pin does.
 * @param {Room} room
 * @param {RoomSocket.Reveal} shown
 * @param {number} damage
 */
function duelVerdict(room, shown, damage) {
  if (damage === 0) return gettext("A tie: nobody loses health");
  const health = points(damage);
  const own = shown.pins.some(({ seat }) => seat === room.me.seat);
  const sides = [...shown.pins, ...(shown.model ? [{ seat: MODEL, score: shown.model.score }] : [])];
  const [worse] = sides.sort((one, other) => one.score - other.score);
  if (own && sides.length < 2)
    return fill(ngettext("Your opponent loses {health} health", "Your opponent loses {health} health", damage), {
      health,
    });
  if (own && worse.seat !== room.me.seat)
    return fill(ngettext("{name}: {health} health lost", "{name}: {health} health lost", damage), {
      name: nameOf(room, worse.seat),
      health,
    });
  return fill(ngettext("You lose {health} health", "You lose {health} health", damage), { health });
}
