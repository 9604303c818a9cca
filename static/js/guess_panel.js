// The panel for guessing: the picture, the map with its pin, the map's sizes, the action button and the keys. The page
// handles drafts and confirmations, and sets the panel's phase.
import { fetchJson } from "./basemap.js";
import { createMap, createMark } from "./map.js";
import { createPicture } from "./picture.js";
import { createPlaceSearch } from "./place_search.js";
import { play } from "./sound.js";
import { fill } from "./words.js";

const SHRINK_AFTER_MS = 700; // after the pointer left the map
const DRAFT_AFTER_MS = 350; // a dragged pin is sent when it rests
const QUIET_AFTER_REVEAL_MS = 500; // a second Space meant to confirm must not skip the result
const SIZES = 4; // map sizes, in round.css

const byId = (id) => document.getElementById(id);

const remember = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage is blocked: the size is kept for this page only
  }
};
const recall = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

/** Announce to screen readers (aria-live=polite). */
export const announce = (text) => {
  byId("announce").textContent = text;
};

/**
 * The panel of a page that includes picture.html, guess.html and keys.html.
 * `onDraft(position)` when the pin rests, `onConfirm()` for the button or Space, `onGoOn()` for Space after the reveal.
 * `labels` are the button's texts in phases in which it does nothing: {sending, over, …}.
 */
