// @ts-check
// Finding and making the parts of a page.

/**
 * The element with this id, which the page must have; `kind` is its class where an HTMLElement is not enough.
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 */
export const byId = (id, kind) => sure(document.getElementById(id), kind, `#${id}`);

/**
 * The first element in `root` that fits the selector, which must be there.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [kind]
 * @returns {T}
 */
export const one = (root, selector, kind) => sure(root.querySelector(selector), kind, selector);

/**
 * All elements of the page that fit the selector.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {new () => T} [_kind]
 * @returns {NodeListOf<T>}
 */
export const all = (selector, _kind) => document.querySelectorAll(selector);

/**
 * @template {Element} T
 * @param {Element | null} found
 * @param {(new () => T) | undefined} kind
 * @param {string} name
 * @returns {T}
 */
function sure(found, kind, name) {
  if (found instanceof (kind ?? HTMLElement)) return /** @type {T} */ (found);
  throw new Error(`The page has no ${kind?.name ?? "element"} ${name}.`);
}

/**
 * What the server wrote into the page with json_script.
 * @param {string} id
 * @returns {any}
 */
export const pageData = (id) => JSON.parse(byId(id).textContent);

/**
 * A new element with a class, a text and properties.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} [className]
 * @param {string} [text]
 * @param {Partial<HTMLElementTagNameMap[K]>} [properties]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, className = "", text = "", properties = {}) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return Object.assign(made, properties);
}

/**
 * A text for a label of Leaflet's, which reads a string as HTML.
 * @param {string} text
 */
export const labelText = (text) => /** @type {HTMLElement} */ (/** @type {unknown} */ (document.createTextNode(text)));

/**
 * A new element of SVG with attributes and a text.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 * @returns {SVGElementTagNameMap[K]}
 */
export function svgElement(name, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text) made.textContent = text;
  return made;
}

/**
 * The address of one of the shipped icons.
 * @param {string} name
 */
export const iconAddress = (name) => `${document.documentElement.dataset.icons}#${name}`;

/**
 * @param {string} name
 * @param {string} [className]
 */
export function icon(name, className = "icon") {
  const svg = svgElement("svg", { class: className, viewBox: "0 0 24 24", "aria-hidden": "true" });
  svg.append(svgElement("use", { href: iconAddress(name) }));
  return svg;
}

/**
 * A bar that is filled to this share.
 * @param {string} className
 * @param {number} share
 */
export function filledBar(className, share) {
  const bar = element("span", className);
  const fill = element("i");
  fill.style.width = `${100 * share}%`;
  bar.append(fill);
  return bar;
}

/**
 * Whether a button was pressed a second time; the first time it asks.
 * @param {HTMLElement} button
 * @param {string} question
 */
export function isSure(button, question) {
  if (button.dataset.sure !== undefined) return true;
  button.dataset.sure = "";
  button.textContent = question;
  return false;
}

/**
 * Announce to screen readers (aria-live=polite).
 * @param {string} text
 */
export const announce = (text) => {
  byId("announce").textContent = text;
};
