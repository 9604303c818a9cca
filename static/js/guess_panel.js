// @ts-check
// The panel for guessing: the picture, the map with its pin, the action button and the keys. The page handles drafts and
// confirmations, and sets the panel's phase.
import { announce, byId, one } from "./dom.js";
import { createMap } from "./map.js";
import { createMapSize } from "./map_size.js";
import { listenToKeys } from "./panel_keys.js";
import { createPanelPicture } from "./panel_picture.js";
import { createPin } from "./panel_pin.js";
import { play } from "./sound.js";

const QUIET_AFTER_REVEAL_MS = 500; // a second Space meant to confirm must not skip the result

/** @typedef {ReturnType<typeof createGuessPanel>} Panel */

/**
 * The panel of a page that includes picture.html, guess.html and keys.html.
 * @param {object} page
 * @param {Record<string, string>} page.basemap
 * @param {Bounds} page.bounds
 * @param {string} page.tileUrl
 * @param {Record<string, string>} page.labels the button's texts in phases in which it does nothing: {sending, over, …}
 * @param {(position: Position) => void} page.onDraft when the pin rests
 * @param {() => void} page.onConfirm for the button or Space
 * @param {() => void} page.onGoOn for Space after the reveal
 */
export function createGuessPanel({ basemap, bounds, tileUrl, labels, onDraft, onConfirm, onGoOn }) {
  const page = one(document, ".round");
  const action = byId("action", HTMLButtonElement);
  let note = ""; // above the button; it stays until the next attempt
  let phase = "guess"; // "revealed" when the map shows the answer; the pin is movable in "guess" only
  let revealedAt = 0;
  const isGuessing = () => phase === "guess";

  const size = createMapSize({ page, phase: () => phase, onChange: () => showAction() });
  const picture = createPanelPicture(page);
  const board = createMap(byId("map"), { basemap, bounds, tileUrl });
  const pin = createPin({
    board,
    places: basemap["search.json"],
    size,
    mayPut: isGuessing,
    onChange: () => showAction(),
    onRest: onDraft,
  });
  board.ready.catch(() => {
    byId("map-error").hidden = false;
  });
  byId("map-retry").addEventListener("click", () => location.reload());
  byId("map-in").addEventListener("click", () => board.zoomBy(1));
  byId("map-out").addEventListener("click", () => board.zoomBy(-1));
  byId("picture-open").addEventListener("click", () => {
    if (phase === "revealed") picture.lookAgain();
    else size.close(); // the picture is behind it
  });

  // --- The action button

  function showAction() {
    byId("action-note").hidden = !note;
    byId("action-note").textContent = note;
    [action.textContent, action.disabled] = actionNow();
    byId("guess").classList.toggle("has-pin", pin.isThere());
  }
  /** @returns {[string, boolean]} the button's text, and whether it does nothing */
  function actionNow() {
    if (phase in labels) return [labels[phase], true];
    if (size.isNarrow() && !size.isOpen())
      return [pin.isThere() ? gettext("Back to the map") : gettext("Open the map"), false];
    return pin.isThere() ? [gettext("Confirm guess"), false] : [gettext("Drop a pin first"), true];
  }
  function confirm() {
    if (isGuessing() && pin.isThere()) onConfirm();
  }
  action.addEventListener("click", () => (size.isNarrow() && !size.isOpen() ? size.open() : confirm()));

  // --- Keys

  listenToKeys({
    page,
    board,
    size,
    phase: () => phase,
    pictureOnTop: picture.isOnTop,
    toggleClues: picture.toggleClues,
    dropPin() {
      pin.put(board.map.getCenter());
      announce(gettext("Pin dropped at the cross-hair. Press Space to confirm."));
    },
    goOn() {
      if (isGuessing()) confirm();
      else if (phase === "revealed" && performance.now() - revealedAt > QUIET_AFTER_REVEAL_MS) onGoOn();
    },
  });

  // --- Phases

  /**
   * Set the phase. The text is shown above the button; without one, an earlier text stays if the phase does.
   * @param {string} name
   * @param {string} [text]
   */
  function setPhase(name, text) {
    note = text ?? (name === phase ? note : "");
    phase = name;
    pin.setFree(isGuessing());
    if (name === "locked") play("lock");
    if (name === "revealed") {
      revealedAt = performance.now();
      delete page.dataset.keyboard;
      pin.hide();
      page.dataset.phase = "reveal";
      size.close();
    }
    showAction();
  }

  /**
   * Start a new round on the same page: its picture, and the pin's stored position.
   * @param {RoomSocket.Picture} newPicture
   * @param {Position | null} draft
   */
  function startRound(newPicture, draft) {
    pin.restart();
    note = "";
    page.dataset.phase = "guess";
    picture.show(newPicture);
    board.frame(window.L.latLngBounds(bounds));
    size.restart();
    if (draft) putPin(draft);
  }

  /** @param {Position} position of the pin as it was left, which the server knows */
  function putPin({ latitude, longitude }) {
    pin.put(window.L.latLng(latitude, longitude), { send: false });
  }

  if (matchMedia("(pointer: coarse)").matches) byId("map-hint").textContent = gettext("Tap the map to drop your pin");
  size.start();
  showAction();

  return {
    board,
    setPhase,
    startRound,
    openMap: size.open,
    setClues: picture.setClues,
    putPin,
    position: pin.position,
    phase: () => phase,
  };
}
