// @ts-check
// Keys: enough to play without a pointer.
import { byId } from "./dom.js";
import { keyOf } from "./keys.js";

/** @import { Board } from "./map.js" */
/** @import { MapSize } from "./map_size.js" */

const ONCE = new Set([" ", "Enter", "m", "c", "?", "/"]); // these do not repeat while held down

/**
 * @param {object} parts
 * @param {HTMLElement} parts.page
 * @param {Board} parts.board
 * @param {MapSize} parts.size
 * @param {() => string} parts.phase
 * @param {() => boolean} parts.pictureOnTop
 * @param {() => void} parts.toggleClues
 * @param {() => void} parts.dropPin at the middle of the map
 * @param {() => void} parts.goOn
 */
export function listenToKeys({ page, board, size, phase, pictureOnTop, toggleClues, dropPin, goOn }) {
  const guessing = () => phase() === "guess";
  const keysDialog = byId("keys", HTMLDialogElement);

  /**
   * With the map open and its cross-hair shown.
   * @param {() => void} act
   */
  function onMap(act) {
    if (guessing()) {
      size.open();
      board.settle();
      page.dataset.keyboard = "";
    }
    act();
  }
  /** @param {string} id */
  function openAt(id) {
    size.open();
    byId(id).focus();
  }
  function escape() {
    if (pictureOnTop()) byId("picture-close").click();
    else if (guessing()) size.close();
  }

  /** @type {Record<string, () => void>} */
  const keys = {
    " ": goOn,
    Enter: () => {
      if (phase() === "revealed") goOn();
      else if (guessing()) onMap(dropPin);
    },
    ArrowLeft: () => onMap(() => board.step(-1, 0)),
    ArrowRight: () => onMap(() => board.step(1, 0)),
    ArrowUp: () => onMap(() => board.step(0, -1)),
    ArrowDown: () => onMap(() => board.step(0, 1)),
    "+": () => onMap(() => board.zoomBy(1)),
    "=": () => onMap(() => board.zoomBy(1)),
    "-": () => onMap(() => board.zoomBy(-1)),
    m: () => guessing() && (size.isOpen() ? size.close() : openAt("map")),
    c: () => phase() === "revealed" && toggleClues(),
    "/": () => guessing() && openAt("place"),
    "?": () => keysDialog.showModal(),
    Escape: escape,
  };
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      document.querySelector("dialog[open]")
    )
      return;
    if (page.hidden || !(target instanceof Element) || target.matches("input, textarea, select")) return;
    const key = keyOf(event);
    const onButton = target.closest("button") !== null || (key === "Enter" && target.closest("a") !== null);
    if (onButton && (key === " " || key === "Enter")) return;
    const act = keys[key];
    if (!act) return;
    event.preventDefault();
    if (event.repeat && ONCE.has(key)) return;
    act();
  });
  byId("map").addEventListener("pointermove", () => delete page.dataset.keyboard);
  byId("show-keys").addEventListener("click", () => keysDialog.showModal());
}
