// An upload: files are dropped, sent in resumable chunks, checked together, positioned by a pin, and imported.
import { createMap, createMark } from "./map.js";

const AT_ONCE = 3;
const TRIES = 6;
const LOOK_EVERY_MS = 1000;
const WORDS = { coming: "on the way", there: "there", new: "good: would be taken in", known: "there already", rejected: "turned away", unplaced: "needs a place", taken: "taken in" };
const byId = (id) => document.getElementById(id);
const page = JSON.parse(byId("upload").textContent);
const csrf = document.querySelector("meta[name=csrf-token]").content;
const files = new Map(); // by id
const queue = []; // [row, File]
let counts = page.counts;
let state = page;
let filter = "";
let sending = 0;
let broken = false;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const megabytes = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
function trouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}
function make(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

async function ask(url, { method = "GET", body } = {}) {
  const response = await fetch(url, { method, body, headers: { "X-CSRFToken": csrf, Accept: "application/json" } });
  const answer = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  return { status: response.status, answer };
}
async function act(what) {
  try {
    const { status, answer } = await ask(page.urls.act, { method: "POST", body: JSON.stringify(what) });
    trouble(status < 400 ? "" : (answer.error ?? `The site answered ${status}: reload the page.`));
    if (answer.url) location.assign(answer.url);
    else if (status < 400) take(answer);
  } catch {
    trouble("The site cannot be reached. Try again in a moment.");
  }
}

// --- Sending

async function announce(chosen) {
  const wanted = chosen.filter(({ file }) => file.name !== ".DS_Store" && file.name !== "Thumbs.db");
  if (!wanted.length) return;
  for (let start = 0; start < wanted.length; start += 500) {
    const part = wanted.slice(start, start + 500);
    let answered;
    try {
      answered = await ask(page.urls.announce, { method: "POST", body: JSON.stringify(part.map(({ path, file }) => [path, file.size])) });
    } catch {
      trouble("The site cannot be reached. Drop the files again in a moment: what has come is kept.");
      return;
    }
    if (answered.status >= 400) {
      trouble(answered.answer.error ?? `The site answered ${answered.status}.`);
      return;
    }
    trouble("");
    answered.answer.files.forEach((row, index) => {
      files.set(row.id, row);
      if (row.state === "coming") queue.push([row, part[index].file]);
    });
  }
  counts = recount();
  show();
  while (sending < AT_ONCE && queue.length) pump();
}

async function pump() {
  sending += 1;
  while (queue.length) {
    const [row, file] = queue.shift();
    await send(row, file);
    show();
  }
  sending -= 1;
  if (sending === 0) await look();
}

async function send(row, file) {
  let tries = 0;
  while (row.state === "coming") {
    const chunk = file.slice(row.received, row.received + page.chunk);
    try {
      const url = `${page.urls.receive.replace(/0$/, row.id)}?offset=${row.received}`;
      const { status, answer } = await ask(url, { method: "PUT", body: chunk });
      if (status === 409 && answer.received !== row.received && tries < TRIES) row.received = answer.received; // another tab sent this part, or a chunk was cut off
      else if (status >= 400) {
        Object.assign(row, { state: "rejected", detail: answer.error ?? `The site answered ${status}.` });
        return;
      } else Object.assign(row, answer);
      tries = status === 409 ? tries + 1 : 0;
      broken = false;
    } catch {
      tries += 1;
      if (tries > TRIES) {
        row.detail = "The connection broke: drop the file again to go on.";
        broken = true;
        return;
      }
      broken = true;
      show();
      await sleep(Math.min(500 * 2 ** tries, 10_000));
    }
    show();
  }
}

const recount = () => {
  const found = {};
  for (const { state: name } of files.values()) found[name] = (found[name] ?? 0) + 1;
  return { ...counts, ...found };
};

// --- Dropped files

async function entriesOf(entry, path = "") {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => entry.file(done, fail));
    return [{ path: path + file.name, file }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) break;
    for (const inner of some) found.push(...(await entriesOf(inner, `${path}${entry.name}/`)));
  }
  return found;
}
const drop = byId("drop");
for (const event of ["dragover", "dragenter"])
  drop.addEventListener(event, (dragged) => {
    dragged.preventDefault();
    drop.classList.add("is-over");
  });
drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("is-over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const chosen = entries.length
    ? (await Promise.all(entries.map((entry) => entriesOf(entry)))).flat()
    : [...event.dataTransfer.files].map((file) => ({ path: file.name, file }));
  await announce(chosen);
});
for (const id of ["pick-files", "pick-folder"])
  byId(id).addEventListener("change", async ({ target }) => {
    await announce([...target.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
    target.value = "";
  });
addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});

// --- The list

function line(row) {
  const tr = make("tr");
  const name = make("th", "", row.name);
  name.scope = "row";
  const where = row.latitude === null ? "" : ` · ${row.latitude.toFixed(4)}, ${row.longitude.toFixed(4)}`;
  const percent = row.size && row.state === "coming" ? ` ${Math.floor((100 * row.received) / row.size)} %` : "";
  tr.append(name, make("td", "amount", row.archive ? "" : megabytes(row.size)), make("td", `upload-${row.state}`, `${WORDS[row.state]}${percent}${where}`), make("td", "", row.detail));
  const tools = make("td");
  if (!row.archive && !state.taken_in && !state.job?.active) {
    const away = make("button", "button small-button", "Leave out");
    away.setAttribute("aria-label", `Leave out ${row.name}`);
    away.addEventListener("click", () => act({ act: "remove", files: [row.id] }));
    tools.append(away);
  }
  tr.append(tools);
  return tr;
}

const ORDER = ["rejected", "unplaced", "coming", "new", "known", "there", "taken"];
let drawn = 0;
function show() {
  if (Date.now() - drawn < 150) return void setTimeout(() => Date.now() - drawn >= 150 && show(), 160);
  drawn = Date.now();
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const button = (name, words, count) => {
    const made = make("button", "workshop-tab", `${words} `);
    made.append(make("b", "number", String(count)));
    made.setAttribute("aria-pressed", String(filter === name));
    made.addEventListener("click", () => {
      filter = name;
      drawn = 0;
      show();
    });
    return made;
  };
  byId("filters").replaceChildren(button("", "All", all), ...ORDER.filter((name) => counts[name]).map((name) => button(name, WORDS[name], counts[name])));
  const rows = [...files.values()].filter((row) => !filter || row.state === filter).sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
  byId("files").replaceChildren(...rows.slice(0, 200).map(line));
  const hidden = (filter ? (counts[filter] ?? 0) : all) - Math.min(rows.length, 200);
  byId("more").textContent = hidden > 0 ? `and ${hidden} more` : "";
  byId("files-box").hidden = all === 0;

  const job = state.job;
  const total = [...files.values()].filter(({ archive }) => !archive).reduce((sum, { size }) => sum + size, 0);
  const received = [...files.values()].filter(({ archive }) => !archive).reduce((sum, { received: got }) => sum + got, 0);
  const bar = byId("bar");
  const words = [];
  if (sending || queue.length) {
    bar.value = total ? received / total : 0;
    words.push(broken ? "The connection is lost: trying again. " : "", `${megabytes(received)} of ${megabytes(total)}`);
  } else if (job?.active) {
    if (job.total) bar.value = job.done / job.total;
    else bar.removeAttribute("value");
    words.push(job.phase ? `${job.phase}: ${job.done} of ${job.total}` : "Waiting for a worker …");
  } else if (counts.coming) words.push(`${counts.coming} files are not all there: drop them again, and they go on where they stopped.`);
  else if (job && job.status !== "succeeded") words.push(`The last job ${job.status}. ${job.error}`);
  else if (state.taken_in) words.push(`${counts.taken ?? 0} are in the collection. ${state.waiting} wait for a review before anybody plays them.`);
  else if (state.checked) words.push(`Checked, nothing is changed yet: ${counts.new ?? 0} new, ${counts.known ?? 0} there already, ${counts.unplaced ?? 0} without a place, ${counts.rejected ?? 0} turned away.`);
  byId("progress").hidden = words.length === 0;
  byId("progress-words").textContent = words.join("");
  bar.hidden = !(sending || queue.length || job?.active);

  const busy = sending > 0 || queue.length > 0 || Boolean(job?.active);
  const open = !state.taken_in;
  byId("drop").hidden = !open || Boolean(job?.active);
  byId("check").hidden = !open || (state.checked && !busy);
  byId("check").disabled = busy || all === 0 || Boolean(counts.coming);
  byId("take").hidden = !open || !state.checked || busy;
  byId("take").disabled = !counts.new && !counts.known;
  byId("take").textContent = `Take in ${counts.new ?? 0} photo${counts.new === 1 ? "" : "s"}`;
  byId("to-review").hidden = open || !state.waiting || Boolean(job?.active);
  byId("cancel").hidden = !job?.active;
  byId("job").hidden = !job;
  if (job) byId("job").href = job.url;
  byId("discard-box").hidden = !open || Boolean(job?.active);
  const step = state.taken_in ? "review" : state.checked ? "take" : all && !counts.coming && !busy ? "check" : "bring";
  for (const item of byId("steps").children) item.toggleAttribute("aria-current", item.dataset.step === step);
  showPlaces();
}

