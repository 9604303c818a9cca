// The reveal: the truth's mark drops, the player's line is drawn, then the model's, while the scores count up.
import { distance, percent, points } from "./format.js";
import { createLine, createMark } from "./map.js";
import { showStreak } from "./streak.js";
import { play } from "./sound.js";
import { fill } from "./words.js";

const MAX_SCORE = 5000;
const COUNT_MS = 900;
const MODEL_AFTER_MS = 450; // after the player's line
// Padding in pixels (left and top, right and bottom) for what covers the map: the picture on the left or at the bottom.
const PADDING = { wide: [[240, 90], [70, 70]], narrow: [[32, 80], [32, 90]] };

const byId = (id) => document.getElementById(id);
const at = ({ latitude, longitude }) => [latitude, longitude];
const calm = () => document.documentElement.dataset.motion === "off" || matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The headline: who won. */
export function verdict({ player, model }) {
  if (player.latitude === null) return gettext("No guess: time was up");
  const ahead = player.score - model.score;
  if (ahead === 0) return gettext("A tie: the same points for both");
  const by = Math.abs(ahead);
  const said =
    ahead > 0
      ? ngettext("You won this round by {points} point", "You won this round by {points} points", by)
      : ngettext("The model won this round by {points} point", "The model won this round by {points} points", by);
  return fill(said, { points: points(by) });
}

/** Place (also in the local script if known), district and state, each once. */
export function placeName({ place, local_name: local, district, state }) {
  const names = [...new Set([place, district, state].filter(Boolean))];
  return names.map((name) => (name === place && local ? `${name} · ${local}` : gettext(name))).join(", ");
}

