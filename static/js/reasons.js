// @ts-check
// The page of reasons: the attention map, the probabilities on a map, and how the guess changes when a part is covered.
import { get, post } from "./api.js";
import { between, inside, isLarger, place } from "./boxes.js";
import { all, byId, element, filledBar, labelText, one, pageData } from "./dom.js";
import { distance, percent } from "./format.js";
import { at, createLine, createMap, createMark } from "./map.js";
import { showClues } from "./reasons_clues.js";
import { fill, localName } from "./words.js";

const L = window.L;
const POLL_MS = 250;
const PATIENCE_MS = 60_000;
const SMALLEST_BOX = 0.02; // of the picture's sides
const LEAST_SHARE = 0.005; // of a state that is told beside the likeliest: the rest are all alike
/** @type {ReasonsPage} */
const state = pageData("reasons-state");
const picture = byId("the-picture", HTMLImageElement);

const messageOf = (/** @type {unknown} */ error) => (error instanceof Error ? error.message : String(error));

/** @param {string} text */
function fail(text) {
  byId("reasons-error").textContent = text;
  byId("reasons-error").hidden = false;
}

/**
 * Ask the model, and wait for the answer; rejects with a message for the page.
 * @param {Box[]} covered
 */
async function look(covered) {
  const asked = await post(state.urls.look, { covered });
  if (!asked.body.key)
    throw new Error(asked.body.error ?? gettext("The model did not answer. Reload the page to try again."));
  return answered(state.urls.answers.replace("KEY", asked.body.key));
}

/**
 * @param {string} url
 * @returns {Promise<Reasons>}
 */
async function answered(url) {
  const patience = performance.now() + PATIENCE_MS;
  while (performance.now() < patience) {
    const { status, body } = await get(url);
    if (status === 200) return body;
    if (status !== 202)
      throw new Error(body.error ?? gettext("The model did not answer. Reload the page to try again."));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(
    gettext("The model did not answer in time. Try again in a minute; if it still fails, tell whoever runs this site."),
  );
}

// --- The map

const board = createMap(byId("map"), { basemap: state.basemap, bounds: state.bounds, tileUrl: state.tile_url });
const mapFailed = () => {
  byId("map-error").hidden = false;
};
board.ready.catch(mapFailed);
const PRINT_HEIGHT = 264; // pixels of CSS: 7 cm
// On paper the map is what it was on the screen, made smaller: Leaflet cannot lay it out anew there.
new ResizeObserver(([{ contentRect: size }]) => {
  if (matchMedia("print").matches) return;
  const { style } = byId("map");
  style.setProperty("--screen-width", `${size.width}px`);
  style.setProperty("--screen-height", `${size.height}px`);
  style.setProperty("--print-zoom", String(PRINT_HEIGHT / size.height));
}).observe(byId("map"));
/** @type {Record<string, L.LayerGroup>} */
const layers = {
  heat: L.layerGroup(),
  circle: L.layerGroup(),
  neighbours: L.layerGroup(),
  read: L.layerGroup(),
  places: L.layerGroup(),
};
for (const group of Object.values(layers)) group.addTo(board.map);
for (const box of all("[data-layer]", HTMLInputElement)) {
  box.addEventListener("change", () => {
    const group = layers[box.dataset.layer ?? ""];
    if (box.checked) group.addTo(board.map);
    else group.remove();
  });
}
const marks = L.layerGroup().addTo(board.map);
const moved = L.layerGroup().addTo(board.map);
/** @type {Promise<Cell[]>} */
const cells = get(state.urls.cells).then(({ body }) => body.cells ?? Promise.reject(new Error("no cells")));
cells.catch(mapFailed);

/** @param {Reasons} reasons */
async function showMap(reasons) {
  layers.circle.clearLayers();
  layers.neighbours.clearLayers();
  marks.clearLayers();
  L.circle(at(reasons), { radius: reasons.radius_km * 1000, className: "map-radius", interactive: false }).addTo(
    layers.circle,
  );
  for (const alike of reasons.neighbours) {
    L.polyline([at(reasons), at(alike)], { className: "map-alike", interactive: false }).addTo(layers.neighbours);
    L.circleMarker(at(alike), { radius: 4, className: "map-alike-dot", interactive: false }).addTo(layers.neighbours);
  }
  const { truth, player } = state;
  if (truth) createLine("model", at(reasons), at(truth)).addTo(marks);
  createMark("model", at(reasons)).addTo(marks);
  if (player) createMark("you", at(player)).addTo(marks);
  if (truth) createMark("truth", at(truth), { className: "map-truth" }).addTo(marks);
  showTexts(reasons);
  const outlines = await cells;
  layers.heat.clearLayers();
  const most = Math.max(...reasons.heat);
  reasons.heat.forEach((probability, index) => {
    if (probability < 0.002) return;
    const style = { className: "map-cell", fillOpacity: (0.8 * probability) / most, weight: 0.5 };
    L.geoJSON(outlines[index].geometry, { style })
      .bindTooltip(labelText(`${outlines[index].name}: ${percent(probability)}`), { sticky: true })
      .addTo(layers.heat);
  });
  layers.neighbours.eachLayer((layer) => layer instanceof L.Path && layer.bringToFront());
}

// --- What it read

/** @param {Reasons} reasons */
function showTexts(reasons) {
  byId("read").hidden = byId("read-layer").hidden = !reasons.texts.length;
  layers.read.clearLayers();
  byId("read-boxes").replaceChildren();
  byId("read-texts").replaceChildren(
    ...reasons.texts.map(({ kind, text, meaning, effect, boxes, without }) => {
      const frames = boxes.map((box) => place(element("div", "read-box"), box));
      byId("read-boxes").append(...frames);
      const line = L.polyline([at(reasons), at(without)], { className: "map-without-line", interactive: false });
      const mark = createMark("model", at(without), { className: "map-without" });
      layers.read.addLayer(line).addLayer(mark);
      const button = element("button", "read-text", "", { type: "button" });
      button.append(
        element("span", "muted", kind),
        element("b", "", `“${text}”`),
        element("span", "", meaning),
        element("span", "number", effect),
      );
      const light = (/** @type {boolean} */ lit) => {
        for (const part of [...frames, line.getElement(), mark.getElement()]) part?.classList.toggle("is-lit", lit);
      };
      for (const type of ["pointerenter", "focus"]) button.addEventListener(type, () => light(true));
      for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => light(false));
      button.addEventListener("click", () => board.showPlace(L.latLngBounds([at(reasons), at(without)])));
      const row = element("li");
      row.append(button);
      return row;
    }),
  );
}

