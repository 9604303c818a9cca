// @ts-check
// The list of jobs stays fresh: the page is fetched again and what changed in it is put in place.
import { byId } from "./dom.js";

const EVERY_MS = 3000;
const WORKERS_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 10_000; // an answer that never comes must not be the last one
const lists = byId("jobs-lists");
const lost = byId("jobs-lost");
const workers = byId("jobs-workers");
/** @param {Document} root */
const states = (root) => {
  /** @type {NodeListOf<HTMLElement>} */
  const jobs = root.querySelectorAll("[data-job]");
  return [...jobs].map(({ dataset }) => `${dataset.job} ${dataset.status}`).join();
};

/** @param {string} url */
async function text(url) {
  const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  if (!response.ok || response.redirected) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

async function renew() {
  const fresh = new DOMParser().parseFromString(await text(location.href), "text/html");
  if (states(fresh) === states(document)) {
    for (const part of fresh.querySelectorAll("[data-live]")) {
      const old = lists.querySelector(`[data-live="${part.getAttribute("data-live")}"]`);
      if (old && old.innerHTML !== part.innerHTML) old.innerHTML = part.innerHTML;
    }
    return;
  }
  // A job came, began or ended. The filter and the workers stay as they are, so that nobody loses a choice.
  for (const id of ["jobs-running", "jobs-waiting", "jobs-ended"]) byId(id).replaceWith(fresh.getElementById(id) ?? "");
}

async function renewWorkers() {
  workers.innerHTML = await text(workers.dataset.url ?? "");
}

/**
 * Again and again while somebody looks, the next time only after the last has been answered.
 * @param {() => Promise<void>} work
 * @param {number} everyMs
 */
function keep(work, everyMs) {
  const turn = async () => {
    if (!document.hidden) {
      try {
        await work();
        lost.hidden = true;
      } catch {
        lost.hidden = false;
      }
    }
    setTimeout(turn, everyMs);
  };
  return turn;
}

setTimeout(keep(renew, EVERY_MS), EVERY_MS);
keep(renewWorkers, WORKERS_EVERY_MS)();
