// @ts-check
// The map: Leaflet with the site's base map in the theme's colours, and labels of towns and states that never overlap.
import { fetchJson, loadLevel } from "./basemap.js";
import { element, iconAddress, one, svgElement } from "./dom.js";

/** @import { Level, NativeNames } from "./basemap.js" */

const L = window.L;
/** @type {Bounds} */
const WORLD_SHOWN = [
  [-4, 56],
  [46, 108],
]; // degrees: the area that the base map's files cover
const CENTRE_KEPT_IN = L.latLngBounds([2, 62], [41, 102]); // degrees: the map's centre cannot leave this area
const MAX_ZOOM = 12; // the outlines have no finer detail
const STEP = 0.15; // of the map's shorter side, for one press of an arrow key
const LABEL_MARGIN = 160; // pixels drawn outside the view, so that a drag does not uncover bare edges
const STATE_LABEL_MAX_ZOOM = 7.5;
const DISTRICT_LABEL_ZOOMS = [7, 10];
const RELIEF_OPACITY = [
  [6.5, 0.6],
  [7.5, 0.35],
]; // [up to this zoom level, opacity]; closer, the relief would be blurred and slow

const probe = element("i", "", "", { hidden: true });
document.body.append(probe);
/**
 * A colour variable of the design system, resolved for the theme in use.
 * @param {string} name
 */
function colour(name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

class Labels extends L.Layer {
  /**
   * @param {Level} level the first
   * @param {NativeNames | undefined} native
   */
  constructor(level, native) {
    super();
    this.towns = level.towns.map(([name, latitude, longitude, zoom], index) => ({
      name: native?.towns[index] || name,
      at: L.latLng(latitude, longitude),
      zoom,
    }));
    this.districts = level.district_names.map(([name, latitude, longitude], index) => ({
      name: native?.districts[index] || name,
      at: L.latLng(latitude, longitude),
    }));
    this.states = level.state_names.map(([name, latitude, longitude, [[south, west], [north, east]]]) => ({
      name: gettext(name).toUpperCase(),
      at: L.latLng(latitude, longitude),
      bounds: L.latLngBounds([south, west], [north, east]),
    }));
    this.canvas = element("canvas", "leaflet-zoom-hide");
  }
  /** @param {L.Map} map */
  onAdd(map) {
    map.getPane("labels")?.append(this.canvas);
    map.on("moveend resize", this.draw, this);
    this.draw();
    return this;
  }
  /** @param {L.Map} map */
  onRemove(map) {
    map.off("moveend resize", this.draw, this);
    this.canvas.remove();
    return this;
  }
  draw() {
    const map = this._map;
    const size = map.getSize().add([2 * LABEL_MARGIN, 2 * LABEL_MARGIN]);
    const origin = map.containerPointToLayerPoint([-LABEL_MARGIN, -LABEL_MARGIN]);
    const ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this.canvas, origin);
    this.canvas.width = size.x * ratio;
    this.canvas.height = size.y * ratio;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    const pen = this.canvas.getContext("2d");
    if (!pen) return; // the browser is out of memory for it
    pen.scale(ratio, ratio);
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.strokeStyle = colour("--map-label-halo");
    pen.lineWidth = 3;
    /** @typedef {{left: number, right: number, top: number, bottom: number}} Rectangle */
    /** @type {Rectangle[]} */
    const taken = [];
    const free = (/** @type {Rectangle} */ box) => {
      const inside = box.left > 2 && box.top > 2 && box.right < size.x - 2 && box.bottom < size.y - 2;
      if (
        !inside ||
        taken.some((b) => box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom)
      )
        return false;
      taken.push(box);
      return true;
    };
    const place = (/** @type {L.LatLng} */ at) => map.latLngToLayerPoint(at).subtract(origin);
    const zoom = map.getZoom();
    /** @type {(text: string, x: number, y: number) => void} */
    const write = (text, x, y) => {
      pen.strokeText(text, x, y);
      pen.fillText(text, x, y);
    };

    const drawTowns = (/** @type {typeof this.towns} */ towns) => {
      pen.fillStyle = colour("--map-label");
      pen.textAlign = "left";
      pen.letterSpacing = "0px";
      for (const town of towns) {
        const { x, y } = place(town.at);
        if (x < 0 || y < 0 || x > size.x || y > size.y) continue; // skipped early, because measuring text is slow
        pen.font = `${town.zoom <= 4 ? 600 : 500} ${town.zoom <= 5 ? 12 : 11}px "Noto Sans", sans-serif`;
        const width = pen.measureText(town.name).width;
        if (!free({ left: x - 4, right: x + 8 + width, top: y - 8, bottom: y + 8 })) continue;
        pen.beginPath();
        pen.arc(x, y, town.zoom <= 4 ? 2.5 : 2, 0, 7);
        pen.stroke();
        pen.fill();
        write(town.name, x + 6, y);
      }
    };
    const drawStates = () => {
      pen.font = '600 10px "Noto Sans", sans-serif';
      pen.textAlign = "center";
      pen.letterSpacing = document.documentElement.lang === "en" ? "1.2px" : "0px"; // spacing would break joined scripts
      pen.fillStyle = colour("--map-label-state");
      for (const state of this.states) {
        const room = place(state.bounds.getSouthEast()).x - place(state.bounds.getNorthWest()).x;
        const width = pen.measureText(state.name).width;
        const { x, y } = place(state.at);
        if (width > room * 0.9 || !free({ left: x - width / 2, right: x + width / 2, top: y - 7, bottom: y + 7 }))
          continue;
        write(state.name, x, y);
      }
    };
    const drawDistricts = () => {
      pen.font = '500 10px "Noto Sans", sans-serif';
      pen.textAlign = "center";
      pen.letterSpacing = "0px";
      pen.fillStyle = colour("--map-label-state");
      for (const district of this.districts) {
        const { x, y } = place(district.at);
        if (x < 0 || y < 0 || x > size.x || y > size.y) continue;
        const width = pen.measureText(district.name).width;
        if (free({ left: x - width / 2 - 6, right: x + width / 2 + 6, top: y - 9, bottom: y + 9 }))
          write(district.name, x, y);
      }
    };
    const shown = this.towns.filter((town) => town.zoom <= zoom + 0.5);
    drawTowns(shown.filter((town) => town.zoom <= 4));
    if (zoom >= 4.5 && zoom <= STATE_LABEL_MAX_ZOOM) drawStates();
    const [from, upTo] = DISTRICT_LABEL_ZOOMS;
    if (zoom >= from && zoom <= upTo) {
      drawTowns(shown.filter((town) => town.zoom > 4 && town.zoom < zoom - 0.5));
      drawDistricts();
      drawTowns(shown.filter((town) => town.zoom >= zoom - 0.5));
    } else drawTowns(shown.filter((town) => town.zoom > 4));
  }
}

