// A state streak on the round page: the state that the pin lies in, and after the guess who named which state.
import { distance } from "./format.js";
import { fill } from "./words.js";

const byId = (id) => document.getElementById(id);

/** Show the state of the pin's current position; other games have none. */
export function showNamedState(name) {
  const label = byId("named-state");
  if (!label || !name) return;
  label.hidden = false;
  label.textContent = fill(gettext("Your pin says {state}"), { state: gettext(name) });
}

/** Instead of points: the title, both states, and the current length of the streak. */
export function showStreak({ streak, player, truth }) {
  byId("result-title").textContent = streak.title;
  for (const [side, named] of [["you", streak.player], ["model", streak.model]]) {
    byId(`${side}-state`).textContent = named ? gettext(named) : gettext("No state");
    document.querySelector(`.duel-side.${side}`).classList.toggle("won", named === truth.state);
  }
  byId("you-distance").textContent = player.latitude === null ? gettext("no pin") : fill(gettext("{distance} away"), { distance: distance(player.distance_km) });
  byId("streak-length").textContent = streak.length;
  byId("result-total").textContent = fill(gettext("Your streak: {length}"), { length: streak.length });
}
