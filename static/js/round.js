// The round page: a pin, a clock, one guess, then the reveal. The server decides everything that counts.
import { get, post } from "./api.js";
import { fetchJson } from "./basemap.js";
import { ServerClock } from "./clock.js";
import { clock as clockText } from "./format.js";
import { createMap, createMark } from "./map.js";
import { createPicture } from "./picture.js";
import { createPlaceSearch } from "./place_search.js";
import { reveal } from "./reveal.js";
import { openSocket } from "./socket.js";
import { showNamedState } from "./streak.js";

const SHRINK_AFTER_MS = 700; // after the pointer left the map
const DRAFT_AFTER_MS = 350; // a dragged pin is sent when it rests
const URGENT_MS = 10_000;
const GRACE_MS = 700; // the server waits half a second for guesses that are on their way; asking earlier is asking twice
const QUIET_AFTER_REVEAL_MS = 500; // a Space that was meant to confirm must not skip the result
const SIZES = 4; // map sizes, in round.css

const byId = (id) => document.getElementById(id);
const state = JSON.parse(byId("round-state").textContent);
const page = document.querySelector(".round");
const guessPanel = byId("guess");
const action = byId("action");
const narrow = matchMedia("(max-width: 40rem), (max-height: 28rem) and (pointer: coarse)");
const serverClock = new ServerClock(state.server_now_ms);

let phase = "guess"; // guess → sending → guess | revealed; "over" when the round was locked and its result is not here yet
let pin = null;
let revealedAt = 0;
let closeSocket = () => {};
let fetching = false;

const remember = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage is blocked: kept for this page only
  }
};
const recall = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};
const announce = (text) => {
  byId("announce").textContent = text;
};

// --- The picture

const picture = createPicture(byId("picture"));
const image = byId("picture").querySelector("img");
function pictureState(name) {
  byId("picture").dataset.state = name;
  byId("picture").querySelector(".picture-error").hidden = name !== "error";
}
image.addEventListener("load", () => pictureState("ready"));
image.addEventListener("error", () => pictureState("error"));
if (image.complete) pictureState(image.naturalWidth ? "ready" : "error");
byId("picture-retry").addEventListener("click", () => {
  pictureState("loading");
  image.src = `${state.image_url}?again=${Date.now()}`;
});
byId("picture-in").addEventListener("click", () => picture.zoomBy(1.5));
byId("picture-out").addEventListener("click", () => picture.zoomBy(1 / 1.5));
byId("picture-reset").addEventListener("click", () => picture.reset());

// --- The map and its pin

const board = createMap(byId("map"), { basemap: state.basemap, bounds: state.bounds, tileUrl: state.tile_url });
board.ready.catch(() => {
  byId("map-error").hidden = false;
});
byId("map-retry").addEventListener("click", () => location.reload());

let draftTimer;
function putPin(latLng, { send = true } = {}) {
  const at = latLng.wrap();
  if (!pin) {
    pin = createMark("you", at, { draggable: true, interactive: true, className: "map-pin", autoPan: true });
    pin.on("dragstart", () => guessPanel.classList.add("is-open"));
    pin.on("dragend", () => putPin(pin.getLatLng()));
    pin.addTo(board.map);
  }
  pin.setLatLng(at);
  byId("map-hint").hidden = true;
  if (send) {
    clearTimeout(draftTimer);
    draftTimer = setTimeout(() => post(state.urls.draft, position()).then(({ body }) => showNamedState(body.state)), DRAFT_AFTER_MS);
  }
  showAction();
}
const position = () => ({ latitude: pin.getLatLng().lat, longitude: pin.getLatLng().lng });

let swallowClick = false; // the touch that opened the small map is not a guess
byId("map").addEventListener("pointerdown", (event) => {
  swallowClick = event.pointerType === "touch" && phase === "guess" && !isOpen();
  if (swallowClick) openMap();
});
byId("map").addEventListener("pointermove", () => delete page.dataset.keyboard);
board.map.on("click", (event) => {
  if (phase !== "guess" || swallowClick) return;
  putPin(event.latlng);
  announce("Pin dropped.");
});

createPlaceSearch(byId("place"), byId("places"), {
  load: () => fetchJson(state.basemap["search.json"]),
  onChoose({ name, latitude, longitude, bounds }) {
    if (phase !== "guess") return;
    putPin(window.L.latLng(latitude, longitude));
    board.showPlace(bounds);
    announce(`Pin in ${name}. Confirm with the button below, or with Space on the map.`);
  },
});

// --- How large the map is

