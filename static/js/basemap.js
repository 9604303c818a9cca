// The base map's files: fetching them and decoding their delta encoding (format: pipeline/basemap/draw.py).

/** [x0, y0, dx1, dy1, …] in integers per degree → [[latitude, longitude], …] in degrees. */
export function decodeLine(numbers, scale) {
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

const lines = (coded, scale) => coded.map((line) => decodeLine(line, scale));
const polygons = (coded, scale) => coded.map((rings) => lines(rings, scale));

export async function fetchJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

/** One level of outlines; the first file also has neighbours, towns, credit, bounds and the list of levels. */
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