function countUp(element, target, bar, animate) {
  const show = (share) => {
    element.textContent = points(Math.round(target * share));
    bar.style.width = `${(100 * target * share) / MAX_SCORE}%`;
  };
  if (!animate) return show(1);
  const start = performance.now();
  const step = (now) => {
    const share = Math.min(1, Math.max(0, (now - start) / COUNT_MS));
    show(1 - (1 - share) ** 3);
    if (share < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

function showSides({ player, model }, animate) {
  countUp(byId("you-points"), player.score, byId("you-bar"), animate);
  countUp(byId("model-points"), model.score, byId("model-bar"), animate);
  byId("you-distance").textContent = player.latitude === null ? gettext("no guess") : fill(gettext("{distance} away"), { distance: distance(player.distance_km) });
  byId("model-distance").textContent = fill(gettext("{distance} away"), { distance: distance(model.distance_km) });
  const side = player.score >= model.score ? "you" : "model";
  if (player.score !== model.score) document.querySelector(`.duel-side.${side}`).classList.add("won");
}

function showCells(board, cells, doubtful) {
  byId("cells").hidden = cells.length === 0;
  if (!cells.length) return;
  const layers = cells.map(({ geometry, probability }) =>
    window.L.geoJSON(geometry, {
      interactive: false,
      style: { className: "map-cell", fillOpacity: 0.12 + 0.45 * probability },
    }).addTo(board.map),
  );
  const best = cells[0].probability;
  const rows = cells.map(({ name, state, probability }, index) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cell";
    const label = document.createElement("span");
    label.className = "cell-name";
    label.textContent = gettext(name.replace(`, ${state}`, ""));
    const where = document.createElement("small");
    where.textContent = state === name ? "" : gettext(state);
    const share = document.createElement("span");
    share.className = "cell-share number";
    share.textContent = percent(probability);
    const bar = document.createElement("span");
    bar.className = "bar model";
    const fill = document.createElement("i");
    fill.style.width = `${(100 * probability) / best}%`;
    bar.append(fill);
    label.append(" ", where);
    button.append(label, share, bar);
    const light = (lit) => layers[index].eachLayer((layer) => layer.getElement()?.classList.toggle("is-lit", lit));
    for (const type of ["pointerenter", "focus"]) button.addEventListener(type, () => light(true));
    for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => light(false));
    button.addEventListener("click", () => board.showPlace(layers[index].getBounds()));
    row.append(button);
    return row;
  });
  byId("cell-list").replaceChildren(...rows);
  const sum = cells.reduce((total, { probability }) => total + probability, 0);
  byId("cells-note").textContent =
    (doubtful ? gettext("It doubts that this is India: nothing it has learnt from looks like it. ") : "") +
    fill(gettext("Its {count} likeliest geocells hold {share} of its belief. The ring holds the truth nine times in ten."), { count: cells.length, share: percent(sum) });
}

/** The photo's credit. */
export function showCredit({ author, licence, source, attribution }, illustrated) {
  const link = /^https?:\/\//.test(source) ? document.createElement("a") : null;
  const parts = [attribution || [author, licence].filter(Boolean).join(" · "), link ? "" : source].filter(Boolean);
  byId("credit").textContent = parts.length ? `${illustrated ? gettext("Illustration") : gettext("Photo")}: ${parts.join(" · ")} ` : "";
  if (link) {
    Object.assign(link, { href: source, rel: "noopener noreferrer", target: "_blank", textContent: gettext("Source") });
    byId("credit").append(link);
  }
}

function showOnMap(board, { truth, player, model }, animate) {
  const late = animate ? MODEL_AFTER_MS : 0;
  const map = board.map;
  const corners = [at(truth), at(model)];
  if (player.latitude !== null) corners.push(at(player));
  const [paddingTopLeft, paddingBottomRight] = map.getContainer().clientWidth < 640 ? PADDING.narrow : PADDING.wide;
  board.frame(window.L.latLngBounds(corners), { paddingTopLeft, paddingBottomRight, maxZoom: 8.5 });
  if (player.latitude !== null) {
    createLine("you", at(player), at(truth)).addTo(map);
    createMark("you", at(player)).addTo(map);
  }
  setTimeout(() => {
    window.L.circle(at(model), { radius: model.radius_km * 1000, className: "map-radius", interactive: false }).addTo(map);
    createLine("model", at(model), at(truth)).addTo(map);
    createMark("model", at(model)).addTo(map);
  }, late);
  createMark("truth", at(truth), { className: "map-truth", zIndexOffset: 1000 }).addTo(map);
}

/** Show a result (see the round's JSON) on the board and in the panel beside it. */
export function reveal(board, result, round, { animate, announce }) {
  const moving = animate && !calm();
  document.documentElement.classList.toggle("no-motion", !moving);
  byId("result").hidden = false;
  byId("picture-open").hidden = false;
  byId("picture-open").querySelector("img").src = round.image_url;
  byId("result-title").textContent = verdict(result);
  byId("result-place").textContent = placeName(result.truth);
  byId("result-total").textContent =
    fill(gettext("After {number} of {rounds}: you {player}, the model {model}"), { number: round.number, rounds: round.rounds, player: points(result.totals.player), model: points(result.totals.model) });
  byId("totals").hidden = Boolean(result.streak);
  byId("total-you").textContent = points(result.totals.player);
  byId("total-model").textContent = points(result.totals.model);
  byId("next").href = result.next_url;
  byId("why").href = result.reasons_url;
  byId("next-label").textContent = result.last ? gettext("See how the game went") : gettext("Next round");
  showSides(result, moving);
  if (animate) play("reveal");
  showCells(board, result.cells, result.model.doubtful);
  showCredit(result.photo, round.illustrated);
  showOnMap(board, result, moving);
  if (result.streak) showStreak(result);
  byId("result-title").focus({ preventScroll: true });
  if (result.streak) return announce(`${result.streak.title}. ${fill(gettext("The model said {state}. Space goes on."), { state: gettext(result.streak.model) })}`);
  const own =
    result.player.latitude === null
      ? gettext("No guess, no points.")
      : fill(gettext("You were {distance} away: {points} points."), { distance: distance(result.player.distance_km), points: points(result.player.score) });
  announce(
    [
      `${verdict(result)}.`,
      own,
      fill(gettext("The model was {distance} away: {points} points."), { distance: distance(result.model.distance_km), points: points(result.model.score) }),
      fill(gettext("It was {place}."), { place: placeName(result.truth) }),
      gettext("Space goes on."),
    ].join(" "),
  );
}
