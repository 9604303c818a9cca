// Reviewing a photo: drawing boxes to blur and a crop, moving its position on the map, and a key for each decision.
import { createLine, createMap, createMark } from "./map.js";

const SMALLEST = 0.01; // share of a side: a click draws no box
const byId = (id) => document.getElementById(id);
const review = JSON.parse(byId("review").textContent);
const L = window.L;

// --- The position

const board = createMap(byId("map"), { basemap: review.basemap, bounds: review.bounds, tileUrl: review.tile_url });
const placeForm = byId("place-form");
const at = ({ latitude, longitude }) => [latitude, longitude];
const mark = createMark("truth", at(review.place), { className: "map-pin", interactive: true, draggable: true }).addTo(board.map);
const write = ({ lat, lng }) => {
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
  L.circle(at(review.model), { radius: review.model.radius_km * 1000, className: "map-radius", interactive: false }).addTo(board.map);
  board.frame(L.latLngBounds([at(review.model), at(review.place)]).pad(0.3), { maxZoom: 8 });
} else {
  board.frame(L.latLngBounds([at(review.place)]).pad(0.3), { maxZoom: 7 });
}

// --- The picture: boxes in fractions of the display copy; a new crop in fractions of the shown picture

const stage = byId("stage");
const svg = byId("boxes");
const kept = review.covered.map((box) => [...box]);
let boxes = [...kept];
let crop = null;
let mode = null;
let drawing = null;
let fresh = false; // whether "As it came" was pressed

function shape(box, kind) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const [left, top, right, bottom] = box;
  for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) rect.setAttribute(name, value);
  rect.setAttribute("class", `box-${kind}`);
  return rect;
}

function show() {
  const shown = boxes.map((box) => shape(box, "blur"));
  if (crop) shown.push(shape(crop, "crop"));
  if (drawing) shown.push(shape(drawing.box, mode));
  svg.replaceChildren(...shown);
  const changed = fresh || crop !== null || boxes.length !== kept.length;
  byId("picture-save").disabled = !changed;
  byId("box-undo").disabled = crop === null && boxes.length === 0;
  for (const button of document.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  stage.dataset.mode = mode ?? "";
}

const setMode = (next) => {
  mode = mode === next ? null : next;
  show();
};
const pointOf = (event) => {
  const { left, top, width, height } = svg.getBoundingClientRect();
  const inside = (value) => Math.min(Math.max(value, 0), 1);
  return [inside((event.clientX - left) / width), inside((event.clientY - top) / height)];
};

stage.addEventListener("pointerdown", (event) => {
  if (!mode) return;
  event.preventDefault();
  stage.setPointerCapture(event.pointerId);
  const [x, y] = pointOf(event);
  drawing = { x, y, box: [x, y, x, y] };
});
stage.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  const [x, y] = pointOf(event);
  drawing.box = [Math.min(x, drawing.x), Math.min(y, drawing.y), Math.max(x, drawing.x), Math.max(y, drawing.y)];
  show();
});
stage.addEventListener("pointerup", () => {
  if (!drawing) return;
  const { box } = drawing;
  drawing = null;
  if (box[2] - box[0] > SMALLEST && box[3] - box[1] > SMALLEST) {
    if (mode === "crop") crop = box;
    else boxes.push(box);
  }
  show();
});
for (const button of document.querySelectorAll("[data-mode]")) button.addEventListener("click", () => setMode(button.dataset.mode));

const takeBack = () => {
  if (crop) crop = null;
  else boxes.pop();
  show();
};
byId("box-undo").addEventListener("click", takeBack);
byId("box-clear").addEventListener("click", () => {
  [boxes, crop, fresh] = [[], null, true];
  byId("box-words").textContent = "Without crop and boxes, once you save it.";
  show();
});

/** What to save: a crop of the shown picture becomes one of the original, and boxes move with it. */
function edit() {
  const old = fresh ? null : review.crop;
  if (!crop) return { crop: old, covered: boxes };
  const [left, top, right, bottom] = crop;
  const [width, height] = [right - left, bottom - top];
  const base = old ?? [0, 0, 1, 1];
  const whole = ([x, y]) => [base[0] + x * (base[2] - base[0]), base[1] + y * (base[3] - base[1])];
  const inside = (value) => Math.min(Math.max(value, 0), 1);
  const covered = boxes
    .map(([x1, y1, x2, y2]) => [(x1 - left) / width, (y1 - top) / height, (x2 - left) / width, (y2 - top) / height].map(inside))
    .filter(([x1, y1, x2, y2]) => x2 > x1 && y2 > y1);
  return { crop: [...whole([left, top]), ...whole([right, bottom])], covered };
}
byId("picture-form").addEventListener("submit", () => (byId("boxes-field").value = JSON.stringify(edit())));

// --- Keys

const press = (id) => byId(id)?.click();
const KEYS = {
  a: () => press("approve"),
  u: () => byId("reason").focus(),
  p: () => press("plates"),
  b: () => setMode("blur"),
  c: () => setMode("crop"),
  z: takeBack,
  s: () => press("picture-save"),
  arrowleft: () => press("before"),
  arrowright: () => press("after"),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (field) {
    if (field.id === "reason" && event.key === "Enter" && field.value) {
      event.preventDefault();
      press("refuse");
    }
    return;
  }
  const act = KEYS[event.key.toLowerCase()];
  if (!act || event.target.closest(".map")) return;
  event.preventDefault();
  act();
});
show();
