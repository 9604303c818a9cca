// @ts-check
// An upload: files are dropped, sent in resumable chunks, checked together, positioned by a pin, and imported.
import { ask } from "./api.js";
import { all, byId, element, pageData } from "./dom.js";
import { createMap, createMark } from "./map.js";
import { fill } from "./words.js";

/** @import { Board } from "./map.js" */

const AT_ONCE = 3;
const TRIES = 6;
const CHUNK_WITHIN_MS = 120_000; // on a slow line
const MOST_ROWS = 200; // of the list of files
const LOOK_EVERY_MS = 1000;
const SYSTEM_FILE = /^(\.|(eh)?thumbs\.db$|desktop\.ini$)/i;
/** @type {Record<FileState, string>} */
const WORDS = {
  rejected: gettext("rejected"),
  unplaced: gettext("needs a place"),
  coming: gettext("uploading"),
  new: gettext("valid: will be imported"),
  known: gettext("already stored"),
  there: gettext("uploaded"),
  taken: gettext("imported"),
};
const ORDER = /** @type {FileState[]} */ (Object.keys(WORDS));
/** @type {Record<string, string>} */
const ENDS = {
  failed: gettext("The last job failed."),
  cancelled: gettext("The last job was cancelled."),
  interrupted: gettext("The last job was interrupted."),
};
/** @type {UploadPage} */
const page = pageData("upload");
/** @type {Map<number, UploadedFile>} */
const files = new Map(); // by id
/** @type {[UploadedFile, File][]} */
const queue = [];
let counts = page.counts;
/** @type {UploadState} */
let state = page;
/** @type {FileState | ""} */
let filter = "";
let sending = 0;
let broken = false;

const sleep = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));
const megabytes = (/** @type {number} */ bytes) =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
/** @param {string} text */
function trouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

/** @param {{act: string, files?: number[], latitude?: number, longitude?: number}} what */
async function act(what) {
  const { status, body } = await ask(page.urls.act, { method: "POST", body: JSON.stringify(what) });
  const isDone = status > 0 && status < 400;
  trouble(isDone ? "" : body.error);
  if (body.url) location.assign(body.url);
  else if (isDone) take(body);
}

// --- Sending

/** @typedef {{path: string, file: File}} Chosen */

