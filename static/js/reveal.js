// @ts-check
// The reveal: the truth's mark drops, the player's line is drawn, then the model's, while the scores count up.
import { announce, byId, element, filledBar, one } from "./dom.js";
import { distance, percent, points } from "./format.js";
import { at, createLine, createMark, guessOf, paddingOf } from "./map.js";
import { readSentence } from "./read.js";
import { play } from "./sound.js";
import { showStreak } from "./streak.js";
import { roundVerdict } from "./verdicts.js";
import { fill, placeName } from "./words.js";

const MAX_SCORE = 5000;
const COUNT_MS = 900;
const MODEL_AFTER_MS = 450; // after the player's line
/** @import { Board } from "./map.js" */

const calm = () =>
  document.documentElement.dataset.motion === "off" || matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * @param {HTMLElement} figure
 * @param {number} target
 * @param {HTMLElement} bar
 * @param {boolean} animate
 */
function countUp(figure, target, bar, animate) {
  const show = (/** @type {number} */ share) => {
    figure.textContent = points(Math.round(target * share));
    bar.style.width = `${(100 * target * share) / MAX_SCORE}%`;
  };
  if (!animate) return show(1);
  const start = performance.now();
  const step = (/** @type {number} */ now) => {
    const share = Math.min(1, Math.max(0, (now - start) / COUNT_MS));
    show(1 - (1 - share) ** 3);
    if (share < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

/**
 * @param {RoundResult} result
 * @param {boolean} animate
 */
function showSides({ player, model }, animate) {
  countUp(byId("you-points"), player.score, byId("you-bar"), animate);
  countUp(byId("model-points"), model.score, byId("model-bar"), animate);
  const away = (/** @type {number} */ km) => fill(gettext("{distance} away"), { distance: distance(km) });
  byId("you-distance").textContent = player.distance_km === null ? gettext("no guess") : away(player.distance_km);
  byId("model-distance").textContent = away(model.distance_km);
  const side = player.score >= model.score ? "you" : "model";
  if (player.score !== model.score) one(document, `.duel-side.${side}`).classList.add("won");
}

/**
 * @param {Board} board
 * @param {Cell[]} cells
 * @param {boolean} doubtful
 */
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
    const row = element("li");
    const button = element("button", "cell", "", { type: "button" });
    const label = element("span", "cell-name", gettext(name.replace(`, ${state}`, "")));
    label.append(" ", element("small", "", state === name ? "" : gettext(state)));
    const share = element("span", "cell-share number", percent(probability));
    button.append(label, share, filledBar("bar model", probability / best));
    const light = (/** @type {boolean} */ lit) =>
      layers[index].eachLayer((layer) => {
        if (layer instanceof window.L.Path) layer.getElement()?.classList.toggle("is-lit", lit);
      });
    for (const type of ["pointerenter", "focus"]) button.addEventListener(type, () => light(true));
    for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => light(false));
    button.addEventListener("click", () => board.showPlace(layers[index].getBounds()));
    row.append(button);
    return row;
  });
  byId("cell-list").replaceChildren(...rows);
  const sum = cells.reduce((total, { probability }) => total + probability, 0);
  const held = ngettext(
    "The likeliest geocell gets {share}. Nine times in ten the true place lies inside the circle.",
    "Together, the {count} likeliest geocells get {share}. Nine times in ten the true place lies inside the circle.",
    cells.length,
  );
  const words = [fill(held, { count: cells.length, share: percent(sum) })];
  if (doubtful) words.unshift(gettext("The model doubts that this is India: it has seen nothing like it in training."));
  byId("cells-note").textContent = words.join(" ");
}

/**
 * The photo's credit.
 * @param {RoomSocket.Credit} credit
 * @param {boolean} illustrated
 */
export function showCredit({ author, licence, source, attribution }, illustrated) {
  const isLink = /^https?:\/\//.test(source);
  const parts = [attribution || [author, licence].filter(Boolean).join(" · "), isLink ? "" : source].filter(Boolean);
  const kind = illustrated ? gettext("Illustration") : gettext("Photo");
  byId("credit").textContent = parts.length ? `${kind}: ${parts.join(" · ")} ` : "";
  const address = { href: source, rel: "noopener noreferrer", target: "_blank" };
  if (isLink) byId("credit").append(element("a", "", gettext("Source"), address));
}

