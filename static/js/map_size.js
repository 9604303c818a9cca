// @ts-check
// The size of the map over the picture: open or small, one of four sizes, kept open by choice.
import { byId } from "./dom.js";
import { recall, remember } from "./storage.js";

const SHRINK_AFTER_MS = 700; // after the pointer left the map
const SIZES = 4; // map sizes, in round.css

/** @typedef {ReturnType<typeof createMapSize>} MapSize */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.page
 * @param {() => string} parts.phase the panel's
 * @param {() => void} parts.onChange when the map was opened or closed
 */
export function createMapSize({ page, phase, onChange }) {
  const panel = byId("guess");
  const narrow = matchMedia("(max-width: 40rem), (max-height: 28rem) and (pointer: coarse)");
  let size = clamp(Number(recall("map-size")) || 2);
  /** @type {number | undefined} */
  let shrinkTimer;

  const isOpen = () => panel.classList.contains("is-open");
  const isPinned = () => byId("map-pin").getAttribute("aria-pressed") === "true";

  /** @param {boolean} wanted */
  function setOpen(wanted) {
    clearTimeout(shrinkTimer);
    panel.classList.toggle("is-open", wanted);
    onChange();
  }
  const open = () => setOpen(true);
  const close = () => setOpen(false);

  function shrinkSoon() {
    clearTimeout(shrinkTimer);
    if (narrow.matches || isPinned() || phase() === "revealed") return;
    shrinkTimer = setTimeout(() => {
      const inUse = panel.matches(":hover, :has(:focus-visible)") || "keyboard" in page.dataset;
      if (!inUse) close();
    }, SHRINK_AFTER_MS);
  }

  /** @param {boolean} pinned */
  function setPinned(pinned) {
    byId("map-pin").setAttribute("aria-pressed", String(pinned));
    remember("map-pinned", String(pinned));
    if (pinned) open();
  }
  /** @param {number} step */
  function resize(step) {
    size = clamp(size + step);
    remember("map-size", String(size));
    showSize();
  }
  function showSize() {
    panel.dataset.size = String(size);
    byId("map-shrink", HTMLButtonElement).disabled = size === 1;
    byId("map-grow", HTMLButtonElement).disabled = size === SIZES;
  }

  byId("map-grow").addEventListener("click", () => resize(1));
  byId("map-shrink").addEventListener("click", () => resize(-1));
  byId("map-pin").addEventListener("click", () => setPinned(!isPinned()));
  byId("map-close").addEventListener("click", close);
  const opens = () => phase() !== "revealed"; // then the map has a place of its own, and the picture may lie over it
  panel.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && opens() && open());
  panel.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && shrinkSoon());
  panel.addEventListener(
    "focusin",
    (event) => event.target instanceof Element && event.target.matches(":focus-visible") && opens() && open(),
  );
  panel.addEventListener("focusout", (event) => {
    const within = event.relatedTarget instanceof Node && panel.contains(event.relatedTarget);
    if (!within) shrinkSoon();
  });
  byId("picture").addEventListener("pointerdown", () => {
    delete page.dataset.keyboard;
    if (!narrow.matches && !isPinned() && phase() === "guess") close();
  });
  narrow.addEventListener("change", onChange);

  return {
    open,
    close,
    isOpen,
    /** Whether the map covers the picture while it is open. */
    isNarrow: () => narrow.matches,
    /** As a new round finds it. */
    restart: () => setOpen(isPinned()),
    /** As the page's first round finds it. */
    start() {
      showSize();
      setPinned(recall("map-pinned") === "true" && !narrow.matches);
    },
  };
}

/** @param {number} size */
function clamp(size) {
  return Math.min(SIZES, Math.max(1, size));
}
