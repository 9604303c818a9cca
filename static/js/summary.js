// The summary of a game: all rounds on one map, rows that highlight their round, and the text to share.
import { distance } from "./format.js";
import { createLine, createMap, createMark } from "./map.js";

const byId = (id) => document.getElementById(id);
const summary = JSON.parse(byId("summary").textContent);
const at = ({ latitude, longitude }) => [latitude, longitude];

for (const bar of document.querySelectorAll("[data-share]")) bar.style.width = `${(100 * Number(bar.dataset.share)) / summary.max}%`;
for (const cell of document.querySelectorAll("[data-km]")) {
  if (cell.dataset.km) cell.textContent = distance(Number(cell.dataset.km));
}

// --- The map

const everything = summary.rounds.flatMap(({ truth, player, model }) => [truth, model, ...(player.latitude === null ? [] : [player])]);
const bounds = window.L.latLngBounds(everything.map(at));
const board = createMap(byId("map"), { basemap: summary.basemap, bounds, tileUrl: summary.tile_url });
board.frame(bounds, { padding: [40, 40], maxZoom: 8 });
board.ready.catch(() => {
  byId("map-error").hidden = false;
});

const groups = new Map();
for (const { number, truth, player, model } of summary.rounds) {
  const layers = [createLine("model", at(model), at(truth)), createMark("model", at(model))];
  if (player.latitude !== null) layers.push(createLine("you", at(player), at(truth)), createMark("you", at(player)));
  layers.push(createMark("truth", at(truth), { label: String(number), className: "map-truth", zIndexOffset: 1000 }));
  groups.set(number, window.L.featureGroup(layers).addTo(board.map));
}

function light(number) {
  for (const [own, group] of groups) {
    const fade = (layer) => {
      if (layer.eachLayer) layer.eachLayer(fade);
      else layer.getElement()?.classList.toggle("is-faded", number !== null && own !== number);
    };
    fade(group);
  }
}
for (const row of document.querySelectorAll(".round-row")) {
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
    status.textContent = gettext("Copied. Paste it where your friends are.");
  } catch (error) {
    if (error.name === "AbortError") return; // the share sheet was closed
    byId("share-text").hidden = false;
    byId("share-text").select();
    status.textContent = gettext("Copying is blocked here: take the text below.");
  }
});
