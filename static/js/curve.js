// @ts-check
// A line chart as an SVG: axes with round numbers, the points, and the latest value as text.
import { element, svgElement } from "./dom.js";
import { fill } from "./words.js";

const WIDTH = 480;
const HEIGHT = 200;
const LEFT = 56;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;

/**
 * Draw `points` ([x, y], …), replacing the content of `figure`.
 * @param {HTMLElement} figure
 * @param {string} name
 * @param {[number, number][]} points
 */
export function drawCurve(figure, name, points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  const xs = scale(
    sorted.map(([x]) => x),
    LEFT,
    WIDTH - RIGHT,
  );
  const ys = scale(
    sorted.map(([, y]) => y),
    HEIGHT - BOTTOM,
    TOP,
  );
  const [lastX, lastY] = sorted[sorted.length - 1];
  const svg = svgElement("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": fill(gettext("{name} – values: {count}; the last: {value} at {position}"), {
      name,
      count: sorted.length,
      value: short(lastY),
      position: short(lastX),
    }),
  });
  for (const tick of ys.ticks) {
    svg.append(svgElement("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: ys.at(tick), y2: ys.at(tick) }));
    svg.append(svgElement("text", { class: "y", x: LEFT - 8, y: ys.at(tick) }, short(tick)));
  }
  for (const tick of xs.ticks)
    svg.append(svgElement("text", { class: "x", x: xs.at(tick), y: HEIGHT - 8 }, short(tick)));
  const corners = sorted.map(([x, y]) => `${xs.at(x).toFixed(1)},${ys.at(y).toFixed(1)}`);
  svg.append(svgElement("polyline", { class: "line", points: corners.join(" ") }));
  svg.append(svgElement("circle", { class: "last", cx: xs.at(lastX), cy: ys.at(lastY), r: 4 }));
  figure.replaceChildren(element("figcaption", "", `${name}: ${short(lastY)}`), svg);
}

/**
 * A linear scale onto [from, to] pixels that covers the values, with at most five round ticks.
 * @param {number[]} values
 * @param {number} from
 * @param {number} to
 */
function scale(values, from, to) {
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (low === high) [low, high] = [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2];
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const ticks = [];
  for (let number = Math.ceil(low / step); number * step <= high + step * 1e-9; number += 1) ticks.push(number * step);
  return { ticks, at: (/** @type {number} */ value) => from + ((value - low) / (high - low)) * (to - from) };
}

/** @param {number} value */
function short(value) {
  const notation = Math.abs(value) >= 1e5 ? "compact" : "standard";
  return value.toLocaleString("en", { maximumSignificantDigits: 4, notation });
}
