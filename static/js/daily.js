// @ts-check
// The time until the next daily challenge, from the seconds that were left when the server wrote the page.
import { byId } from "./dom.js";
import { longClock } from "./format.js";
import { fill } from "./words.js";

const countdown = byId("countdown");
const end = performance.now() + 1000 * Number(countdown.dataset.seconds);

function tick() {
  const left = end - performance.now();
  countdown.textContent =
    left > 0
      ? fill(gettext("Next challenge in {time}"), { time: longClock(left) })
      : gettext("The next challenge is ready: reload the page");
}
tick();
setInterval(tick, 1000);
