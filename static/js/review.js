// @ts-check
// Reviewing a photo: drawing boxes to blur and a crop, moving its position on the map, and a key for each decision.
import { between, edit, inside, isLarger } from "./boxes.js";
import { all, byId, pageData, svgElement } from "./dom.js";
import { keyOf } from "./keys.js";
import { at, createLine, createMap, createMark } from "./map.js";

const SMALLEST = 0.01; // share of a side: a click draws no box
const L = window.L;
/** @type {ReviewPage} */
const review = pageData("review");

// --- The position

const board = createMap(byId("map"), { basemap: review.basemap, bounds: review.bounds, tileUrl: review.tile_url });
const placeForm = byId("place-form", HTMLFormElement);
const mark = createMark("truth", at(review.place), { className: "map-pin", interactive: true, draggable: true }).addTo(
  board.map,
);
const write = (/** @type {L.LatLng} */ { lat, lng }) => {
  placeForm.latitude.value = lat.toFixed(6);
  placeForm.longitude.value = lng.toFixed(6);
};
mark.on("dragend", () => write(mark.getLatLng()));
board.map.on("click", ({ latlng }) => {
  mark.setLatLng(latlng);
  write(latlng);
});
placeForm.addEventListener("change", () => {
  const [latitude, longitude] = [Number(placeForm.latitude.value), Number(placeForm.longitude.value)];
  if (Number.isFinite(latitude) && Number.isFinite(longitude)) mark.setLatLng([latitude, longitude]);
});
if (review.model) {
  createMark("model", at(review.model)).addTo(board.map);
  createLine("model", at(review.model), at(review.place)).addTo(board.map);
  L.circle(at(review.model), {
    radius: review.model.radius_km * 1000,
    className: "map-radius",
    interactive: false,
  }).addTo(board.map);
  board.frame(L.latLngBounds([at(review.model), at(review.place)]).pad(0.3), { maxZoom: 8 });
} else {
  board.frame(L.latLngBounds([at(review.place)]).pad(0.3), { maxZoom: 7 });
}

// --- The picture: boxes in fractions of the display copy; a new crop in fractions of the shown picture

const stage = byId("stage");
const modeButtons = all("[data-mode]");
const svg = byId("boxes", SVGSVGElement);
const { covered: kept } = review;
let boxes = [...kept];
/** @type {Box | null} */
let crop = null;
/** @type {string | null} "blur" or "crop" */
let mode = null;
/** @type {{from: [number, number], box: Box} | null} */
let drawing = null;
let fresh = false; // whether "Reset to original" was pressed

/**
 * @param {Box} box
 * @param {string} kind
 */
function shape([left, top, right, bottom], kind) {
  return svgElement("rect", { x: left, y: top, width: right - left, height: bottom - top, class: `box-${kind}` });
}

function show() {
  const shown = boxes.map((box) => shape(box, "blur"));
  if (crop) shown.push(shape(crop, "crop"));
  if (drawing) shown.push(shape(drawing.box, mode ?? ""));
  svg.replaceChildren(...shown);
  const changed = fresh || crop !== null || boxes.length !== kept.length;
  byId("picture-save", HTMLButtonElement).disabled = !changed;
  byId("box-undo", HTMLButtonElement).disabled = crop === null && boxes.length === 0;
  for (const button of modeButtons) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  stage.dataset.mode = mode ?? "";
}

const setMode = (/** @type {string} */ next) => {
  mode = mode === next ? null : next;
  show();
};
/** @returns {[number, number]} */
const pointOf = (/** @type {PointerEvent} */ event) => {
  const { left, top, width, height } = svg.getBoundingClientRect();
  return [inside((event.clientX - left) / width), inside((event.clientY - top) / height)];
};

stage.addEventListener("pointerdown", (event) => {
  if (!mode) return;
  event.preventDefault();
  stage.setPointerCapture(event.pointerId);
  const from = pointOf(event);
  drawing = { from, box: between(from, from) };
});
stage.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  drawing.box = between(drawing.from, pointOf(event));
  show();
});
stage.addEventListener("pointerup", () => {
  if (!drawing) return;
  const { box } = drawing;
  drawing = null;
  if (isLarger(box, SMALLEST)) {
    if (mode === "crop") crop = box;
    else boxes.push(box);
  }
  show();
});
for (const button of modeButtons) button.addEventListener("click", () => setMode(button.dataset.mode ?? ""));

const takeBack = () => {
  if (crop) crop = null;
  else boxes.pop();
  show();
};
byId("box-undo").addEventListener("click", takeBack);
byId("box-clear").addEventListener("click", () => {
  [boxes, crop, fresh] = [[], null, true];
  byId("box-words").textContent = gettext("The original without crop and boxes. Save the photo to keep it.");
  show();
});

byId("picture-form").addEventListener("submit", () => {
  const edited = edit({ crop: fresh ? null : review.crop, newCrop: crop, boxes });
  byId("boxes-field", HTMLInputElement).value = JSON.stringify(edited);
});

// --- Keys

const press = (/** @type {string} */ id) => document.getElementById(id)?.click();
/** @type {Record<string, () => void>} */
const KEYS = {
  a: () => press("approve"),
  u: () => byId("reason").focus(),
  p: () => press("plates"),
  b: () => setMode("blur"),
  c: () => setMode("crop"),
  z: takeBack,
  s: () => press("picture-save"),
  ArrowLeft: () => press("before"),
  ArrowRight: () => press("after"),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (!(event.target instanceof Element)) return;
  const field = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (field) {
    const reason = field.id === "reason" && "value" in field && field.value;
    if (reason && event.key === "Enter") {
      event.preventDefault();
      press("refuse");
    }
    return;
  }
  const act = KEYS[keyOf(event)];
  if (!act || event.target.closest(".map")) return;
  event.preventDefault();
  act();
});
show();
