// The map: Leaflet with the site's base map in the theme's colours, and labels of towns and states that never overlap.
import { fetchJson, loadLevel } from "./basemap.js";

const L = window.L;
const WORLD_SHOWN = [[-4, 56], [46, 108]]; // degrees: the area that the base map's files cover
const CENTRE_KEPT_IN = L.latLngBounds([2, 62], [41, 102]); // degrees: the map's centre cannot leave this area
const MAX_ZOOM = 12; // the outlines have no finer detail
const STEP = 0.15; // of the map's shorter side, for one press of an arrow key
const LABEL_MARGIN = 160; // pixels drawn outside the view, so that a drag does not uncover bare edges
const STATE_LABEL_MAX_ZOOM = 7.5;
const RELIEF_OPACITY = [[6.5, 0.6], [7.5, 0.35]]; // [up to this zoom level, opacity]; closer, the relief would be blurred and slow

const probe = document.createElement("i");
probe.hidden = true;
document.body.append(probe);
/** A colour variable of the design system, resolved for the theme in use. */
function colour(name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

const Labels = L.Layer.extend({
  initialize(towns, states) {
    this.towns = towns.map(([name, latitude, longitude, zoom]) => ({ name, at: L.latLng(latitude, longitude), zoom }));
    this.states = states.map(([name, , latitude, longitude, [[south, west], [north, east]]]) => ({
      name: gettext(name).toUpperCase(),
      at: L.latLng(latitude, longitude),
      bounds: L.latLngBounds([south, west], [north, east]),
    }));
  },
  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPane("labels"));
    map.on("moveend resize", this.draw, this);
    this.draw();
  },
  onRemove(map) {
    map.off("moveend resize", this.draw, this);
    this.canvas.remove();
  },
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
    pen.scale(ratio, ratio);
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.strokeStyle = colour("--map-label-halo");
    pen.lineWidth = 3;
    const taken = [];
    const free = (box) => {
      const inside = box.left > 2 && box.top > 2 && box.right < size.x - 2 && box.bottom < size.y - 2;
      if (!inside || taken.some((b) => box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom))
        return false;
      taken.push(box);
      return true;
    };
    const place = (at) => map.latLngToLayerPoint(at).subtract(origin);
    const zoom = map.getZoom();
    const write = (text, x, y) => {
      pen.strokeText(text, x, y);
      pen.fillText(text, x, y);
    };

    const drawTowns = (towns) => {
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
        if (width > room * 0.9 || !free({ left: x - width / 2, right: x + width / 2, top: y - 7, bottom: y + 7 })) continue;
        write(state.name, x, y);
      }
    };
    const shown = this.towns.filter((town) => town.zoom <= zoom + 0.5);
    drawTowns(shown.filter((town) => town.zoom <= 4));
    if (zoom >= 4.5 && zoom <= STATE_LABEL_MAX_ZOOM) drawStates();
    drawTowns(shown.filter((town) => town.zoom > 4));
  },
});

