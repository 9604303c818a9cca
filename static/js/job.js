// @ts-check
// A job's page in the admin: the state that the page contains, then each change from the socket.
import { drawCurve } from "./curve.js";
import { all, element, one, pageData } from "./dom.js";
import { duration } from "./format.js";
import { merge } from "./job_state.js";
import { openSocket } from "./socket.js";
import { fill } from "./words.js";

const page = one(document, ".job");
const part = (/** @type {string} */ name) => one(page, `.job-${name}`);
const bar = one(page, "progress", HTMLProgressElement);

/** @type {Record<string, string>} */
const STATUSES = {
  queued: gettext("queued"),
  running: gettext("running"),
  succeeded: gettext("succeeded"),
  failed: gettext("failed"),
  cancelled: gettext("cancelled"),
  interrupted: gettext("interrupted"),
};

/** @type {JobSocket.Snapshot} */
let job = pageData("job-snapshot");
let heardAt = performance.now();

/** @param {JobSocket.Message} message */
function hear(message) {
  if (message.type === "snapshot") job = message;
  else if (message.type === "change") job = merge(job, message);
  else return;
  heardAt = performance.now();
  render();
}

function render() {
  const status = part("status");
  status.textContent = job.cancel_requested && job.active ? gettext("stopping") : (STATUSES[job.status] ?? job.status);
  status.dataset.status = job.status;
  const through = job.status === "succeeded"; // then the last phase is of no interest
  part("phase").textContent = through ? "" : job.phase;
  bar.hidden = !job.active;
  if (job.total > 0) bar.value = job.done / job.total;
  else bar.removeAttribute("value");
  const [done, total] = [job.done, job.total].map((count) => count.toLocaleString("en"));
  part("count").textContent =
    job.total > 0 && !through ? fill(gettext("{count} of {most}"), { count: done, most: total }) : "";
  part("error").hidden = !job.error;
  part("error").textContent = job.error;
  for (const form of all("[data-when]", HTMLElement))
    form.hidden = !(form.dataset.when === "active" ? job.active : job.retriable);
  page.querySelector("[data-when=active] button")?.toggleAttribute("disabled", job.cancel_requested);
  renderTime();
  renderLog();
  renderCurves();
  if (!job.active) renderResult();
}

function renderTime() {
  const sinceS = job.active ? (performance.now() - heardAt) / 1000 : 0;
  const words = [];
  if (job.status === "queued") words.push(gettext("waiting for a worker"));
  if (job.elapsed_s !== null) {
    const said = job.active ? gettext("running for {duration}") : gettext("took {duration}");
    words.push(fill(said, { duration: duration(job.elapsed_s + sinceS) }));
  }
  if (job.remaining_s) {
    const left = duration(Math.max(1, job.remaining_s - sinceS));
    words.push(fill(gettext("this phase needs about {duration} more"), { duration: left }));
  }
  part("time").textContent = words.join(" · ");
}

function renderLog() {
  const log = part("log");
  if (log.textContent === job.log) return;
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  log.textContent = job.log;
  if (atEnd) log.scrollTop = log.scrollHeight; // unless the user has scrolled up
}

function renderCurves() {
  const section = part("curves");
  for (const [series, points] of Object.entries(job.curve)) {
    /** @type {HTMLElement | null} */
    let figure = section.querySelector(`[data-series="${CSS.escape(series)}"]`);
    if (!figure) {
      figure = element("figure");
      figure.dataset.series = series;
      section.append(figure);
      section.hidden = false;
    }
    drawCurve(figure, series, points);
  }
}

function renderResult() {
  const { figures = {}, links = [], files = [] } = job.result;
  const address = (/** @type {string} */ name) => (page.dataset.files ?? "").replace("NAME", encodeURIComponent(name));
  part("result").hidden = job.status !== "succeeded";
  const rows = Object.entries(figures).map(([label, value]) => row(label, value));
  one(part("figures"), "tbody").replaceChildren(...rows);
  const addresses = [...links, ...files.map((name) => [name, address(name)])];
  const anchors = addresses.map(([text, href]) => element("a", "", text, { href }));
  part("links").replaceChildren(...anchors);
  const drawings = files.filter((name) => name.endsWith(".svg"));
  part("pictures").replaceChildren(
    ...drawings.map((name) => element("img", "", "", { src: address(name), alt: name })),
  );
}

/**
 * @param {string} label
 * @param {unknown} value
 */
function row(label, value) {
  const line = element("tr");
  const shown = typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 4 }) : String(value);
  line.append(element("th", "", label, { scope: "row" }), element("td", "", shown));
  return line;
}

render();
let wasConnected = false;
const lost = part("connection").textContent;
openSocket(page.dataset.socket ?? "", {
  onMessage: hear,
  onState(connected) {
    wasConnected ||= connected;
    part("connection").textContent = wasConnected ? lost : (part("connection").dataset.blocked ?? "");
    part("connection").hidden = connected;
  },
  onGone() {
    part("connection").textContent = part("connection").dataset.closed ?? "";
    part("connection").hidden = false;
  },
});
setInterval(renderTime, 1000);