/**
 * @param {Board} board
 * @param {RoundResult} result
 * @param {boolean} animate
 */
function showOnMap(board, { truth, player, model }, animate) {
  const late = animate ? MODEL_AFTER_MS : 0;
  const map = board.map;
  const corners = [at(truth), at(model)];
  const guess = guessOf(player);
  if (guess) corners.push(at(guess));
  board.frame(window.L.latLngBounds(corners), { ...paddingOf(map), maxZoom: 8.5 });
  if (guess) {
    createLine("you", at(guess), at(truth)).addTo(map);
    createMark("you", at(guess)).addTo(map);
  }
  setTimeout(() => {
    window.L.circle(at(model), { radius: model.radius_km * 1000, className: "map-radius", interactive: false }).addTo(
      map,
    );
    createLine("model", at(model), at(truth)).addTo(map);
    createMark("model", at(model)).addTo(map);
  }, late);
  createMark("truth", at(truth), { className: "map-truth", zIndexOffset: 1000 }).addTo(map);
}

/**
 * Show a result on the board and in the panel beside it.
 * @param {Board} board
 * @param {RoundResult} result
 * @param {RoundPage} round
 * @param {{animate: boolean}} how
 */
export function reveal(board, result, round, { animate }) {
  const moving = animate && !calm();
  document.documentElement.classList.toggle("no-motion", !moving);
  byId("result").hidden = false;
  byId("picture-open").hidden = false;
  one(byId("picture-open"), "img", HTMLImageElement).src = round.image_url;
  byId("result-title").textContent = roundVerdict(result);
  byId("result-place").textContent = placeName(result.truth);
  const [own, others] = [points(result.totals.player), points(result.totals.model)];
  byId("result-total").textContent = fill(
    gettext("After round {number} of {rounds} – you: {player}, the model: {model}"),
    {
      number: round.number,
      rounds: round.rounds,
      player: own,
      model: others,
    },
  );
  byId("totals").hidden = Boolean(result.streak);
  byId("total-you").textContent = own;
  byId("total-model").textContent = others;
  byId("next", HTMLAnchorElement).href = result.next_url;
  byId("why", HTMLAnchorElement).href = result.reasons_url;
  byId("next-label").textContent = result.last ? gettext("See the results") : gettext("Next round");
  showSides(result, moving);
  byId("result-read").hidden = !result.texts.length;
  byId("result-read").textContent = result.texts.slice(0, 1).map(readSentence).join("");
  if (animate) play("reveal");
  showCells(board, result.cells, result.model.doubtful);
  showCredit(result.photo, round.illustrated);
  showOnMap(board, result, moving);
  if (result.streak) showStreak(result, result.streak);
  byId("result-title").focus({ preventScroll: true });
  announce(result.streak ? streakWords(result.streak) : resultWords(result));
}

/** @param {Streak} streak */
function streakWords({ title, model }) {
  return `${title}. ${fill(gettext("The model's state: {state}. Press Space to continue."), { state: gettext(model) })}`;
}

/** @param {RoundResult} result */
function resultWords(result) {
  const { player, model, truth, texts } = result;
  const guess = (/** @type {string} */ words, /** @type {number} */ km, /** @type {number} */ score) =>
    fill(words, { distance: distance(km), points: points(score) });
  const own = ngettext(
    "You were {distance} away: {points} point.",
    "You were {distance} away: {points} points.",
    player.score,
  );
  const others = ngettext(
    "The model was {distance} away: {points} point.",
    "The model was {distance} away: {points} points.",
    model.score,
  );
  return [
    `${roundVerdict(result)}.`,
    player.distance_km === null ? gettext("No guess, no points.") : guess(own, player.distance_km, player.score),
    guess(others, model.distance_km, model.score),
    ...texts.slice(0, 1).map(readSentence),
    fill(gettext("True place: {place}."), { place: placeName(truth) }),
    gettext("Press Space to continue."),
  ].join(" ");
}