/** A frame that fades the land into the sea's colour at the edge of the base map. */
function edgeFade() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("preserveAspectRatio", "none");
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
  constructor(map, urls, { filled }) {
    this.map = map;
    this.urls = urls;
    this.filled = filled;
    this.files = new Map();
    this.renderers = Object.fromEntries(
      ["land", "borders"].map((pane) => [pane, L.canvas({ pane, padding: 0.3, interactive: false })]),
    );
  }

  async load() {
    const [first, places] = await Promise.all([this.level("basemap.json"), fetchJson(this.urls["search.json"])]);
    this.first = first;
    if (this.filled) {
      const plain = { interactive: false, renderer: this.renderers.land, stroke: false, fillOpacity: 1 };
      this.water = L.rectangle(WORLD_SHOWN, plain).addTo(this.map); // the relief is blended with the layer below it
      this.neighbours = L.polygon(first.neighbours, plain).addTo(this.map);
      this.relief = L.imageOverlay(this.urls["relief.webp"], first.relief_bounds, { pane: "relief" }).addTo(this.map);
      L.svgOverlay(edgeFade(), WORLD_SHOWN, { pane: "edge" }).addTo(this.map);
      this.labels = new Labels(first.towns, places.filter(([, state]) => state === "")).addTo(this.map);
      document.fonts.ready.then(() => this.labels.draw());
    }
    this.map.attributionControl.addAttribution(first.credit);
    await this.showLevel();
    this.map.on("zoomend", () => this.showLevel());
    document.addEventListener("themechange", () => this.restyle());
  }

  level(name) {
    if (!this.files.has(name)) this.files.set(name, loadLevel(this.urls[name]));
    return this.files.get(name);
  }

  /** Draw the outlines for this zoom; the current ones stay until the finer file has loaded. */
  async showLevel() {
    const zoom = this.map.getZoom();
    const opacity = RELIEF_OPACITY.find(([upTo]) => zoom <= upTo)?.[1];
    this.map.getPane("relief").hidden = opacity === undefined;
    this.relief?.setOpacity(opacity ?? 0);
    const { file } = this.first.levels.find((level) => level.max_zoom === null || zoom < level.max_zoom + 1);
    if (file === this.shown) return;
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
    const land = L.polygon(level.land, { interactive: false, renderer: this.renderers.land, stroke: false, fillOpacity: 1 });
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
    const zoom = this.map.getZoom();
    this.water?.setStyle({ fillColor: colour("--map-water") });
    this.neighbours?.setStyle({ fillColor: colour("--map-abroad") });
    this.outlines.land?.setStyle({ fillColor: colour("--map-land") });
    this.outlines.districts.setStyle({ color: colour("--map-district"), weight: zoom < 5 ? 0.5 : 0.8, opacity: zoom < 5 ? 0.45 : 1 });
    this.outlines.states.setStyle({ color: colour("--map-state"), weight: zoom < 6 ? 1 : 1.5 });
    this.outlines.coast.setStyle({ color: colour("--map-coast"), weight: 1.2 });
    this.labels?.draw();
  }
}

/**
 * A Leaflet map of India in `container`. It keeps `bounds` in view while its size changes, until the user moves it.
 * `ready` settles when the base map is drawn, and fails when it could not be fetched.
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
    map.createPane(name).classList.add("map-still", `map-${name}`);
    map.getPane(name).style.zIndex = String(210 + 10 * order);
  });
  if (tileUrl) L.tileLayer(tileUrl, { maxZoom: MAX_ZOOM }).addTo(map);

  let home = bounds;
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
    /** Keep these bounds in view, as initially. */
    frame(newBounds, newOptions = {}) {
      [home, options, untouched] = [newBounds, newOptions, true];
      settle();
    },
    zoomBy(steps) {
      touch();
      map.setZoom(map.getZoom() + steps);
    },
    /** Move by a share of the map's size: (1, 0) is a step to the east. */
    step(x, y) {
      touch();
      const size = map.getSize();
      const pixels = Math.min(size.x, size.y) * STEP;
      map.panBy([x * pixels, y * pixels], { duration: 0.15 });
    },
    showPlace(placeBounds) {
      touch();
      map.fitBounds(placeBounds, { maxZoom: 9, padding: [20, 20] });
    },
  };
}

/** The mark of "you", "model" or "truth" at a position; `extra` are Leaflet's marker options. */
export function createMark(kind, latLng, { label = "", className = "", ...extra } = {}) {
  const icons = document.documentElement.dataset.icons;
  const text = label ? `<b>${label}</b>` : "";
  const html = `<svg class="mark mark-${kind}" viewBox="0 0 24 24" aria-hidden="true"><use href="${icons}#${kind}"/></svg>${text}`;
  const icon = L.divIcon({ className: `map-mark ${className}`, html, iconSize: [28, 28], iconAnchor: [14, 14] });
  return L.marker(latLng, { icon, keyboard: false, interactive: false, ...extra });
}

/** The line from a guess to the truth, drawn by CSS along its length. */
export function createLine(kind, from, to) {
  const casing = L.polyline([from, to], { className: `map-line-casing map-line-casing-${kind}`, interactive: false, noClip: true });
  const line = L.polyline([from, to], { className: `map-line map-line-${kind}`, interactive: false, noClip: true });
  line.on("add", () => line.getElement().setAttribute("pathLength", "1"));
  casing.on("add", () => casing.getElement().setAttribute("pathLength", "1"));
  return L.layerGroup([casing, line]);
}
