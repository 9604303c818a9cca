// @ts-check
// Which part of a picture a view shows: scale and centre, kept so that the view never leaves the picture.

const MAX_ZOOM = 8; // times the size at which the whole picture fits
const LEAST_SHARE_SHOWN = 0.5; // of the picture, when it fills a view of another aspect ratio

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{left: number, top: number, width: number, height: number}} Frame where a picture lies in the view's pixels */

/** @type {(value: number, low: number, high: number) => number} */
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export class Zoom {
  scale = 1; // screen pixels per picture pixel
  x = 0; // centre of the view in picture pixels from the picture's centre
  y = 0;
  /** @type {"filling" | "whole" | null} */
  fit = "filling"; // to which the picture adapts with the view's size, until the user moves it
  pannable = false; // whether there is anything beside what the view shows

  /**
   * @param {() => Size} view its size in screen pixels, as it is then
   * @param {Size} natural the picture's
   */
  constructor(view, natural) {
    this.view = view;
    this.natural = natural;
    this.show(this.filling());
  }

  /** The scale at which all of the picture is seen. */
  whole() {
    const { width, height } = this.view();
    return Math.min(width / this.natural.width, height / this.natural.height);
  }

  /** The scale at which the picture fills the view, as far as enough of it is seen then. */
  filling() {
    const { width, height } = this.view();
    const cover = Math.max(width / this.natural.width, height / this.natural.height);
    return Math.min(cover, this.whole() / LEAST_SHARE_SHOWN);
  }

  /** Bring scale and centre back to where the view shows nothing but the picture. */
  settle() {
    const { width, height } = this.view();
    this.scale = clamp(this.scale, this.whole(), this.whole() * MAX_ZOOM);
    const roomX = Math.max(0, this.natural.width / 2 - width / 2 / this.scale);
    const roomY = Math.max(0, this.natural.height / 2 - height / 2 / this.scale);
    this.x = clamp(this.x, -roomX, roomX);
    this.y = clamp(this.y, -roomY, roomY);
    this.pannable = roomX > 0.5 || roomY > 0.5;
  }

  /**
   * Zoom by a factor, keeping the picture under (px, py), in view pixels from its centre, where it is.
   * @param {number} factor
   * @param {number} [px]
   * @param {number} [py]
   */
  zoomBy(factor, px = 0, py = 0) {
    const next = clamp(this.scale * factor, this.whole(), this.whole() * MAX_ZOOM);
    this.x += px / this.scale - px / next;
    this.y += py / this.scale - py / next;
    this.scale = next;
    this.fit = null;
    this.settle();
  }

  /**
   * @param {number} dx in view pixels
   * @param {number} dy
   */
  panBy(dx, dy) {
    this.x += dx / this.scale;
    this.y += dy / this.scale;
    this.fit = null;
    this.settle();
  }

  /**
   * The middle of the picture at this scale.
   * @param {number} scale
   */
  show(scale) {
    [this.scale, this.x, this.y] = [scale, 0, 0];
    this.settle();
  }

  /** Fill the view; or, where it is filled, show all of the picture. */
  reset() {
    const filled = Math.abs(this.scale - this.filling()) < 1e-6 && this.x === 0 && this.y === 0;
    this.fit = filled ? "whole" : "filling";
    this.show(this[this.fit]());
  }

  /** All of the picture, until the user moves it. */
  showWhole() {
    this.fit = "whole";
    this.show(this.whole());
  }

  /**
   * Where the picture lies in the view.
   * @returns {Frame}
   */
  frame() {
    const view = this.view();
    const [width, height] = [this.natural.width * this.scale, this.natural.height * this.scale];
    const left = view.width / 2 - width / 2 - this.x * this.scale;
    return { left, top: view.height / 2 - height / 2 - this.y * this.scale, width, height };
  }

  /**
   * Bring a box, in fractions of the picture, into view as far as the scale allows.
   * @param {Box} box
   */
  bring([left, top, right, bottom]) {
    const { width, height } = this.view();
    const [reachX, reachY] = [width / 2 / this.scale, height / 2 / this.scale];
    /** @type {(now: number, from: number, to: number, reach: number) => number} */
    const near = (now, from, to, reach) =>
      to - from > 2 * reach ? (from + to) / 2 : clamp(now, to - reach, from + reach);
    this.x = near(this.x, (left - 0.5) * this.natural.width, (right - 0.5) * this.natural.width, reachX);
    this.y = near(this.y, (top - 0.5) * this.natural.height, (bottom - 0.5) * this.natural.height, reachY);
    this.settle();
  }

  /** The view has another size. */
  follow() {
    if (this.fit) this.show(this[this.fit]());
    else this.settle();
  }

  /**
   * Another picture.
   * @param {Size} natural
   */
  replace(natural) {
    this.natural = natural;
    this.fit = "filling";
    this.show(this.filling());
  }
}
