// @ts-check
// A room's reveal: the marks of the truth, the player and the model, and the others' pins as discs with initials.
import { byId, element, filledBar, labelText, one } from "./dom.js";
import { distance, points } from "./format.js";
import { at, createLine, createMark, paddingOf } from "./map.js";
import { readSentence } from "./read.js";
import { showCredit } from "./reveal.js";
import { badge, initial, standingRows } from "./room_people.js";
import { MODEL, nameOf, sides } from "./room_state.js";
import { roomVerdict } from "./verdicts.js";
import { fill, placeName } from "./words.js";

const MANY = 24; // more names would hide the map: then they appear on hover
const BEST = 5; // pins shown on the big screen of a lesson
const SCREEN_BAR = 80; // height in pixels of a lesson's bar below the map
const isScreen = () => document.getElementById("screen") !== null;

/** @import { Board } from "./map.js" */
/** @import { Room } from "./room_state.js" */

/**
 * Another player's pin: a disc with the initial, and a label with the name.
 * @param {string} name
 * @param {L.LatLngExpression} latLng
 */
export function createDisc(name, latLng, { named = true } = {}) {
  const disc = element("span", "map-disc", initial(name));
  const icon = window.L.divIcon({
    className: "map-mark map-person",
    html: disc,
    iconSize: [22, 22],
    iconAnchor: [11, 11],
  });
  const marker = window.L.marker(latLng, { icon, keyboard: false, interactive: true });
  return marker.bindTooltip(labelText(name), {
    permanent: named,
    direction: "right",
    offset: [10, 0],
    className: "map-name",
  });
}

/**
 * @param {Board} board
 * @param {L.LayerGroup} layer
 * @param {Room} room
 * @param {RoomSocket.Reveal} shown
 */
function drawOnMap(board, layer, room, shown) {
  layer.clearLayers();
  const { truth, model, pins } = shown;
  const own = pins.find(({ seat }) => seat === room.me.seat);
  const corners = [truth, ...pins, ...(model ? [model] : [])].map(at);
  const padding = paddingOf(board.map, isScreen() ? SCREEN_BAR : 0);
  board.frame(window.L.latLngBounds(corners), { ...padding, maxZoom: 8.5 });
  for (const pin of pins) {
    if (pin === own) continue;
    layer.addLayer(window.L.polyline([at(pin), at(truth)], { className: "map-line-other", interactive: false }));
    layer.addLayer(createDisc(nameOf(room, pin.seat), at(pin), { named: pins.length <= MANY }));
  }
  if (model) {
    layer.addLayer(createLine("model", at(model), at(truth)));
    layer.addLayer(createMark("model", at(model)));
  }
  if (own) {
    layer.addLayer(createLine("you", at(own), at(truth)));
    layer.addLayer(createMark("you", at(own), { zIndexOffset: 500 }));
  }
  layer.addLayer(createMark("truth", at(truth), { className: "map-truth", zIndexOffset: 1000 }));
}

/**
 * The health of both sides as bars with figures.
 * @param {Room} room
 * @param {number} full
 */
export function healthBars(room, full) {
  return sides(room).map((seat) => {
    const health = room.health[seat] ?? full;
    const side = element("div", "health-side");
    const who = element("p", "person-name");
    who.append(badge(room, seat), nameOf(room, seat));
    const figure = element(
      "p",
      "number health-figure",
      fill(ngettext("{health} health", "{health} health", health), { health: points(health) }),
    );
    const whose = seat === MODEL ? "model" : seat === room.me.seat ? "you" : "";
    side.append(who, figure, filledBar(`bar ${whose}`, health / full));
    return side;
  });
}

/**
 * Show a reveal on the map and in the panel beside it. Returns it in words.
 * @param {{board: Board, layer: L.LayerGroup, room: Room, shown: RoomSocket.Reveal, full: number}} what
 */
export function showReveal({ board, layer, room, shown, full }) {
  byId("result").hidden = false;
  byId("picture-open").hidden = false;
  one(byId("picture-open"), "img", HTMLImageElement).src = room.round?.picture.url ?? "";
  byId("result-title").textContent = roomVerdict(room, shown);
  byId("result-place").textContent = placeName(shown.truth);
  byId("standings").replaceChildren(...standingRows(room, shown).slice(0, isScreen() ? BEST : undefined));
  byId("lesson-note").hidden = !shown.note;
  byId("lesson-note").textContent = shown.note;
  const read = isScreen() ? shown.texts : shown.model ? shown.texts.slice(0, 1) : [];
  byId("read-notes").hidden = !read.length;
  byId("read-notes").replaceChildren(...read.map((text) => element("li", "", readSentence(text))));
  byId("lesson-reasons", HTMLAnchorElement).href = `${shown.number}/reasons`;
  byId("health").hidden = room.room.kind !== "duel";
  if (room.room.kind === "duel") byId("health").replaceChildren(...healthBars(room, full));
  showCredit(shown.photo, room.room.illustrated);
  drawOnMap(board, layer, room, shown);
  const own = shown.pins.find(({ seat }) => seat === room.me.seat);
  const words = [`${roomVerdict(room, shown)}.`];
  if (own) words.push(fill(gettext("You were {distance} away."), { distance: distance(own.distance_km) }));
  return [...words, fill(gettext("True place: {place}."), { place: placeName(shown.truth) })].join(" ");
}
