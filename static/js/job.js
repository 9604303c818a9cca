// A job's page in the admin: the state that the page contains, then each change from the socket.

import { drawCurve } from "./curve.js";
import { openSocket } from "./socket.js";

const LOG_CHARACTERS = 20_000; // as many as the server keeps
const page = document.querySelector(".job");
const part = (name) => page.querySelector(`.job-${name}`);
const bar = page.querySelector("progress");

let job = JSON.parse(document.getElementById("job-snapshot").textContent);
let heardAt = performance.now();

function hear(message) {
  if (message.type === "snapshot") job = message;
  else if (message.type === "change") merge(message);
  else return;
  heardAt = performance.now();
  render();
}

/** Apply a change: the state is replaced; log lines and points are appended. */
function merge({ log, points, type, ...state }) {
  const curve = job.curve;
  for (const [series, x, y] of points) (curve[series] ??= []).push([x, y]);
  job = { ...job, ...state, curve, log: (job.log + log).slice(-LOG_CHARACTERS) };
}

function render() {
  const status = part("status");
  status.textContent = job.cancel_requested && job.active ? "stopping" : job.status;
  status.dataset.status = job.status;
  const through = job.status === "succeeded"; // then the last phase is of no interest
  part("phase").textContent = through ? "" : job.phase;
  bar.hidden = !job.active;
  if (job.total > 0) bar.value = job.done / job.total;
  else bar.removeAttribute("value");
  part("count").textContent = job.total > 0 && !through ? `${job.done.toLocaleString("en")} of ${job.total.toLocaleString("en")}` : "";
  part("error").hidden = !job.error;
  part("error").textContent = job.error;
  for (const form of page.querySelectorAll("[data-when]")) form.hidden = !job[form.dataset.when];
  page.querySelector("[data-when=active] button")?.toggleAttribute("disabled", job.cancel_requested);
  renderTime();
  renderLog();
  renderCurves();
  if (!job.active) renderResult();
}

function renderTime() {
  const sinceS = job.active ? (performance.now() - heardAt) / 1000 : 0;
  const words = [];
  if (job.status === "queued") words.push("waiting for a worker");
  if (job.elapsed_s !== null) words.push(`${job.active ? "running for" : "took"} ${duration(job.elapsed_s + sinceS)}`);
  if (job.remaining_s) words.push(`this phase needs about ${duration(Math.max(1, job.remaining_s - sinceS))} more`);
  part("time").textContent = words.join(" · ");
}

function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
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
    let figure = section.querySelector(`[data-series="${CSS.escape(series)}"]`);
    if (!figure) {
      figure = document.createElement("figure");
      figure.dataset.series = series;
      section.append(figure);
      section.hidden = false;
    }
    drawCurve(figure, series, points);
  }
}

function renderResult() {
  const { figures = {}, links = [], files = [] } = job.result;
  const address = (name) => page.dataset.files.replace("NAME", encodeURIComponent(name));
  part("result").hidden = job.status !== "succeeded";
  part("figures").tBodies[0].replaceChildren(...Object.entries(figures).map(([label, value]) => row(label, value)));
  const anchors = [...links, ...files.map((name) => [name, address(name)])].map(([text, href]) => {
    const anchor = document.createElement("a");
    Object.assign(anchor, { href, textContent: text });
    return anchor;
  });
  part("links").replaceChildren(...anchors);
  part("pictures").replaceChildren(
    ...files.filter((name) => name.endsWith(".svg")).map((name) => Object.assign(new Image(), { src: address(name), alt: name })),
  );
}

function row(label, value) {
  const line = document.createElement("tr");
  const head = Object.assign(document.createElement("th"), { scope: "row", textContent: label });
  const shown = typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 4 }) : String(value);
  line.append(head, Object.assign(document.createElement("td"), { textContent: shown }));
  return line;
}

render();
openSocket(page.dataset.socket, { onMessage: hear, onState: (connected) => { part("connection").hidden = connected; } });
setInterval(renderTime, 1000);
