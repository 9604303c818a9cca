// @ts-check
// The base map's files: fetching them and decoding their delta encoding (format: pipeline/basemap/draw.py).

const FILE_WITHIN_MS = 60_000; // some are large, and some lines slow

/** @typedef {[number, number][]} Line points as [latitude, longitude] in degrees */
/** @typedef {{land: Line[][], neighbours: Line[][], states: Line[], districts: Line[], credit: string, bounds: Bounds,
 *   relief_bounds: Bounds, towns: [string, number, number, number][], levels: {file: string, max_zoom: number | null}[],
 *   state_names: [string, number, number, Bounds][], district_names: [string, number, number][]}} Level */
/** @typedef {{towns: string[], districts: string[]}} NativeNames in the order of the first level, "" where unknown */

/**
 * [x0, y0, dx1, dy1, …] in integers per degree → [[latitude, longitude], …] in degrees.
 * @param {number[]} numbers
 * @param {number} scale
 */
export function decodeLine(numbers, scale) {
  /** @type {Line} */
  const points = [];
  let x = 0;
  let y = 0;
  for (let i = 0; i < numbers.length; i += 2) {
    x += numbers[i];
    y += numbers[i + 1];
    points.push([y / scale, x / scale]);
  }
  return points;
}

/** @type {(coded: number[][], scale: number) => Line[]} */
const lines = (coded, scale) => coded.map((line) => decodeLine(line, scale));
/** @type {(coded: number[][][], scale: number) => Line[][]} */
const polygons = (coded, scale) => coded.map((rings) => lines(rings, scale));

/**
 * @param {string} url
 * @returns {Promise<any>}
 */
export async function fetchJson(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(FILE_WITHIN_MS) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

/**
 * One level of outlines; the first file also has neighbours, towns, credit, bounds and the list of levels.
 * @param {string} url
 * @returns {Promise<Level>}
 */
export async function loadLevel(url) {
  const file = await fetchJson(url);
  return {
    ...file,
    land: polygons(file.land, file.scale),
    neighbours: polygons(file.neighbours ?? [], file.scale),
    states: lines(file.states, file.scale),
    districts: lines(file.districts, file.scale),
  };
}
