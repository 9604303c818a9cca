// @ts-check
// The summary of a game: all rounds on one map, rows that highlight their round, and the text to share.
import { all, byId, pageData } from "./dom.js";
import { distance } from "./format.js";
import { at, createLine, createMap, createMark, guessOf } from "./map.js";

const L = window.L;
/** @type {SummaryPage} */
const summary = pageData("summary");

for (const bar of all("[data-share]")) bar.style.width = `${(100 * Number(bar.dataset.share)) / summary.max}%`;
for (const cell of all("[data-km]")) {
  if (cell.dataset.km) cell.textContent = distance(Number(cell.dataset.km));
}

// --- The map

const everything = summary.rounds.flatMap(({ truth, player, model }) => [truth, model, guessOf(player) ?? truth]);
const bounds = L.latLngBounds(everything.map(at));
const board = createMap(byId("map"), { basemap: summary.basemap, bounds, tileUrl: summary.tile_url });
board.frame(bounds, { padding: [40, 40], maxZoom: 8 });
board.ready.catch(() => {
  byId("map-error").hidden = false;
});

/** @type {Map<number, L.FeatureGroup>} */
const groups = new Map();
for (const { number, truth, player, model } of summary.rounds) {
  /** @type {L.Layer[]} */
  const layers = [createLine("model", at(model), at(truth)), createMark("model", at(model))];
  const guess = guessOf(player);
  if (guess) layers.push(createLine("you", at(guess), at(truth)), createMark("you", at(guess)));
  layers.push(createMark("truth", at(truth), { label: number, className: "map-truth", zIndexOffset: 1000 }));
  groups.set(number, L.featureGroup(layers).addTo(board.map));
}

/** @param {number | null} number of the round that stands out; null: all do */
function light(number) {
  for (const [own, group] of groups) {
    const fade = (/** @type {L.Layer} */ layer) => {
      if (layer instanceof L.LayerGroup) layer.eachLayer(fade);
      else if (layer instanceof L.Path || layer instanceof L.Marker)
        layer.getElement()?.classList.toggle("is-faded", number !== null && own !== number);
    };
    fade(group);
  }
}
for (const row of all(".round-row")) {
  const number = Number(row.dataset.number);
  for (const type of ["pointerenter", "focusin"]) row.addEventListener(type, () => light(number));
  for (const type of ["pointerleave", "focusout"]) row.addEventListener(type, () => light(null));
}

// --- Sharing

byId("share").addEventListener("click", async () => {
  const text = summary.share_text;
  const status = byId("share-status");
  try {
    if (navigator.share && matchMedia("(pointer: coarse)").matches) {
      await navigator.share({ text });
      return;
    }
    await navigator.clipboard.writeText(text);
    status.textContent = gettext("Text copied. Paste it into a message to your friends.");
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return; // the share sheet was closed
    const shared = byId("share-text", HTMLTextAreaElement);
    shared.hidden = false;
    shared.select();
    status.textContent = gettext("Your browser blocked copying. Select the text below and copy it.");
  }
});