// --- Lists

/**
 * @param {HTMLElement} list
 * @param {Likelihood[]} rows
 */
function bars(list, rows) {
  const most = Math.max(...rows.map(({ probability }) => probability));
  list.replaceChildren(
    ...rows.map(({ name, probability }) => {
      const row = element("li");
      const figure = element("span", "number", percent(probability));
      row.append(element("span", "", localName(name)), figure, filledBar("bar model", probability / most));
      return row;
    }),
  );
}

/** @param {Reasons} reasons */
function showLists(reasons) {
  byId("doubt").hidden = !reasons.doubtful;
  byId("pin-note").hidden = reasons.pin_among_likeliest;
  byId("inferred").hidden = !reasons.clues.length;
  const told = reasons.states.filter(({ probability }, rank) => rank === 0 || probability >= LEAST_SHARE);
  bars(byId("states"), told.slice(0, 5));
  bars(byId("top-cells"), reasons.cells);
  byId("clues").replaceChildren(
    ...reasons.clues.flatMap(({ task, labels: [best] }) => {
      const value = element("dd");
      value.append(element("span", "", best.label), element("span", "number", percent(best.probability)));
      return [element("dt", "", task), value];
    }),
  );
  const pictured = reasons.neighbours.some((alike) => alike.picture);
  byId("alike-note").hidden = pictured;
  byId("alike").replaceChildren(
    ...reasons.neighbours.map((alike) => {
      const row = element("li");
      if (alike.picture) {
        row.append(element("img", "", "", { src: alike.picture, alt: "", loading: "lazy" }));
      }
      row.append(element("span", alike.picture ? "" : "no-picture", alike.place));
      row.append(element("span", "number", fill(gettext("Likeness {cosine}"), { cosine: alike.cosine.toFixed(2) })));
      if (state.truth) {
        const away = distance(kilometres(alike, state.truth));
        row.append(element("span", "", fill(gettext("{distance} from the true place"), { distance: away })));
      }
      if (alike.credit) row.append(element("small", "muted", alike.credit));
      return row;
    }),
  );
}

/** @type {(from: Position, to: Position) => number} */
const kilometres = (from, to) => board.map.distance(at(from), at(to)) / 1000;

// --- The attention map