let size = Math.min(SIZES, Math.max(1, Number(recall("map-size")) || 2));
let shrinkTimer;
const isOpen = () => guessPanel.classList.contains("is-open");
function showSize() {
  guessPanel.dataset.size = String(size);
  byId("map-shrink").disabled = size === 1;
  byId("map-grow").disabled = size === SIZES;
}
function openMap() {
  clearTimeout(shrinkTimer);
  guessPanel.classList.add("is-open");
  showAction();
}
function closeMap() {
  clearTimeout(shrinkTimer);
  guessPanel.classList.remove("is-open");
  showAction();
}
function shrinkSoon() {
  clearTimeout(shrinkTimer);
  if (!narrow.matches && !isPinned() && phase !== "revealed")
    shrinkTimer = setTimeout(() => {
      const inUse = guessPanel.matches(":hover, :has(:focus-visible)") || "keyboard" in page.dataset;
      if (!inUse) closeMap();
    }, SHRINK_AFTER_MS);
}
const isPinned = () => byId("map-pin").getAttribute("aria-pressed") === "true";
function setPinned(pinned) {
  byId("map-pin").setAttribute("aria-pressed", String(pinned));
  remember("map-pinned", String(pinned));
  if (pinned) openMap();
}
function resize(step) {
  size = Math.min(SIZES, Math.max(1, size + step));
  remember("map-size", String(size));
  showSize();
}
byId("map-grow").addEventListener("click", () => resize(1));
byId("map-shrink").addEventListener("click", () => resize(-1));
byId("map-pin").addEventListener("click", () => setPinned(!isPinned()));
byId("map-in").addEventListener("click", () => board.zoomBy(1));
byId("map-out").addEventListener("click", () => board.zoomBy(-1));
byId("map-close").addEventListener("click", closeMap);
guessPanel.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && openMap());
guessPanel.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && shrinkSoon());
guessPanel.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && openMap());
guessPanel.addEventListener("focusout", (event) => !guessPanel.contains(event.relatedTarget) && shrinkSoon());
byId("picture").addEventListener("pointerdown", () => {
  delete page.dataset.keyboard;
  if (!narrow.matches && !isPinned() && phase === "guess") closeMap();
});
narrow.addEventListener("change", () => showAction());

// --- The one action button

function showAction(note = "") {
  byId("action-note").hidden = !note;
  byId("action-note").textContent = note;
  const [label, enabled] =
    phase === "sending" ? ["Sending…", false]
    : phase === "over" ? ["Time is up…", false]
    : narrow.matches && !isOpen() ? [pin ? "Back to the map" : "Open the map", true]
    : pin ? ["Confirm guess", true]
    : ["Drop a pin first", false];
  action.textContent = label;
  action.disabled = !enabled;
  guessPanel.classList.toggle("has-pin", Boolean(pin));
}
action.addEventListener("click", () => (narrow.matches && !isOpen() ? openMap() : confirm()));

async function confirm() {
  if (phase !== "guess" || !pin) return;
  phase = "sending";
  clearTimeout(draftTimer);
  pin.dragging.disable();
  showAction();
  const { status, body } = await post(state.urls.guess, position());
  if (phase !== "sending") return; // another tab or the clock was first, and the result is on its way
  if (status === 200) return finish(body);
  phase = "guess";
  pin.dragging.enable();
  showAction(
    status === 400 ? body.error
    : status === 0 ? "The site cannot be reached. Your pin is kept: try again."
    : "That did not work. Your pin is kept: try again.",
  );
}

function endGuessing() {
  if (phase !== "guess") return;
  phase = "over";
  clearTimeout(draftTimer);
  pin?.dragging.disable();
  showAction();
}

