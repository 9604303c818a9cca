// A room's reveal: the marks of the truth, the player and the model, and the others' pins as discs with initials.
import { distance, points } from "./format.js";
import { createLine, createMark } from "./map.js";
import { placeName, showCredit } from "./reveal.js";
import { badge, element, initial, isOwn, nameOf, standingRows, standings } from "./room_people.js";
import { fill } from "./words.js";

const MANY = 24; // more names would hide the map: then they appear on hover
const PADDING = { wide: [[240, 90], [70, 70]], narrow: [[32, 80], [32, 90]] };

const BEST = 5; // pins shown on the big screen of a lesson
const SCREEN_BAR = 80; // height in pixels of a lesson's bar below the map

const byId = (id) => document.getElementById(id);
export const at = ({ latitude, longitude }) => [latitude, longitude];

/** Another player's pin: a disc with the initial, and a label with the name. */
export function createDisc(name, latLng, { named = true } = {}) {
  const disc = element("span", "map-disc", initial(name));
  const icon = window.L.divIcon({ className: "map-mark map-person", html: disc, iconSize: [22, 22], iconAnchor: [11, 11] });
  const marker = window.L.marker(latLng, { icon, keyboard: false, interactive: true });
  return marker.bindTooltip(name, { permanent: named, direction: "right", offset: [10, 0], className: "map-name" });
}

function drawOnMap(board, layer, room, shown) {
  layer.clearLayers();
  const { truth, model, pins } = shown;
  const own = pins.find(({ seat }) => seat === room.me.seat);
  const corners = [truth, ...pins, ...(model ? [model] : [])].map(at);
  const [paddingTopLeft, paddingBottomRight] = board.map.getContainer().clientWidth < 640 ? PADDING.narrow : PADDING.wide;
  const below = byId("screen") ? SCREEN_BAR : 0;
  board.frame(window.L.latLngBounds(corners), { paddingTopLeft, paddingBottomRight: [paddingBottomRight[0], paddingBottomRight[1] + below], maxZoom: 8.5 });
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

/** The headline of the result for this member. */
export function verdict(room, shown) {
  const own = shown.pins.find(({ seat }) => seat === room.me.seat);
  const best = Math.max(0, ...shown.pins.map(({ score }) => score), shown.model?.score ?? 0);
  if (room.room.kind === "duel" && shown.damage !== null) {
    const side = Object.entries({ ...Object.fromEntries(shown.pins.map(({ seat, score }) => [seat, score])), ...(shown.model ? { 0: shown.model.score } : {}) });
    const hit = side.length === 2 ? nameOf(room, Number(side.sort((a, b) => a[1] - b[1])[0][0])) : null;
    if (shown.damage === 0) return gettext("A tie: nobody is hurt");
    if (hit && own) return Number(side[0][0]) === room.me.seat ? fill(gettext("You lose {health} health"), { health: points(shown.damage) }) : fill(gettext("{name} loses {health} health"), { name: hit, health: points(shown.damage) });
    return fill(own ? gettext("The other one loses {health} health") : gettext("You lose {health} health"), { health: points(shown.damage) });
  }
  if (!own) return room.me.seat && room.me.plays ? gettext("No pin: no points this time") : gettext("All pins are down");
  const place = standings(room).find((row) => isOwn(room, row)).rank;
  if (own.score === best) return fill(gettext("Nobody was closer: {points} points"), { points: points(own.score) });
  const said = room.room.in_teams ? gettext("{points} points; your team is number {place}") : gettext("{points} points; you are number {place}");
  return fill(said, { points: points(own.score), place });
}

/** The health of both sides as bars with figures. */
export function healthBars(room, full) {
  const sides = room.seats.map(({ id }) => id).concat(room.room.model_plays ? [0] : []);
  return sides.map((seat) => {
    const health = room.health[seat] ?? full;
    const side = element("div", "health-side");
    const who = element("p", "person-name");
    who.append(badge(room, seat), nameOf(room, seat));
    const bar = element("div", `bar ${seat === 0 ? "model" : seat === room.me.seat ? "you" : ""}`);
    const level = element("i");
    level.style.width = `${(100 * health) / full}%`;
    bar.append(level);
    side.append(who, element("p", "number health-figure", fill(gettext("{health} health"), { health: points(health) })), bar);
    return side;
  });
}

/** Show a reveal on the map and in the panel beside it. */
export function showReveal({ board, layer, room, shown, full }) {
  byId("result").hidden = false;
  byId("picture-open").hidden = false;
  byId("picture-open").querySelector("img").src = room.round.picture.url;
  byId("result-title").textContent = verdict(room, shown);
  byId("result-place").textContent = placeName(shown.truth);
  byId("standings").replaceChildren(...standingRows(room, shown).slice(0, byId("screen") ? BEST : undefined));
  byId("lesson-note").hidden = !shown.note;
  byId("lesson-note").textContent = shown.note;
  byId("lesson-reasons").href = `${shown.number}/reasons`;
  byId("health").hidden = room.room.kind !== "duel";
  if (room.room.kind === "duel") byId("health").replaceChildren(...healthBars(room, full));
  showCredit(shown.photo, room.room.illustrated);
  drawOnMap(board, layer, room, shown);
  const own = shown.pins.find(({ seat }) => seat === room.me.seat);
  const words = [`${verdict(room, shown)}.`];
  if (own) words.push(fill(gettext("You were {distance} away."), { distance: distance(own.distance_km) }));
  return [...words, fill(gettext("It was {place}."), { place: placeName(shown.truth) })].join(" ");
}