/** @param {Chosen[]} chosen */
async function announce(chosen) {
  const wanted = chosen.filter(({ file }) => !SYSTEM_FILE.test(file.name));
  if (!wanted.length) return;
  for (let start = 0; start < wanted.length; start += 500) {
    const part = wanted.slice(start, start + 500);
    const body = JSON.stringify(part.map(({ path, file }) => [path, file.size]));
    const { status, body: said } = await ask(page.urls.announce, { method: "POST", body, has: ["files"] });
    if (status === 0 || status >= 400) {
      trouble(
        status
          ? said.error
          : gettext("The site cannot be reached. Drop the files again in a moment: what was uploaded is kept."),
      );
      return;
    }
    trouble("");
    /** @type {UploadedFile[]} */
    const rows = said.files;
    rows.forEach((row, index) => {
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
  for (let next = queue.shift(); next; next = queue.shift()) {
    await send(...next);
    show();
  }
  sending -= 1;
  if (sending === 0) await look();
}

/**
 * @param {UploadedFile} row
 * @param {File} file
 */
async function send(row, file) {
  let tries = 0;
  while (row.state === "coming") {
    const chunk = file.slice(row.received, row.received + page.chunk);
    const url = `${page.urls.receive.replace(/0$/, String(row.id))}?offset=${row.received}`;
    const { status, body } = await ask(url, { method: "PUT", body: chunk, withinMs: CHUNK_WITHIN_MS });
    broken = status === 0;
    if (broken) {
      tries += 1;
      if (tries > TRIES) {
        row.detail = gettext("The connection was lost: drop the file again to continue.");
        return;
      }
      show();
      await sleep(Math.min(500 * 2 ** tries, 10_000));
    } else if (status === 409 && body.received !== row.received && tries < TRIES) {
      row.received = body.received; // another tab sent this part, or a chunk was cut off
      tries += 1;
    } else if (status >= 400) {
      Object.assign(row, { state: "rejected", detail: body.error });
      return;
    } else {
      Object.assign(row, body);
      tries = 0;
    }
    show();
  }
}

const recount = () => {
  /** @type {UploadState["counts"]} */
  const found = {};
  for (const { state: name } of files.values()) found[name] = (found[name] ?? 0) + 1;
  return { ...counts, ...found };
};

// --- Dropped files

/**
 * @param {FileSystemEntry} entry
 * @param {string} [path]
 * @returns {Promise<Chosen[]>}
 */
async function entriesOf(entry, path = "") {
  if (entry.isFile) {
    const fileEntry = /** @type {FileSystemFileEntry} */ (entry);
    /** @type {File} */
    const file = await new Promise((done, fail) => fileEntry.file(done, fail));
    return [{ path: path + file.name, file }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) break;
    for (const inner of some) found.push(...(await entriesOf(inner, `${path}${entry.name}/`)));
  }
  return found;
}
const drop = byId("drop");
for (const event of /** @type {const} */ (["dragover", "dragenter"]))
  drop.addEventListener(event, (dragged) => {
    dragged.preventDefault();
    drop.classList.add("is-over");
  });
drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("is-over");
  const { items, files: plain } = event.dataTransfer ?? { items: [], files: [] };
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => Boolean(entry));
  const chosen = entries.length
    ? (await Promise.all(entries.map((entry) => (entry ? entriesOf(entry) : [])))).flat()
    : [...plain].map((file) => ({ path: file.name, file }));
  await announce(chosen);
});
for (const id of ["pick-files", "pick-folder"]) {
  const field = byId(id, HTMLInputElement);
  field.addEventListener("change", async () => {
    await announce([...(field.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
    field.value = "";
  });
}
addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});

// --- The list

/** @param {UploadedFile} row */
function line(row) {
  const tr = element("tr");
  const { latitude, longitude } = row;
  const placed = latitude !== null && longitude !== null;
  const where = placed ? ` · ${latitude.toFixed(4)}, ${longitude.toFixed(4)}` : "";
  const percent = row.size && row.state === "coming" ? ` ${Math.floor((100 * row.received) / row.size)} %` : "";
  tr.append(
    element("th", "", row.name, { scope: "row" }),
    element("td", "amount", row.archive ? "" : megabytes(row.size)),
    element("td", `upload-${row.state}`, `${WORDS[row.state]}${percent}${where}`),
    element("td", "", row.detail),
  );
  const tools = element("td");
  if (!row.archive && !state.taken_in && !state.job?.active) {
    const away = element("button", "button small-button", gettext("Remove"));
    away.setAttribute("aria-label", fill(gettext("Remove: {name}"), { name: row.name }));
    away.addEventListener("click", () => act({ act: "remove", files: [row.id] }));
    tools.append(away);
  }
  tr.append(tools);
  return tr;
}

let drawn = 0;
function show() {
  if (Date.now() - drawn < 150) return void setTimeout(() => Date.now() - drawn >= 150 && show(), 160);
  drawn = Date.now();
  showFiles();
  showProgress();
  showTools();
  showPlaces();
}

const total = () => Object.values(counts).reduce((sum, count) => sum + count, 0);
const isSending = () => sending > 0 || queue.length > 0;

/**
 * @param {FileState | ""} name
 * @param {string} words
 * @param {number} count
 */
function filterButton(name, words, count) {
  const made = element("button", "workshop-tab", `${words} `);
  made.append(element("b", "number", String(count)));
  made.setAttribute("aria-pressed", String(filter === name));
  made.addEventListener("click", () => {
    filter = name;
    drawn = 0;
    show();
  });
  return made;
}

function showFiles() {
  const each = ORDER.flatMap((name) => (counts[name] ? [filterButton(name, WORDS[name], counts[name])] : []));
  byId("filters").replaceChildren(filterButton("", gettext("All"), total()), ...each);
  const rows = [...files.values()]
    .filter((row) => !filter || row.state === filter)
    .sort((one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state));
  byId("files").replaceChildren(...rows.slice(0, MOST_ROWS).map(line));
  const hidden = (filter ? (counts[filter] ?? 0) : total()) - Math.min(rows.length, MOST_ROWS);
  byId("more").textContent = hidden > 0 ? fill(gettext("and {count} more"), { count: hidden }) : "";
  byId("files-box").hidden = total() === 0;
}

function showProgress() {
  const { job } = state;
  const bar = byId("bar", HTMLProgressElement);
  bar.hidden = !isSending() && !job?.active;
  if (isSending()) bar.value = share();
  else if (job?.total) bar.value = job.done / job.total;
  else bar.removeAttribute("value");
  const words = progressWords();
  byId("progress").hidden = !words;
  byId("progress-words").textContent = words;
}

/** What is sent and is not inside a ZIP. */
const sent = () => [...files.values()].filter(({ archive }) => !archive);
const received = () => sent().reduce((sum, row) => sum + row.received, 0);
const size = () => sent().reduce((sum, row) => sum + row.size, 0);
const share = () => (size() ? received() / size() : 0);

function progressWords() {
  const { job } = state;
  const { coming = 0, taken = 0, known = 0, unplaced = 0, rejected = 0 } = counts;
  if (isSending()) {
    const amount = fill(gettext("{count} of {most}"), { count: megabytes(received()), most: megabytes(size()) });
    return broken ? `${gettext("The connection is lost: trying again.")} ${amount}` : amount;
  }
  if (job?.active) {
    if (!job.phase) return gettext("Waiting for a worker…");
    return `${job.phase}: ${fill(gettext("{count} of {most}"), { count: job.done, most: job.total })}`;
  }
  if (coming) {
    const said = ngettext(
      "{count} file is incomplete: drop it again to continue where it stopped.",
      "{count} files are incomplete: drop them again to continue where they stopped.",
      coming,
    );
    return fill(said, { count: coming });
  }
  if (job && job.status !== "succeeded") return `${ENDS[job.status] ?? job.status} ${job.error}`;
  if (state.taken_in) {
    const said = gettext("Imported: {taken}. Waiting for review before they are played: {waiting}.");
    return fill(said, { taken, waiting: state.waiting });
  }
  if (!state.checked) return "";
  const said = gettext(
    "Checked, nothing is saved yet. New: {fresh}. Already stored: {known}. Without a place: {unplaced}. Rejected: {rejected}.",
  );
  return fill(said, { fresh: counts.new ?? 0, known, unplaced, rejected });
}

function showTools() {
  const { job } = state;
  const busy = isSending() || Boolean(job?.active);
  const open = !state.taken_in;
  const [check, takeIn] = [byId("check", HTMLButtonElement), byId("take", HTMLButtonElement)];
  byId("drop").hidden = !open || Boolean(job?.active);
  check.hidden = !open || (state.checked && !busy);
  check.disabled = busy || total() === 0 || Boolean(counts.coming);
  takeIn.hidden = !open || !state.checked || busy;
  takeIn.disabled = !counts.new && !counts.known;
  const fresh = counts.new ?? 0;
  takeIn.textContent = fill(ngettext("Import {count} photo", "Import {count} photos", fresh), { count: fresh });
  byId("to-review").hidden = open || !state.waiting || Boolean(job?.active);
  byId("cancel").hidden = !job?.active;
  byId("job").hidden = !job;
  if (job) byId("job", HTMLAnchorElement).href = job.url;
  byId("discard-box").hidden = !open || Boolean(job?.active);
  const step = state.taken_in
    ? "review"
    : state.checked
      ? "take"
      : total() && !counts.coming && !busy
        ? "check"
        : "bring";
  for (const item of all("#steps > *")) item.toggleAttribute("aria-current", item.dataset.step === step);
}

/** @param {UploadState} answer */
function take(answer) {
  state = answer;
  counts = answer.counts;
  files.clear();
  for (const row of answer.files) files.set(row.id, row);
  drawn = 0;
  show();
}
async function look() {
  const { status, body } = await ask(page.urls.state, { has: ["files", "counts"] });
  if (status === 200 && !sending) take(body); // else the next poll may succeed
}
setInterval(() => state.job?.active && look(), LOOK_EVERY_MS);

// --- Positions

/** @type {Board | undefined} */
let board;
/** @type {L.Marker | undefined} */
let pin;
/** @type {Set<number>} */
const chosen = new Set();
const put = byId("put", HTMLButtonElement);
function showPlaces() {
  const unplaced =
    state.taken_in || state.job?.active ? [] : [...files.values()].filter((row) => row.state === "unplaced");
  byId("place").hidden = unplaced.length === 0;
  for (const id of chosen) if (!unplaced.some((row) => row.id === id)) chosen.delete(id);
  put.disabled = chosen.size === 0 || !pin;
  const wanted = unplaced
    .slice(0, 60)
    .map(({ id }) => id)
    .join();
  if (byId("picks").dataset.shown !== wanted) {
    byId("picks").dataset.shown = wanted;
    byId("picks").replaceChildren(...unplaced.slice(0, 60).map(pick));
  }
  if (!unplaced.length || board) return;
  board = createMap(byId("map"), { basemap: page.basemap, bounds: page.bounds, tileUrl: page.tile_url });
  board.map.on("click", ({ latlng }) => putAt(latlng.lat, latlng.lng));
}
/** @param {UploadedFile} row */
function pick(row) {
  const item = element("li");
  const label = element("label");
  const box = element("input", "", "", { type: "checkbox", checked: chosen.has(row.id) });
  box.addEventListener("change", () => {
    chosen[box.checked ? "add" : "delete"](row.id);
    put.disabled = chosen.size === 0 || !pin;
  });
  const src = page.urls.picture.replace(/0\/picture$/, `${row.id}/picture`);
  const image = element("img", "", "", { src, alt: "", width: 120, height: 80, loading: "lazy" });
  image.addEventListener("error", () => image.remove());
  label.append(box, image, element("span", "small", row.name), element("span", "small muted", row.detail));
  item.append(label);
  return item;
}
/**
 * @param {number} latitude
 * @param {number} longitude
 */
function putAt(latitude, longitude) {
  if (!board || !Number.isFinite(latitude) || !Number.isFinite(longitude)) return;
  pin ??= makePin(board, latitude, longitude);
  pin.setLatLng([latitude, longitude]);
  byId("latitude", HTMLInputElement).value = latitude.toFixed(6);
  byId("longitude", HTMLInputElement).value = longitude.toFixed(6);
  put.disabled = chosen.size === 0;
}
/**
 * @param {Board} on
 * @param {number} latitude
 * @param {number} longitude
 */
function makePin(on, latitude, longitude) {
  const options = { className: "map-pin", interactive: true, draggable: true };
  const made = createMark("truth", [latitude, longitude], options).addTo(on.map);
  made.on("dragend", () => putAt(made.getLatLng().lat, made.getLatLng().lng));
  return made;
}
for (const id of ["latitude", "longitude"])
  byId(id).addEventListener("change", () => {
    const [latitude, longitude] = [byId("latitude", HTMLInputElement).value, byId("longitude", HTMLInputElement).value];
    if (latitude && longitude) putAt(Number(latitude), Number(longitude));
  });
put.addEventListener("click", () => {
  if (!pin) return;
  const { lat, lng } = pin.getLatLng();
  act({ act: "place", files: [...chosen], latitude: lat, longitude: lng });
});

byId("check").addEventListener("click", () => act({ act: "check" }));
byId("take").addEventListener("click", () => act({ act: "take_in" }));
byId("discard").addEventListener("click", () => act({ act: "discard" }));
byId("cancel").addEventListener("click", () => act({ act: "cancel" }));
take(page);