export function createGuessPanel({ basemap, bounds, tileUrl, labels, onDraft, onConfirm, onGoOn }) {
  const page = document.querySelector(".round");
  const guessPanel = byId("guess");
  const action = byId("action");
  const narrow = matchMedia("(max-width: 40rem), (max-height: 28rem) and (pointer: coarse)");
  let phase = "guess"; // "revealed" when the map shows the answer; the pin is movable in "guess" only
  let pin = null;
  let revealedAt = 0;

  // --- The picture

  const view = byId("picture");
  const image = view.querySelector("img");
  const picture = createPicture(view);
  const pictureState = (name) => {
    view.dataset.state = name;
    view.querySelector(".picture-error").hidden = name !== "error";
  };
  image.addEventListener("load", () => pictureState("ready"));
  image.addEventListener("error", () => pictureState("error"));
  if (image.complete && image.getAttribute("src")) pictureState(image.naturalWidth ? "ready" : "error");
  byId("picture-retry").addEventListener("click", () => {
    pictureState("loading");
    image.src = `${image.src.split("?")[0]}?again=${Date.now()}`;
  });
  byId("picture-in").addEventListener("click", () => picture.zoomBy(1.5));
  byId("picture-out").addEventListener("click", () => picture.zoomBy(1 / 1.5));
  byId("picture-reset").addEventListener("click", () => picture.reset());

  function showPicture({ url, width, height }) {
    pictureState("loading");
    image.src = url;
    picture.resize(width, height);
  }

  // --- The map and its pin

  const board = createMap(byId("map"), { basemap, bounds, tileUrl });
  board.ready.catch(() => {
    byId("map-error").hidden = false;
  });
  byId("map-retry").addEventListener("click", () => location.reload());

  const position = () => ({ latitude: pin.getLatLng().lat, longitude: pin.getLatLng().lng });
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
      play("pin");
      clearTimeout(draftTimer);
      draftTimer = setTimeout(() => onDraft(position()), DRAFT_AFTER_MS);
    }
    showAction();
  }
  function takePin() {
    pin?.remove();
    pin = null;
  }

  let swallowClick = false; // the touch that opened the small map is not a guess
  byId("map").addEventListener("pointerdown", (event) => {
    swallowClick = event.pointerType === "touch" && phase === "guess" && !isOpen();
    if (swallowClick) openMap();
  });
  byId("map").addEventListener("pointermove", () => delete page.dataset.keyboard);
  board.map.on("click", (event) => {
    if (phase !== "guess" || swallowClick) return;
    putPin(event.latlng);
    announce(gettext("Pin dropped."));
  });

  createPlaceSearch(byId("place"), byId("places"), {
    load: () => fetchJson(basemap["search.json"]),
    onChoose({ name, latitude, longitude, bounds: placeBounds }) {
      if (phase !== "guess") return;
      putPin(window.L.latLng(latitude, longitude));
      board.showPlace(placeBounds);
      announce(fill(gettext("Pin in {name}. Confirm with the button below, or with Space on the map."), { name }));
    },
  });

  // --- The map's size

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
  view.addEventListener("pointerdown", () => {
    delete page.dataset.keyboard;
    if (!narrow.matches && !isPinned() && phase === "guess") closeMap();
  });
  narrow.addEventListener("change", () => showAction());

  // --- The action button

  function showAction(note = "") {
    byId("action-note").hidden = !note;
    byId("action-note").textContent = note;
    const [label, enabled] =
      phase in labels ? [labels[phase], false]
      : narrow.matches && !isOpen() ? [pin ? gettext("Back to the map") : gettext("Open the map"), true]
      : pin ? [gettext("Confirm guess"), true]
      : [gettext("Drop a pin first"), false];
    action.textContent = label;
    action.disabled = !enabled;
    guessPanel.classList.toggle("has-pin", Boolean(pin));
  }
  const confirm = () => phase === "guess" && pin && onConfirm();
  action.addEventListener("click", () => (narrow.matches && !isOpen() ? openMap() : confirm()));

  // --- Phases

  /** Set the phase; `note` is shown above the button. */
  function setPhase(name, note = "") {
    phase = name;
    if (name !== "guess") clearTimeout(draftTimer);
    if (name === "locked") play("lock");
    if (name === "guess") pin?.dragging.enable();
    else pin?.dragging.disable();
    if (name === "revealed") {
      revealedAt = performance.now();
      clearTimeout(shrinkTimer);
      delete page.dataset.keyboard;
      pin?.remove();
      page.dataset.phase = "reveal";
      guessPanel.classList.remove("is-open");
    }
    showAction(note);
  }

  /** Start a new round on the same page: its picture, and the pin's stored position. */
  function startRound(newPicture, draft) {
    lookAtPicture(false);
    takePin();
    byId("place").value = "";
    page.dataset.phase = "guess";
    byId("map-hint").hidden = false;
    showPicture(newPicture);
    board.frame(window.L.latLngBounds(bounds));
    if (isPinned()) openMap();
    else closeMap();
    if (draft) putPin(window.L.latLng(draft.latitude, draft.longitude), { send: false });
  }

  // --- Switching between map and picture: after the reveal, and on a pupil's page, which starts with the map

  function lookAtPicture(shown) {
    page.classList.toggle("picture-on-top", shown);
    byId("picture-close").hidden = !shown;
  }
  byId("picture-open").addEventListener("click", () => {
    if (phase !== "revealed") return closeMap(); // the picture is behind it
    lookAtPicture(true);
    byId("picture-close").focus();
  });
  byId("picture-close").addEventListener("click", () => {
    lookAtPicture(false);
    byId("picture-open").focus();
  });

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
    announce(gettext("Pin dropped at the cross-hair. Space confirms."));
  }
  function goOn() {
    if (phase === "guess") confirm();
    else if (phase === "revealed" && performance.now() - revealedAt > QUIET_AFTER_REVEAL_MS) onGoOn();
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
    Escape: () => (page.classList.contains("picture-on-top") ? byId("picture-close").click() : phase === "guess" && closeMap()),
  };
  const ONCE = new Set([" ", "Enter", "m", "?", "/"]); // these do not repeat while held down
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const target = event.target;
    if (page.hidden || target.matches("input, textarea, select")) return;
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

  if (matchMedia("(pointer: coarse)").matches) byId("map-hint").textContent = gettext("Tap the map to drop your pin");
  showSize();
  setPinned(recall("map-pinned") === "true" && !narrow.matches);
  showAction();

  return {
    board,
    setPhase,
    startRound,
    openMap,
    putPin,
    /** The pin's {latitude, longitude}, or null. */
    position: () => (pin ? position() : null),
    phase: () => phase,
  };
}
