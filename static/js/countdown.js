// @ts-check
// The clock of an open round, alone or in a room: what it shows, the alarm near the end, and the pin when time is up.
import { byId } from "./dom.js";
import { clock } from "./format.js";
import { play } from "./sound.js";

/** @import { Panel } from "./guess_panel.js" */

const URGENT_MS = 10_000;
export const GRACE_MS = 700; // the server accepts guesses half a second late; the result is not ready earlier

/**
 * @param {object} parts
 * @param {() => number} parts.now the server's time in ms
 * @param {Pick<Panel, "phase" | "setPhase" | "position">} parts.panel
 * @param {(position: Position) => void} parts.sendPin
 */
export function createCountdown({ now, panel, sendPin }) {
  let alarmed = false;
  return {
    /** Another round begins. */
    restart() {
      alarmed = false;
    },
    /**
     * Show how long it is until then, and do what is due. Returns the milliseconds left.
     * @param {number} endsAt
     */
    show(endsAt) {
      const left = endsAt - now();
      byId("clock-time").textContent = clock(left);
      byId("clock").classList.toggle("urgent", left <= URGENT_MS);
      if (panel.phase() === "sending" && left <= -GRACE_MS) panel.setPhase("over"); // whatever became of the guess
      if (panel.phase() !== "guess") return left;
      const position = panel.position();
      if (left > 0 && left <= URGENT_MS && !alarmed) {
        alarmed = true;
        play("hurry");
        byId("alarm").textContent = position
          ? gettext("Ten seconds left. Your pin counts when time is up.")
          : gettext("Ten seconds left and no pin yet.");
      }
      if (left <= 0) {
        if (position) sendPin(position); // the pin's current position, also while it is being dragged
        panel.setPhase("over");
      }
      return left;
    },
  };
}
