// @ts-check
// The end of a room: podium, standings, and all rounds on one map.
import { get } from "./api.js";
import { byId, element } from "./dom.js";
import { distance, points } from "./format.js";
import { at, createLine, createMap, createMark } from "./map.js";
import { showClues } from "./room_clues.js";
import { badge, rowName, standingRows } from "./room_people.js";
import { createDisc, healthBars } from "./room_reveal.js";
import { isOwn, nameOf, sides, standings } from "./room_state.js";
import { fill, placeName } from "./words.js";

const STEPS = 3;

/** @import { Room } from "./room_state.js" */

/** @param {Room} room */
function title(room) {
  if (room.room.kind === "duel") {
    const left = sides(room).map((seat) => ({ seat, health: room.health[seat] ?? 0 }));
    const [best, second] = left.sort((one, other) => other.health - one.health);
    if (!second || best.health === second.health) return gettext("The duel ends in a tie");
    if (best.seat === room.me.seat) return gettext("You win the duel");
    return fill(gettext("Winner of the duel: {name}"), { name: nameOf(room, best.seat) });
  }
  const first = standings(room).filter(({ rank }) => rank === 1);
  if (first.length !== 1) return gettext("A tie at the top");
  if (isOwn(room, first[0])) return first[0].team === undefined ? gettext("You win") : gettext("Your team wins");
  return fill(gettext("Winner: {name}"), { name: first[0].team ?? nameOf(room, first[0].seat ?? 0) });
}

/** @param {Room} room */
function podium(room) {
  return standings(room)
    .slice(0, STEPS)
    .map((row) => {
      const { total, rank } = row;
      const step = element("li", `step step-${rank}`);
      step.append(
        rowName(room, row),
        element("p", "number", points(total)),
        element("b", "step-rank number", String(rank)),
      );
      return step;
    });
}

/**
 * @param {Room} room
 * @param {RoomPage} page
 */
function duelists(room, page) {
  return healthBars(room, page.full_health).map((bar) => {
    const item = element("li", "panel");
    item.append(bar);
    return item;
  });
}

/**
 * @param {Room} room
 * @param {RoomSocket.FinalRound} round
 */
function roundItem(room, round) {
  const { number, truth, own, model, best, image_url, clues } = round;
  const item = element("li", "panel over-round");
  const image = element("img", "", "", { src: image_url, alt: "", loading: "lazy", width: 480, height: 320 });
  const body = element("div");
  body.append(element("p", "over-place", `${number}. ${placeName(truth)}`));
  const line = (/** @type {number} */ seat, /** @type {{score: number, distance_km: number}} */ pin) => {
    const row = element("p", "person-name small number");
    row.append(badge(room, seat), `${points(pin.score)} · ${distance(pin.distance_km)}`);
    return row;
  };
  if (own) body.append(line(own.seat, own));
  if (model) body.append(line(0, model));
  if (best && best.seat !== room.me.seat) {
    const words = { name: nameOf(room, best.seat), points: points(best.score) };
    body.append(element("p", "small muted number", fill(gettext("Best: {name}, {points}"), words)));
  }
  if (clues.known.length || clues.found.length) {
    const label = fill(gettext("Show the clues of round {number}"), { number });
    const button = element("button", "button small-button", gettext("Show clues"), {
      type: "button",
      ariaLabel: label,
    });
    button.addEventListener("click", () => showClues(round));
    body.append(button);
  }
  item.append(image, body);
  return item;
}

/**
 * Fill the final page.
 * @param {Room} room
 * @param {RoomPage} page
 */
export async function showFinal(room, page) {
  byId("over-title").textContent = title(room);
  byId("podium").replaceChildren(...(room.room.kind === "duel" ? duelists(room, page) : podium(room)));
  byId("final-standings").replaceChildren(...standingRows(room));
  byId("over-title").focus({ preventScroll: true });
  /** @type {{status: number, body: RoomSocket.Final}} */
  const { status, body } = await get(page.final);
  if (status !== 200 || !body.rounds.length) return;
  byId("over-rounds").replaceChildren(...body.rounds.map((round) => roundItem(room, round)));
  const all = body.rounds.flatMap(({ truth, own, model, best }) =>
    [truth, own, model, best].filter((place) => place !== null),
  );
  const bounds = window.L.latLngBounds(all.map(at));
  const board = createMap(byId("over-map"), { basemap: page.basemap, bounds, tileUrl: page.tile_url });
  board.frame(bounds, { padding: [40, 40], maxZoom: 8 });
  for (const { number, truth, own, model, best } of body.rounds) {
    const layers = [];
    if (model) layers.push(createLine("model", at(model), at(truth)), createMark("model", at(model)));
    if (best && best.seat !== room.me.seat)
      layers.push(createDisc(nameOf(room, best.seat), at(best), { named: false }));
    if (own) layers.push(createLine("you", at(own), at(truth)), createMark("you", at(own)));
    layers.push(createMark("truth", at(truth), { label: number, className: "map-truth", zIndexOffset: 1000 }));
    for (const layer of layers) layer.addTo(board.map);
  }
}
