// The end of a room: podium, standings, and all rounds on one map.
import { get } from "./api.js";
import { distance, points } from "./format.js";
import { createLine, createMap, createMark } from "./map.js";
import { placeName } from "./reveal.js";
import { badge, element, isOwn, nameOf, rowName, standingRows, standings } from "./room_people.js";
import { at, createDisc, healthBars } from "./room_reveal.js";
import { fill } from "./words.js";

const STEPS = 3;
const byId = (id) => document.getElementById(id);

function title(room) {
  if (room.room.kind === "duel") {
    const sides = room.seats.map(({ id }) => id).concat(room.room.model_plays ? [0] : []);
    const [best, second] = sides.map((seat) => [room.health[seat] ?? 0, seat]).sort((a, b) => b[0] - a[0]);
    if (!second || best[0] === second[0]) return gettext("The duel ends in a tie");
    return best[1] === room.me.seat ? gettext("You win the duel") : fill(gettext("{name} wins the duel"), { name: nameOf(room, best[1]) });
  }
  const first = standings(room).filter(({ rank }) => rank === 1);
  if (first.length !== 1) return gettext("A tie at the top");
  if (isOwn(room, first[0])) return first[0].team === undefined ? gettext("You win") : gettext("Your team wins");
  return fill(gettext("{name} wins"), { name: first[0].team ?? nameOf(room, first[0].seat) });
}

function podium(room) {
  return standings(room).slice(0, STEPS).map((row) => {
    const { total, rank } = row;
    const step = element("li", `step step-${rank}`);
    step.append(rowName(room, row), element("p", "number", points(total)), element("b", "step-rank number", String(rank)));
    return step;
  });
}

function roundItem(room, { number, truth, own, model, best, image_url }) {
  const item = element("li", "panel over-round");
  const image = Object.assign(element("img"), { src: image_url, alt: "", loading: "lazy", width: 480, height: 320 });
  const body = element("div");
  body.append(element("p", "over-place", `${number}. ${placeName(truth)}`));
  const line = (seat, pin) => {
    const row = element("p", "person-name small number");
    row.append(badge(room, seat), `${points(pin.score)} · ${distance(pin.distance_km)}`);
    return row;
  };
  if (own) body.append(line(room.me.seat, own));
  if (model) body.append(line(0, model));
  if (best && best.seat !== room.me.seat) body.append(element("p", "small muted number", fill(gettext("Best: {name}, {points}"), { name: nameOf(room, best.seat), points: points(best.score) })));
  item.append(image, body);
  return item;
}

/** Fill the final page. */
export async function showFinal(room, page) {
  byId("over-title").textContent = title(room);
  byId("podium").replaceChildren(...(room.room.kind === "duel" ? healthBars(room, page.full_health).map((bar) => {
    const item = element("li", "panel");
    item.append(bar);
    return item;
  }) : podium(room)));
  byId("final-standings").replaceChildren(...standingRows(room));
  byId("over-title").focus({ preventScroll: true });
  const { status, body } = await get(page.final);
  if (status !== 200 || !body.rounds.length) return;
  byId("over-rounds").replaceChildren(...body.rounds.map((round) => roundItem(room, round)));
  const all = body.rounds.flatMap(({ truth, own, model, best }) => [truth, own, model, best].filter(Boolean));
  const bounds = window.L.latLngBounds(all.map(at));
  const board = createMap(byId("over-map"), { basemap: page.basemap, bounds, tileUrl: page.tile_url });
  board.frame(bounds, { padding: [40, 40], maxZoom: 8 });
  for (const { number, truth, own, model, best } of body.rounds) {
    if (model) createLine("model", at(model), at(truth)).addTo(board.map), createMark("model", at(model)).addTo(board.map);
    if (best && best.seat !== room.me.seat) createDisc(nameOf(room, best.seat), at(best), { named: false }).addTo(board.map);
    if (own) createLine("you", at(own), at(truth)).addTo(board.map), createMark("you", at(own)).addTo(board.map);
    createMark("truth", at(truth), { label: String(number), className: "map-truth", zIndexOffset: 1000 }).addTo(board.map);
  }
}
