// @ts-check
// The pin on the map: put by a click, a drag, a key or a place's name; where it rests is told.
import { fetchJson } from "./basemap.js";
import { announce, byId } from "./dom.js";
import { createMark } from "./map.js";
import { createPlaceSearch } from "./place_search.js";
import { play } from "./sound.js";
import { fill } from "./words.js";

/** @import { Board } from "./map.js" */
/** @import { MapSize } from "./map_size.js" */

const DRAFT_AFTER_MS = 350; // a dragged pin is sent when it rests

/**
 * @param {object} parts
 * @param {Board} parts.board
 * @param {string} parts.places address of the list of places
 * @param {MapSize} parts.size
 * @param {() => boolean} parts.mayPut
 * @param {() => void} parts.onChange
 * @param {(position: Position) => void} parts.onRest
 */
export function createPin({ board, places, size, mayPut, onChange, onRest }) {
  /** @type {L.Marker | null} */
  let pin = null;
  /** @type {number | undefined} */
  let restTimer;

  /** Latitude and longitude, or null where there is no pin. */
  function position() {
    if (!pin) return null;
    const { lat, lng } = pin.getLatLng();
    return { latitude: lat, longitude: lng };
  }

  /**
   * @param {L.LatLng} latLng
   * @param {{send?: boolean}} [how]
   */
  function put(latLng, { send = true } = {}) {
    const at = latLng.wrap();
    pin ??= create(at);
    pin.setLatLng(at);
    byId("map-hint").hidden = true;
    if (send) {
      play("pin");
      clearTimeout(restTimer);
      restTimer = setTimeout(() => {
        const now = position();
        if (now) onRest(now);
      }, DRAFT_AFTER_MS);
    }
    onChange();
  }

  /** @param {L.LatLng} at */
  function create(at) {
    const options = { draggable: true, interactive: true, className: "map-pin", autoPan: true };
    const made = createMark("you", at, options).addTo(board.map);
    made.on("dragstart", () => byId("guess").classList.add("is-open"));
    made.on("dragend", () => put(made.getLatLng()));
    return made;
  }

  let swallowClick = false; // the touch that opened the small map is not a guess
  byId("map").addEventListener("pointerdown", (event) => {
    swallowClick = event.pointerType === "touch" && mayPut() && !size.isOpen();
    if (swallowClick) size.open();
  });
  board.map.on("click", (event) => {
    if (!mayPut() || swallowClick) return;
    put(event.latlng);
    announce(gettext("Pin dropped."));
  });

  createPlaceSearch(byId("place", HTMLInputElement), byId("places"), {
    load: () => fetchJson(places),
    onChoose({ name, latitude, longitude, bounds }) {
      if (!mayPut()) return;
      put(window.L.latLng(latitude, longitude));
      board.showPlace(bounds);
      announce(
        fill(gettext("Pin dropped: {name}. Confirm with the button below, or with Space on the map."), { name }),
      );
    },
  });

  return {
    put,
    position,
    isThere: () => pin !== null,
    /** Take it off the map; it can still be asked where it was. */
    hide: () => pin?.remove(),
    /** Begin without a pin. */
    restart() {
      pin?.remove();
      pin = null;
      byId("place", HTMLInputElement).value = "";
      byId("map-hint").hidden = false;
    },
    /** @param {boolean} free to be dragged; the answer to a pin that is not is not awaited any more */
    setFree(free) {
      if (!free) clearTimeout(restTimer);
      if (free) pin?.dragging?.enable();
      else pin?.dragging?.disable();
    },
  };
}
