// @ts-check
// Refreshes the list of jobs: the page is fetched again, and its changed parts are replaced.
import { byId } from "./dom.js";

const EVERY_MS = 3000;
const WORKERS_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 10_000; // without a timeout, a lost answer would stop the polling
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
  // A job was created, has started or ended. Filter and workers are not replaced, so that no input is lost.
  for (const id of ["jobs-running", "jobs-waiting", "jobs-ended"]) byId(id).replaceWith(fresh.getElementById(id) ?? "");
}

async function renewWorkers() {
  workers.innerHTML = await text(workers.dataset.url ?? "");
}

/**
 * Poll while the page is visible; each request starts only after the last has been answered.
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
