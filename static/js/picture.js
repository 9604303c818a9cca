// The picture: zoom and pan by wheel, pinch, double click, drag, keys and buttons.

const MAX_ZOOM = 8; // times the size at which the whole picture fits
const KEY_STEP_PX = 80;
const KEY_ZOOM = 1.3;
const DOUBLE_CLICK_ZOOM = 2.5;
const LEAST_SHARE_SHOWN = 0.5; // of the picture, when it fills a view of another aspect ratio

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Make the `<img>` inside `view` zoomable. Returns {zoomBy, panBy, reset, resize}; a reset goes between "fill" and "all of it". */
export function createPicture(view, { onChange = () => {} } = {}) {
  const image = view.querySelector("img");
  const natural = { width: Number(image.getAttribute("width")), height: Number(image.getAttribute("height")) };
  const pointers = new Map();
  let scale = 1; // screen pixels per picture pixel
  let x = 0; // centre of the view in picture pixels from the picture's centre
  let y = 0;
  let moved = false; // by the user; until then the picture adapts to the view's size

  const whole = () => Math.min(view.clientWidth / natural.width, view.clientHeight / natural.height);
  const fill = () => {
    const cover = Math.max(view.clientWidth / natural.width, view.clientHeight / natural.height);
    return Math.min(cover, whole() / LEAST_SHARE_SHOWN);
  };

  function draw() {
    scale = clamp(scale, whole(), whole() * MAX_ZOOM);
    const roomX = Math.max(0, natural.width / 2 - view.clientWidth / 2 / scale);
    const roomY = Math.max(0, natural.height / 2 - view.clientHeight / 2 / scale);
    x = clamp(x, -roomX, roomX);
    y = clamp(y, -roomY, roomY);
    image.style.transform = `translate(-50%, -50%) scale(${scale}) translate(${-x}px, ${-y}px)`;
    view.dataset.pannable = String(roomX > 0.5 || roomY > 0.5);
    onChange({ zoom: scale / whole() });
  }

  /** Zoom by a factor, keeping the picture under (px, py), in view pixels from its centre, where it is. */
  function zoomBy(factor, px = 0, py = 0) {
    const next = clamp(scale * factor, whole(), whole() * MAX_ZOOM);
    x += px / scale - px / next;
    y += py / scale - py / next;
    scale = next;
    moved = true;
    draw();
  }

  function panBy(dx, dy) {
    x += dx / scale;
    y += dy / scale;
    moved = true;
    draw();
  }

  function show(size) {
    [scale, x, y] = [size, 0, 0];
    draw();
  }

  function reset() {
    const filled = Math.abs(scale - fill()) < 1e-6 && x === 0 && y === 0;
    show(filled ? whole() : fill());
    moved = filled;
  }

  const fromCentre = (event) => {
    const box = view.getBoundingClientRect();
    return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
  };

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
    const far = scale > fill() * 1.5;
    if (far) show(fill());
    else zoomBy(DOUBLE_CLICK_ZOOM, ...fromCentre(event));
  });
  view.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button")) return; // capturing the pointer would swallow the button's click
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
      const spread = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
      const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
      zoomBy(spread(now) / Math.max(1, spread(before)), ...middle);
      panBy((before[0] - now[0]) / 2, (before[1] - now[1]) / 2);
    } else {
      panBy(before[0] - now[0], before[1] - now[1]);
    }
    pointers.set(event.pointerId, now);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    view.addEventListener(type, (event) => {
      pointers.delete(event.pointerId);
      if (pointers.size === 0) delete view.dataset.dragging;
    });
  }
  view.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowLeft: () => panBy(-KEY_STEP_PX, 0),
      ArrowRight: () => panBy(KEY_STEP_PX, 0),
      ArrowUp: () => panBy(0, -KEY_STEP_PX),
      ArrowDown: () => panBy(0, KEY_STEP_PX),
      "+": () => zoomBy(KEY_ZOOM),
      "=": () => zoomBy(KEY_ZOOM),
      "-": () => zoomBy(1 / KEY_ZOOM),
      0: reset,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation(); // the same keys move the map elsewhere on the page
    act();
  });
  /** Prepare for another picture of this size in pixels, which the `<img>` is loading. */
  function resize(width, height) {
    Object.assign(natural, { width, height });
    Object.assign(image, { width, height });
    moved = false;
    show(fill());
  }

  new ResizeObserver(() => (moved ? draw() : show(fill()))).observe(view);
  show(fill());
  return { zoomBy, panBy, reset, resize };
}