function take(answer) {
  state = answer;
  counts = answer.counts;
  files.clear();
  for (const row of answer.files) files.set(row.id, row);
  drawn = 0;
  show();
}
async function look() {
  try {
    const { status, answer } = await ask(page.urls.state);
    if (status < 400 && !sending) take(answer);
  } catch {
    // the next poll may succeed
  }
}
setInterval(() => state.job?.active && look(), LOOK_EVERY_MS);

// --- Positions

let board = null;
let pin = null;
const chosen = new Set();
function showPlaces() {
  const unplaced = state.taken_in || state.job?.active ? [] : [...files.values()].filter((row) => row.state === "unplaced");
  byId("place").hidden = unplaced.length === 0;
  for (const id of chosen) if (!unplaced.some((row) => row.id === id)) chosen.delete(id);
  byId("put").disabled = chosen.size === 0 || !pin;
  const wanted = unplaced.slice(0, 60).map(({ id }) => id).join();
  if (byId("picks").dataset.shown !== wanted) {
    byId("picks").dataset.shown = wanted;
    byId("picks").replaceChildren(...unplaced.slice(0, 60).map(pick));
  }
  if (!unplaced.length || board) return;
  board = createMap(byId("map"), { basemap: page.basemap, bounds: page.bounds, tileUrl: page.tile_url });
  board.map.on("click", ({ latlng }) => putAt(latlng.lat, latlng.lng));
}
function pick(row) {
  const item = make("li");
  const label = make("label");
  const box = Object.assign(make("input"), { type: "checkbox", checked: chosen.has(row.id) });
  box.addEventListener("change", () => {
    chosen[box.checked ? "add" : "delete"](row.id);
    byId("put").disabled = chosen.size === 0 || !pin;
  });
  const image = Object.assign(make("img"), { src: page.urls.picture.replace(/0\/picture$/, `${row.id}/picture`), alt: "", width: 120, height: 80, loading: "lazy" });
  image.addEventListener("error", () => image.remove());
  label.append(box, image, make("span", "small", row.name), make("span", "small muted", row.detail));
  item.append(label);
  return item;
}
function putAt(latitude, longitude) {
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return;
  if (pin) pin.setLatLng([latitude, longitude]);
  else {
    pin = createMark("truth", [latitude, longitude], { className: "map-pin", interactive: true, draggable: true }).addTo(board.map);
    pin.on("dragend", () => putAt(pin.getLatLng().lat, pin.getLatLng().lng));
  }
  byId("latitude").value = latitude.toFixed(6);
  byId("longitude").value = longitude.toFixed(6);
  byId("put").disabled = chosen.size === 0;
}
for (const id of ["latitude", "longitude"])
  byId(id).addEventListener("change", () => {
    const [latitude, longitude] = [byId("latitude").value, byId("longitude").value];
    if (latitude && longitude) putAt(Number(latitude), Number(longitude));
  });
byId("put").addEventListener("click", () => act({ act: "place", files: [...chosen], latitude: pin.getLatLng().lat, longitude: pin.getLatLng().lng }));

byId("check").addEventListener("click", () => act({ act: "check" }));
byId("take").addEventListener("click", () => act({ act: "take_in" }));
byId("discard").addEventListener("click", () => act({ act: "discard" }));
byId("cancel").addEventListener("click", () => act({ act: "cancel" }));
take(page);