/** Fetch the result of a round that the clock or another tab has locked, however long it takes. */
async function fetchResult() {
  if (fetching || phase === "revealed") return;
  fetching = true;
  endGuessing();
  for (let pause = 300; phase !== "revealed"; pause = Math.min(pause * 2, 10_000)) {
    const { status, body } = await get(state.urls.result);
    if (status === 200) return finish(body);
    const wait = status === 425 ? body.retry_ms : pause;
    showAction(status === 425 ? "" : "The site cannot be reached. Trying again…");
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function finish(result, { animate = true } = {}) {
  if (phase === "revealed") return;
  phase = "revealed";
  revealedAt = performance.now();
  closeSocket();
  clearInterval(ticker);
  clearTimeout(shrinkTimer);
  byId("clock").hidden = true;
  byId("connection").hidden = true;
  delete page.dataset.keyboard;
  pin?.remove();
  page.dataset.phase = "reveal";
  guessPanel.classList.remove("is-open");
  reveal(board, result, state, { animate, announce });
}

// --- Seeing the picture again, after the reveal

function showPicture(shown) {
  page.classList.toggle("picture-on-top", shown);
  byId("picture-close").hidden = !shown;
  (shown ? byId("picture-close") : byId("picture-open")).focus();
}
byId("picture-open").addEventListener("click", () => showPicture(true));
byId("picture-close").addEventListener("click", () => showPicture(false));

// --- The clock and the socket

let alarmed = false;
function tick() {
  const left = state.deadline_ms - serverClock.now();
  byId("clock-time").textContent = clockText(left);
  byId("clock").classList.toggle("urgent", left <= URGENT_MS);
  if (left <= URGENT_MS && !alarmed && left > 0) {
    alarmed = true;
    byId("alarm").textContent = pin ? "Ten seconds left. Your pin counts when time is up." : "Ten seconds left and no pin yet.";
  }
  if (left <= 0 && phase === "guess") {
    if (pin) post(state.urls.draft, position()); // the pin as it stands, also while it is being dragged
    endGuessing();
  }
  if (left <= -GRACE_MS && phase === "over") fetchResult();
}
const ticker = state.deadline_ms && !state.result ? setInterval(tick, 200) : undefined;
if (ticker) tick();

let disconnectedTimer;
function showConnection() {
  const text = navigator.onLine === false ? "You are offline. Your pin is kept; go on when the connection is back." : "";
  byId("connection").textContent = text;
  byId("connection").hidden = !text || phase === "revealed";
}
addEventListener("online", showConnection);
addEventListener("offline", showConnection);

if (!state.result) {
  closeSocket = openSocket(state.urls.socket, {
    onState(connected) {
      clearTimeout(disconnectedTimer);
      if (connected) return showConnection();
      disconnectedTimer = setTimeout(() => {
        if (!state.deadline_ms || navigator.onLine === false || phase === "revealed") return;
        byId("connection").textContent = "Reconnecting… the clock goes on.";
        byId("connection").hidden = false;
      }, 3000);
    },
    onMessage(message) {
      if (message.type === "pong") serverClock.learn(message.t, message.server_now_ms);
      const locked = message.type === "locked" || (message.type === "snapshot" && message.locked);
      if (locked && phase !== "sending") fetchResult();
    },
  });
}

// --- Keys: enough to play without a pointer

function keyboardMap(act) {
  if (phase === "guess") {
    openMap();
    board.settle();
    page.dataset.keyboard = "";
  }
  act();
}
function dropAtCentre() {
  if (phase !== "guess") return;
  keyboardMap(() => putPin(board.map.getCenter()));
  announce("Pin dropped at the cross-hair. Space confirms.");
}
function goOn() {
  if (phase === "guess") confirm();
  else if (phase === "revealed" && performance.now() - revealedAt > QUIET_AFTER_REVEAL_MS) byId("next").click();
}
const KEYS = {
  ArrowLeft: () => keyboardMap(() => board.step(-1, 0)),
  ArrowRight: () => keyboardMap(() => board.step(1, 0)),
  ArrowUp: () => keyboardMap(() => board.step(0, -1)),
  ArrowDown: () => keyboardMap(() => board.step(0, 1)),
  "+": () => keyboardMap(() => board.zoomBy(1)),
  "=": () => keyboardMap(() => board.zoomBy(1)),
  "-": () => keyboardMap(() => board.zoomBy(-1)),
  m: () => phase === "guess" && (isOpen() ? closeMap() : (openMap(), byId("map").focus())),
  "/": () => phase === "guess" && (openMap(), byId("place").focus()),
  "?": () => byId("keys").showModal(),
  Escape: () => (page.classList.contains("picture-on-top") ? showPicture(false) : phase === "guess" && closeMap()),
};
const ONCE = new Set([" ", "Enter", "m", "?", "/"]); // holding these down does nothing more
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const target = event.target;
  if (target.matches("input, textarea, select")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const onButton = target.closest("button") !== null || (key === "Enter" && target.closest("a") !== null);
  if (onButton && (key === " " || key === "Enter")) return;
  const act = key === " " ? goOn : key === "Enter" ? (phase === "revealed" ? goOn : dropAtCentre) : KEYS[key];
  if (!act) return;
  event.preventDefault();
  if (event.repeat && ONCE.has(key)) return;
  act();
});
byId("show-keys").addEventListener("click", () => byId("keys").showModal());

// --- Start as the server says

if (matchMedia("(pointer: coarse)").matches) byId("map-hint").textContent = "Tap the map to drop your pin";
showSize();
setPinned(recall("map-pinned") === "true" && !narrow.matches);
if (state.draft) putPin(window.L.latLng(state.draft.latitude, state.draft.longitude), { send: false });
showAction();
if (state.result) finish(state.result, { animate: false });
addEventListener("pageshow", (event) => event.persisted && location.reload());
