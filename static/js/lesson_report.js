// @ts-check
// The report's map: the class's guesses, the model's guess and the truth, one photo at a time.
import { byId, element, pageData } from "./dom.js";
import { points } from "./format.js";
import { at, createLine, createMap, createMark } from "./map.js";
import { createDisc } from "./room_reveal.js";
import { fill, placeName } from "./words.js";

const MANY = 24; // more names would hide the map
/** @type {ReportPage} */
const report = pageData("report");

if (report.rounds.length) {
  const board = createMap(byId("map"), { basemap: report.basemap, bounds: report.bounds, tileUrl: report.tile_url });
  const layer = window.L.layerGroup().addTo(board.map);

  const show = (/** @type {ReportPage["rounds"][number]} */ { truth, model, pins, mean }) => {
    layer.clearLayers();
    for (const pin of pins) {
      layer.addLayer(window.L.polyline([at(pin), at(truth)], { className: "map-line-other", interactive: false }));
      layer.addLayer(createDisc(pin.name, at(pin), { named: pins.length <= MANY }));
    }
    if (model) {
      layer.addLayer(createLine("model", at(model), at(truth)));
      layer.addLayer(createMark("model", at(model)));
    }
    layer.addLayer(createMark("truth", at(truth), { className: "map-truth", zIndexOffset: 1000 }));
    const bounds = window.L.latLngBounds([truth, ...pins, ...(model ? [model] : [])].map(at));
    board.frame(bounds, { padding: [50, 50], maxZoom: 8 });
    const average =
      mean === null
        ? gettext("No pupil put a pin")
        : fill(ngettext("Class average: {points} point", "Class average: {points} points", Math.round(mean)), {
            points: points(mean),
          });
    const words = [placeName(truth), average];
    if (model) {
      const said = ngettext("The model: {points} point", "The model: {points} points", model.score);
      words.push(fill(said, { points: points(model.score) }));
    }
    byId("round-words").textContent = words.join(" · ");
  };

  byId("rounds").append(
    ...report.rounds.map((round, index) => {
      const label = element("label");
      const properties = { type: "radio", name: "round", checked: index === 0 };
      const choice = element("input", "visually-hidden", "", properties);
      choice.addEventListener("change", () => show(round));
      label.append(choice, element("span", "number", String(round.number)));
      return label;
    }),
  );
  show(report.rounds[0]);
}
