// @ts-check
// The picture: zoom and pan by wheel, pinch, double click, drag, keys and buttons.
import { one } from "./dom.js";
import { keyOf } from "./keys.js";
import { Zoom } from "./zoom.js";

const KEY_STEP_PX = 80;
const KEY_ZOOM = 1.3;
const DOUBLE_CLICK_ZOOM = 2.5;

/**
 * Make the `<img>` inside `view` zoomable. A reset goes between "fill" and "all of it".
 * @param {HTMLElement} view
 * @param {(frame: import("./zoom.js").Frame) => void} onMove is told where the picture lies in the view
 */
export function createPicture(view, onMove) {
  const image = one(view, "img", HTMLImageElement);
  /** @type {Map<number, [number, number]>} */
  const pointers = new Map();
  const zoom = new Zoom(() => ({ width: view.clientWidth, height: view.clientHeight }), {
    width: Number(image.getAttribute("width")),
    height: Number(image.getAttribute("height")),
  });

  function draw() {
    const { scale, x, y, pannable } = zoom;
    image.style.transform = `translate(-50%, -50%) scale(${scale}) translate(${-x}px, ${-y}px)`;
    view.dataset.pannable = String(pannable);
    onMove(zoom.frame());
  }
  /** @type {(factor: number, px?: number, py?: number) => void} */
  function zoomBy(factor, px, py) {
    zoom.zoomBy(factor, px, py);
    draw();
  }
  /** @type {(dx: number, dy: number) => void} */
  function panBy(dx, dy) {
    zoom.panBy(dx, dy);
    draw();
  }
  function reset() {
    zoom.reset();
    draw();
  }
  function showWhole() {
    zoom.showWhole();
    draw();
  }
  /** @param {Box} box to see, in fractions of the picture */
  function bring(box) {
    zoom.bring(box);
    draw();
  }

  /** @returns {[number, number]} */
  const fromCentre = (/** @type {MouseEvent} */ event) => {
    const box = view.getBoundingClientRect();
    return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
  };

  const onButton = (/** @type {MouseEvent} */ { target }) =>
    target instanceof Element && target.closest("button") !== null;

  view.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 33 : 1); // deltaMode 1 counts lines
      zoomBy(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0015)), ...fromCentre(event));
    },
    { passive: false },
  );
  view.addEventListener("dblclick", (event) => {
    if (onButton(event)) return;
    const far = zoom.scale > zoom.filling() * 1.5;
    if (far) zoom.show(zoom.filling());
    else zoom.zoomBy(DOUBLE_CLICK_ZOOM, ...fromCentre(event));
    draw();
  });
  view.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || onButton(event)) return; // capturing the pointer would swallow the button's click
    view.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, fromCentre(event));
    view.dataset.dragging = "true";
  });
  view.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = fromCentre(event);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const spread = (/** @type {[number, number]} */ point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
      zoomBy(spread(now) / Math.max(1, spread(before)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      panBy((before[0] - now[0]) / 2, (before[1] - now[1]) / 2);
    } else {
      panBy(before[0] - now[0], before[1] - now[1]);
    }
    pointers.set(event.pointerId, now);
  });
  for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
    view.addEventListener(type, (event) => {
      pointers.delete(event.pointerId);
      if (pointers.size === 0) delete view.dataset.dragging;
    });
  }
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => panBy(-KEY_STEP_PX, 0),
    ArrowRight: () => panBy(KEY_STEP_PX, 0),
    ArrowUp: () => panBy(0, -KEY_STEP_PX),
    ArrowDown: () => panBy(0, KEY_STEP_PX),
    "+": () => zoomBy(KEY_ZOOM),
    "=": () => zoomBy(KEY_ZOOM),
    "-": () => zoomBy(1 / KEY_ZOOM),
    0: reset,
  };
  view.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[keyOf(event)];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation(); // the same keys move the map elsewhere on the page
    act();
  });

  /**
   * Prepare for another picture of this size in pixels, which the `<img>` is loading.
   * @param {number} width
   * @param {number} height
   */
  function resize(width, height) {
    Object.assign(image, { width, height });
    zoom.replace({ width, height });
    draw();
  }

  new ResizeObserver(() => {
    zoom.follow();
    draw();
  }).observe(view);
  draw();
  return { zoomBy, reset, showWhole, bring, resize };
}
