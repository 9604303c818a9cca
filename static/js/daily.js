// The time until the next daily challenge, from the seconds that were left when the server wrote the page.
import { fill } from "./words.js";
const countdown = document.getElementById("countdown");
const end = performance.now() + 1000 * Number(countdown.dataset.seconds);

function tick() {
  const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  countdown.textContent = left
    ? fill(gettext("in {time}"), { time: `${Math.floor(left / 3600)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}` })
    : gettext("now: reload the page");
}
tick();
setInterval(tick, 1000);