/** @param {Attention | null | undefined} attention */
function showAttention(attention) {
  const uncover = element("button", "button", gettext("Uncover the picture"), { type: "button" });
  uncover.addEventListener("click", () => cover(null));
  if (!attention) {
    byId("overlay").hidden = true;
    byId("attention-note").textContent = gettext("There is no explanation for this picture.");
    byId("cover-note").textContent = gettext("Draw a box on the picture to cover that part.");
    byId("regions").replaceChildren(uncover);
    return;
  }
  const { values, seen, regions, method } = attention;
  const canvas = byId("attention", HTMLCanvasElement);
  const small = element("canvas", "", "", { width: values[0].length, height: values.length });
  const [pen, target] = [small.getContext("2d"), canvas.getContext("2d")];
  if (!pen || !target) return; // the browser is out of memory for them
  const pixels = pen.createImageData(small.width, small.height);
  values.flat().forEach((value, index) => {
    pixels.data.set([12, 16, 24, 255 * (1 - value ** 0.7)], 4 * index); // areas of low attention are darkened
  });
  pen.putImageData(pixels, 0, 0);
  [canvas.width, canvas.height] = [picture.naturalWidth || 900, picture.naturalHeight || 600];
  const [left, top, right, bottom] = seen;
  target.imageSmoothingQuality = "high";
  const [w, h] = [canvas.width, canvas.height];
  target.drawImage(small, left * w, top * h, (right - left) * w, (bottom - top) * h);
  byId("attention-note").textContent = fill(
    gettext("Brighter parts count more (method: {method}). Dashed boxes: the parts that count most."),
    { method },
  );
  byId("regions").replaceChildren(
    ...regions.map((box, index) => {
      const frame = place(element("div", "region"), box);
      frame.append(element("b", "", String(index + 1)));
      byId("looked-at").append(frame);
      const words = fill(gettext("Cover part {number}"), { number: index + 1 });
      const button = element("button", "button", words, { type: "button" });
      button.addEventListener("click", () => cover(box));
      return button;
    }),
    uncover,
  );
}

const opacity = byId("opacity", HTMLInputElement);
opacity.addEventListener("input", () => {
  byId("attention").style.opacity = String(Number(opacity.value) / 100);
});

// --- Covering parts of the picture

let original = state.reasons;
let asking = 0;

/**
 * Cover this box, or nothing, and show the model's guess for that.
 * @param {Box | null} box
 */
async function cover(box) {
  const mine = ++asking;
  const told = byId("what-if");
  byId("covers").replaceChildren(...(box ? [place(element("div", "cover"), box)] : []));
  if (!original) return;
  if (!box) {
    told.textContent = "";
    show(original);
    return;
  }
  told.textContent = gettext("Looking again…");
  try {
    const changed = await look([box]);
    if (mine !== asking) return;
    show(changed);
    const [before, after] = [original.states[0], changed.states[0]];
    const same = changed.states.find(({ name }) => name === before.name)?.probability ?? 0;
    const words = [
      fill(gettext("With this part covered, the guess moves by {distance}."), {
        distance: distance(kilometres(original, changed)),
      }),
      `${gettext(before.name)}: ${percent(before.probability)} → ${percent(same)}.`,
    ];
    if (after.name !== before.name) {
      const likeliest = { state: gettext(after.name), share: percent(after.probability) };
      words.push(fill(gettext("Now likeliest: {state} ({share})."), likeliest));
    }
    told.textContent = words.join(" ");
  } catch (error) {
    if (mine === asking) told.textContent = messageOf(error);
  }
}

const ground = byId("looked-at");
const dragged = byId("drag");
/** @type {[number, number] | null} */
let from = null;
/** @returns {[number, number]} */
const share = (/** @type {PointerEvent} */ event) => {
  const box = ground.getBoundingClientRect();
  return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
};
ground.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  from = share(event);
  ground.setPointerCapture(event.pointerId);
});
ground.addEventListener("pointermove", (event) => {
  if (!from) return;
  dragged.hidden = false;
  place(dragged, between(from, share(event)));
});
ground.addEventListener("pointerup", (event) => {
  if (!from) return;
  const box = between(from, share(event));
  from = null;
  dragged.hidden = true;
  if (isLarger(box, SMALLEST_BOX)) cover(box);
});
ground.addEventListener("pointercancel", () => {
  from = null;
  dragged.hidden = true;
});

// --- Start

/** @param {Reasons} reasons */
function show(reasons) {
  showLists(reasons);
  showMap(reasons).catch(() => {});
}

byId("print").addEventListener("click", () => window.print());
const lesson = byId("lesson", HTMLDetailsElement);
lesson.addEventListener("toggle", () => {
  const frame = one(lesson, "iframe", HTMLIFrameElement);
  if (lesson.open && !frame.src) frame.src = frame.dataset.src ?? "";
});

/** @param {Reasons["seen"]} seen */
const listClues = (seen) => showClues(seen, state.held, { board, places: layers.places, moved, cover });
if (original) show(original);
listClues(original?.seen ?? null);
const pictureReady = picture.complete ? Promise.resolve() : picture.decode().catch(() => {});
(state.urls.answer ? answered(state.urls.answer) : look([]))
  .then(async (found) => {
    await pictureReady;
    if (found.seen && !original?.seen) listClues(found.seen); // an older prediction has none
    if (!original) {
      original = found;
      show(found);
    }
    showAttention(found.attention);
    ground.dataset.state = "ready";
  })
  .catch((error) => {
    byId("attention-note").textContent = "";
    fail(messageOf(error));
  });
