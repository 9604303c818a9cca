// @ts-check
// The home page's map: India with an example round, drawn from the base map that the round page loads anyway.
import { loadLevel } from "./basemap.js";
import { byId, iconAddress, svgElement } from "./dom.js";

/** @type {Record<"truth" | "you" | "model", Point>} */
const EXAMPLE = { truth: [25.32, 82.98], you: [23.2, 77.4], model: [26.9, 80.9] }; // degrees: Varanasi, Bhopal, Lucknow
const MARK_SIZE = 22;
const GRID_DEGREES = 5;

/** @typedef {[number, number]} Point */

const hero = byId("hero-map", SVGSVGElement);

/**
 * Web Mercator, fitted into the view box.
 * @param {Bounds} bounds
 * @param {number} width
 * @param {number} height
 * @returns {(point: Point) => Point}
 */
function projection([[south, west], [north, east]], width, height) {
  /** @param {number} latitude */
  const mercator = (latitude) => Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360));
  const radians = Math.PI / 180;
  const scale = Math.min(width / ((east - west) * radians), height / (mercator(north) - mercator(south)));
  const left = (width - scale * (east - west) * radians) / 2;
  const top = (height - scale * (mercator(north) - mercator(south))) / 2;
  return ([latitude, longitude]) => [
    left + scale * (longitude - west) * radians,
    top + scale * (mercator(north) - mercator(latitude)),
  ];
}

/** @type {typeof svgElement} */
function add(name, attributes, text) {
  const made = svgElement(name, attributes, text);
  hero.append(made);
  return made;
}

const [width, height] = [400, 440]; // the map itself; the labels of degrees are around it, in the rest of the view box
const level = await loadLevel(hero.dataset.basemap ?? "");
const project = projection(level.bounds, width, height);
/** @type {(lines: Point[][], end?: string) => string} */
const path = (lines, end = "") =>
  lines
    .map(
      (line) =>
        `M${line
          .map((point) =>
            project(point)
              .map((v) => v.toFixed(1))
              .join(" "),
          )
          .join("L")}${end}`,
    )
    .join("");

for (let longitude = 70; longitude <= 95; longitude += GRID_DEGREES) {
  const [x] = project([0, longitude]);
  add("path", { class: "hero-grid", d: `M${x.toFixed(1)} 0V${height}` });
  add("text", { class: "hero-degrees", x: x.toFixed(1), y: height + 11 }, `${longitude}°E`);
}
for (let latitude = 10; latitude <= 35; latitude += GRID_DEGREES) {
  const [, y] = project([latitude, 0]);
  add("path", { class: "hero-grid", d: `M0 ${y.toFixed(1)}H${width}` });
  add("text", { class: "hero-degrees", x: -14, y: (y + 3).toFixed(1) }, `${latitude}°N`);
}
add("path", { class: "hero-land", d: path(level.land.flat(), "z") });
add("path", { class: "hero-states", d: path(level.states) });
for (const kind of /** @type {const} */ (["you", "model"])) {
  add("path", { class: `hero-line hero-line-${kind}`, d: path([[EXAMPLE[kind], EXAMPLE.truth]]), pathLength: 1 });
}
for (const [kind, position] of Object.entries(EXAMPLE)) {
  const [x, y] = project(position);
  const mark = add("use", {
    href: iconAddress(kind),
    class: `mark mark-${kind}`,
    x: x - MARK_SIZE / 2,
    y: y - MARK_SIZE / 2,
    width: MARK_SIZE,
    height: MARK_SIZE,
  });
  if (kind === "truth") mark.classList.add("hero-truth");
}