/** A frame that fades the land into the sea's colour at the edge of the base map. */
function edgeFade() {
  const svg = svgElement("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  /** @type {(id: string, direction: [number, number, number, number], box: string) => string} */
  const fade = (id, [x1, y1, x2, y2], box) =>
    `<linearGradient id="${id}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">
       <stop class="edge-outer"/><stop class="edge-outer" offset="0.5"/><stop class="edge-inner" offset="1"/>
     </linearGradient>
     <rect fill="url(#${id})" ${box}/>`;
  svg.innerHTML =
    fade("edge-west", [0, 0, 1, 0], 'width="18" height="100"') +
    fade("edge-north", [0, 0, 0, 1], 'width="100" height="18"') +
    fade("edge-east", [1, 0, 0, 0], 'x="82" width="18" height="100"') +
    fade("edge-south", [0, 1, 0, 0], 'y="82" width="100" height="18"');
  return svg;
}

/** Land, borders, relief and names in their own panes, in the theme's colours; over tiles (`filled` false) borders only. */
class BaseMap {
  /** @type {Map<string, Promise<Level>>} */
  files = new Map();
  /** @type {L.Rectangle | undefined} */
  water;
  /** @type {L.Polygon | undefined} */
  neighbours;
  /** @type {L.ImageOverlay | undefined} */
  relief;
  /** @type {Labels | undefined} */
  labels;
  /** @type {string | undefined} file of the outlines that are shown, or on their way */
  shown;
  /** @type {{land?: L.Polygon, districts: L.Polyline, states: L.Polyline, coast: L.Polygon} | undefined} */
  outlines;
  renderers = {
    land: L.canvas({ pane: "land", padding: 0.3 }),
    borders: L.canvas({ pane: "borders", padding: 0.3 }),
  };

  /**
   * @param {L.Map} map
   * @param {Record<string, string>} urls
   * @param {{filled: boolean}} options
   */
  constructor(map, urls, { filled }) {
    this.map = map;
    this.urls = urls;
    this.filled = filled;
  }

  async load() {
    const names = this.urls[`names-${document.documentElement.lang}.json`];
    /** @type {[Level, NativeNames | undefined]} */
    const [first, native] = await Promise.all([
      this.level("basemap.json"),
      names ? fetchJson(names).catch(() => undefined) : undefined, // the map is right with English names, too
    ]);
    if (this.filled) {
      const plain = { interactive: false, renderer: this.renderers.land, stroke: false, fillOpacity: 1 };
      this.water = L.rectangle(WORLD_SHOWN, plain).addTo(this.map); // the relief is blended with the layer below it
      this.neighbours = L.polygon(first.neighbours, plain).addTo(this.map);
      this.relief = L.imageOverlay(this.urls["relief.webp"], first.relief_bounds, { pane: "relief" }).addTo(this.map);
      L.svgOverlay(edgeFade(), WORLD_SHOWN, { pane: "edge" }).addTo(this.map);
      this.labels = new Labels(first, native).addTo(this.map);
      document.fonts.ready.then(() => this.labels?.draw());
    }
    this.map.attributionControl.addAttribution(first.credit);
    await this.showLevel(first.levels);
    this.map.on("zoomend", () => this.showLevel(first.levels));
    document.addEventListener("themechange", () => this.restyle());
  }

  /** @param {string} name of the file */
  level(name) {
    const level = this.files.get(name) ?? loadLevel(this.urls[name]);
    this.files.set(name, level);
    return level;
  }

  /**
   * Draw the outlines for this zoom; the current ones stay until the finer file has loaded.
   * @param {Level["levels"]} levels
   */
  async showLevel(levels) {
    const zoom = this.map.getZoom();
    const opacity = RELIEF_OPACITY.find(([upTo]) => zoom <= upTo)?.[1];
    one(this.map.getContainer(), ".map-relief").hidden = opacity === undefined;
    this.relief?.setOpacity(opacity ?? 0);
    const file = levels.find((level) => level.max_zoom === null || zoom < level.max_zoom + 1)?.file;
    if (!file || file === this.shown) return;
    this.shown = file;
    let level;
    try {
      level = await this.level(file);
    } catch {
      this.files.delete(file); // keep the coarser outlines, and try again at the next zoom
      this.shown = undefined;
      return;
    }
    if (file !== this.shown) return;
    const old = this.outlines;
    const line = { interactive: false, renderer: this.renderers.borders, fill: false };
    const land = L.polygon(level.land, {
      interactive: false,
      renderer: this.renderers.land,
      stroke: false,
      fillOpacity: 1,
    });
    this.outlines = {
      ...(this.filled ? { land } : {}),
      districts: L.polyline(level.districts, line),
      states: L.polyline(level.states, line),
      coast: L.polygon(level.land, line),
    };
    this.restyle();
    for (const layer of Object.values(this.outlines)) layer.addTo(this.map);
    for (const layer of Object.values(old ?? {})) layer.remove();
  }

  restyle() {
    if (!this.outlines) return;
    const zoom = this.map.getZoom();
    this.water?.setStyle({ fillColor: colour("--map-water") });
    this.neighbours?.setStyle({ fillColor: colour("--map-abroad") });
    this.outlines.land?.setStyle({ fillColor: colour("--map-land") });
    const far = zoom < 5;
    this.outlines.districts.setStyle({
      color: colour("--map-district"),
      weight: far ? 0.5 : 0.8,
      opacity: far ? 0.45 : 1,
    });
    this.outlines.states.setStyle({ color: colour("--map-state"), weight: zoom < 6 ? 1 : 1.5 });
    this.outlines.coast.setStyle({ color: colour("--map-coast"), weight: 1.2 });
    this.labels?.draw();
  }
}

/** @typedef {ReturnType<typeof createMap>} Board */

/**
 * A Leaflet map of India in `container`. It keeps `bounds` in view while its size changes, until the user moves it.
 * `ready` settles when the base map is drawn, and fails when it could not be fetched.
 * @param {HTMLElement} container
 * @param {{basemap: Record<string, string>, bounds: L.LatLngBoundsExpression, tileUrl: string}} settings
 */
export function createMap(container, { basemap, bounds, tileUrl }) {
  const map = L.map(container, {
    zoomControl: false,
    keyboard: false, // the page's own keys work without focus on the map
    doubleClickZoom: false, // a double tap more often means to place a pin than to zoom
    zoomSnap: 0.25,
    zoomDelta: 1,
    wheelPxPerZoomLevel: 100,
    maxZoom: MAX_ZOOM,
    renderer: L.svg({ padding: 0.5 }),
  });
  map.attributionControl.setPrefix(false);
  ["land", "relief", "edge", "borders", "labels"].forEach((name, order) => {
    const pane = map.createPane(name);
    pane.classList.add("map-still", `map-${name}`);
    pane.style.zIndex = String(210 + 10 * order);
  });
  if (tileUrl) L.tileLayer(tileUrl, { maxZoom: MAX_ZOOM }).addTo(map);

  let home = bounds;
  /** @type {L.FitBoundsOptions} */
  let options = {};
  let untouched = true;
  const settle = () => {
    map.invalidateSize({ animate: false, pan: true });
    // The option is set by hand, around the fit: Leaflet's setter would start an animation that undoes the fit when it ends.
    const least = Math.min(4, map.getBoundsZoom(bounds) - 0.25);
    map.options.minZoom = Math.min(map.options.minZoom ?? least, least);
    if (untouched) map.fitBounds(home, { animate: false, ...options });
    map.options.minZoom = least;
  };
  map.fitBounds(bounds, { animate: false });
  settle();
  new ResizeObserver(settle).observe(container);
  map.on("moveend", () => {
    const centre = map.getCenter();
    if (untouched || CENTRE_KEPT_IN.contains(centre)) return;
    /** @type {(value: number, low: number, high: number) => number} */
    const within = (value, low, high) => Math.min(Math.max(value, low), high);
    const back = map
      .latLngToContainerPoint([
        within(centre.lat, CENTRE_KEPT_IN.getSouth(), CENTRE_KEPT_IN.getNorth()),
        within(centre.lng, CENTRE_KEPT_IN.getWest(), CENTRE_KEPT_IN.getEast()),
      ])
      .subtract(map.getSize().divideBy(2));
    // Leaflet ignores moves of less than a pixel but fires "moveend" again, which would loop for ever.
    if (Math.max(Math.abs(back.x), Math.abs(back.y)) >= 1) map.panBy(back);
  });
  const touch = () => {
    untouched = false;
  };
  map.on("dragstart", touch);
  for (const event of ["wheel", "touchstart"]) container.addEventListener(event, touch, { passive: true });

  return {
    map,
    settle, // call this before measuring right after the container has changed its size
    ready: new BaseMap(map, basemap, { filled: !tileUrl }).load(),
    /**
     * Keep these bounds in view, as initially.
     * @param {L.LatLngBounds} newBounds
     * @param {L.FitBoundsOptions} [newOptions]
     */
    frame(newBounds, newOptions = {}) {
      [home, options, untouched] = [newBounds, newOptions, true];
      settle();
    },
    /** @param {number} steps */
    zoomBy(steps) {
      touch();
      map.setZoom(map.getZoom() + steps);
    },
    /**
     * Move by a share of the map's size: (1, 0) is a step to the east.
     * @param {number} x
     * @param {number} y
     */
    step(x, y) {
      touch();
      const size = map.getSize();
      const pixels = Math.min(size.x, size.y) * STEP;
      map.panBy([x * pixels, y * pixels], { duration: 0.15 });
    },
    /** @param {L.LatLngBoundsExpression} placeBounds */
    showPlace(placeBounds) {
      touch();
      map.fitBounds(placeBounds, { maxZoom: 9, padding: [20, 20] });
    },
  };
}

/** @typedef {"you" | "model" | "truth"} Side */

/**
 * @param {Position} position
 * @returns {[number, number]} as Leaflet takes it
 */
export const at = ({ latitude, longitude }) => [latitude, longitude];

/**
 * Where the player guessed, or null for a round without a guess.
 * @param {PlayerGuess} guess
 */
export const guessOf = ({ latitude, longitude }) =>
  latitude === null || longitude === null ? null : { latitude, longitude };

/**
 * Padding in pixels for what covers the map of a reveal: the picture on the left or at the bottom.
 * @param {L.Map} map
 * @param {number} [below] more at the foot
 * @returns {L.FitBoundsOptions}
 */
export function paddingOf(map, below = 0) {
  const narrow = map.getContainer().clientWidth < 640;
  return narrow
    ? { paddingTopLeft: [32, 80], paddingBottomRight: [32, 90 + below] }
    : { paddingTopLeft: [240, 90], paddingBottomRight: [70, 70 + below] };
}

/**
 * The mark of a side at a position; what else is in `options` are Leaflet's marker options.
 * @param {Side} kind
 * @param {L.LatLngExpression} latLng
 * @param {L.MarkerOptions & {label?: number, className?: string}} [options]
 */
export function createMark(kind, latLng, { label, className = "", ...extra } = {}) {
  const text = label === undefined ? "" : `<b>${label}</b>`; // a number: Leaflet reads this as HTML
  const html = `<svg class="mark mark-${kind}" viewBox="0 0 24 24" aria-hidden="true"><use href="${iconAddress(kind)}"/></svg>${text}`;
  const icon = L.divIcon({ className: `map-mark ${className}`, html, iconSize: [28, 28], iconAnchor: [14, 14] });
  return L.marker(latLng, { icon, keyboard: false, interactive: false, ...extra });
}

/**
 * The line from a guess to the truth, drawn by CSS along its length.
 * @param {Side} kind
 * @param {L.LatLngExpression} from
 * @param {L.LatLngExpression} to
 */
export function createLine(kind, from, to) {
  const casing = L.polyline([from, to], {
    className: `map-line-casing map-line-casing-${kind}`,
    interactive: false,
    noClip: true,
  });
  const line = L.polyline([from, to], { className: `map-line map-line-${kind}`, interactive: false, noClip: true });
  for (const part of [casing, line]) part.on("add", () => part.getElement()?.setAttribute("pathLength", "1"));
  return L.layerGroup([casing, line]);
}
