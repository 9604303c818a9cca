// @ts-check
// A state streak on the round page: the state that the pin lies in, and after the guess who named which state.
import { byId, one } from "./dom.js";
import { distance } from "./format.js";
import { fill } from "./words.js";

/**
 * Show the state of the pin's current position; other games have none.
 * @param {string | undefined} name
 */
export function showNamedState(name) {
  const label = document.getElementById("named-state");
  if (!label || !name) return;
  label.hidden = false;
  label.textContent = fill(gettext("Your pin: {state}"), { state: gettext(name) });
}

/**
 * Instead of points: the title, both states, and the current length of the streak.
 * @param {RoundResult} result
 * @param {Streak} streak
 */
export function showStreak({ player, truth }, streak) {
  byId("result-title").textContent = streak.title;
  for (const [side, named] of [
    ["you", streak.player],
    ["model", streak.model],
  ]) {
    byId(`${side}-state`).textContent = named ? gettext(named) : gettext("No state");
    one(document, `.duel-side.${side}`).classList.toggle("won", named === truth.state);
  }
  byId("you-distance").textContent =
    player.distance_km === null
      ? gettext("no pin")
      : fill(gettext("{distance} away"), { distance: distance(player.distance_km) });
  byId("streak-length").textContent = String(streak.length);
  byId("result-total").textContent = fill(gettext("Your streak: {length}"), { length: streak.length });
}
