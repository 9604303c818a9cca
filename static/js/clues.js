// @ts-check
// What gives the place away: the clues of a revealed picture as numbered boxes over it, and in a list beside it.
import { edgesOf, tagSpots } from "./clue_tags.js";
import { element } from "./dom.js";
import { distance } from "./format.js";
import { fill } from "./words.js";

const TAG_PX = 26; // as in round.css

/** @typedef {{number: number, text: string, effect: string, box: Box, kind: "known" | "found"}} NumberedClue */
/** @import { Edges } from "./clue_tags.js" */
/** @import { Frame } from "./zoom.js" */

/**
 * The clues in the player's language, with the numbers of their boxes: first those that the scene holds.
 * @param {RoomSocket.Clues} clues
 * @returns {NumberedClue[]}
 */
export function numbered({ known, found, names }) {
  const own = names[document.documentElement.lang] ?? {};
  const shown = (/** @type {string} */ name) => own[name] ?? name;
  return [
    ...known.map(({ name, writing, box }) => ({
      kind: /** @type {const} */ ("known"),
      text: [writing, shown(name)].filter(Boolean).join(" · "),
      effect: "",
      box,
    })),
    ...found.map(({ name, box, moved_km: km }) => ({
      kind: /** @type {const} */ ("found"),
      text: shown(name),
      effect: km === null ? gettext("Seen, but no reason for the guess") : effectOf(km),
      box,
    })),
  ].map((clue, index) => ({ ...clue, number: index + 1 }));
}

/** @param {number} km that the guess moves where a reason for it is covered */
const effectOf = (km) =>
  km < 1
    ? gettext("Covering it makes the model less sure of its guess")
    : fill(gettext("Covering it moves the model’s guess by {distance}"), { distance: distance(km) });

/** @type {Record<NumberedClue["kind"], () => string>} */
const TITLES = {
  known: () => gettext("Drawn into this scene"),
  found: () => gettext("Found by the model"),
};

/**
 * Boxes in `over`, which lies over a picture's view, and their names in `list`. Pointing at one or focusing it lights
 * both; the one chosen last stays lit.
 * @param {object} page
 * @param {HTMLElement} page.over
 * @param {HTMLElement} page.list
 * @param {() => Edges} [page.seen] the part of the view that nothing lies over
 * @param {(box: Box) => void} page.onChoose
 */
export function createClues({ over, list, seen, onChoose }) {
  /** @type {{clue: NumberedClue, frame: HTMLElement, tag: HTMLButtonElement, entry: HTMLButtonElement}[]} */
  let shown = [];
  /** @type {Frame | undefined} */
  let lies;
  /** @type {number | null} */
  let chosen = null;

  /** @param {number | null} number of the clue that stands out */
  function light(number) {
    over.classList.toggle("has-lit", number !== null);
    for (const { clue, frame, tag, entry } of shown)
      for (const part of [frame, tag, entry]) part.classList.toggle("is-lit", clue.number === number);
  }
  /** @param {number | null} number of the clue that stays lit */
  function choose(number) {
    chosen = number;
    for (const { clue, entry } of shown) {
      if (clue.number === number) entry.setAttribute("aria-current", "true");
      else entry.removeAttribute("aria-current");
    }
    light(number);
  }
  /**
   * @param {NumberedClue} clue
   * @param {HTMLButtonElement} button
   */
  function listen({ number }, button) {
    for (const type of ["focus", "click"]) button.addEventListener(type, () => choose(number)); // Safari focuses no button
    button.addEventListener("pointerenter", () => light(number));
    button.addEventListener("pointerleave", () => light(chosen));
  }

  /** @param {NumberedClue} clue */
  function parts(clue) {
    const frame = element("div", `clue-frame ${clue.kind}`);
    const label = [clue.number, clue.text].join(": ");
    const tag = element("button", `clue-tag ${clue.kind}`, String(clue.number), { type: "button", ariaLabel: label });
    const entry = element("button", "clue", "", { type: "button" });
    entry.append(element("span", `clue-number ${clue.kind}`, String(clue.number)), element("span", "", clue.text));
    if (clue.effect) entry.append(element("small", "", clue.effect));
    for (const button of [tag, entry]) listen(clue, button);
    for (const type of ["focus", "click"]) entry.addEventListener(type, () => onChoose(clue.box));
    for (const type of ["focus", "click"])
      tag.addEventListener(type, () => entry.scrollIntoView({ block: "nearest", behavior: "instant" }));
    return { clue, frame, tag, entry };
  }

  /** @param {NumberedClue["kind"]} kind */
  function group(kind) {
    const entries = shown.filter(({ clue }) => clue.kind === kind);
    if (!entries.length) return [];
    const title = element("p", `clue-kind ${kind}`, TITLES[kind]());
    const items = element("ol", "clue-list", "", { ariaLabel: TITLES[kind]() });
    for (const { entry } of entries) {
      const item = element("li");
      item.append(entry);
      items.append(item);
    }
    const measured = entries.some(({ clue }) => clue.effect)
      ? [element("p", "small muted", gettext("Measured with the model at its strongest, from the picture alone."))]
      : [];
    return [title, items, ...measured];
  }

  function draw() {
    if (!lies || over.hidden || !shown.length) return;
    const picture = lies;
    const edges = shown.map(({ clue }) => edgesOf(clue.box, picture));
    const all = { left: 0, top: 0, right: over.clientWidth, bottom: over.clientHeight };
    const spots = tagSpots(edges, seen?.() ?? all, TAG_PX);
    shown.forEach(({ frame, tag }, index) => {
      const { left, top, right, bottom } = edges[index];
      Object.assign(frame.style, {
        translate: `${left}px ${top}px`,
        width: `${right - left}px`,
        height: `${bottom - top}px`,
      });
      const spot = spots[index];
      tag.hidden = spot === null && tag !== document.activeElement; // hidden, it would lose the focus to the page
      if (spot) tag.style.translate = `${spot[0]}px ${spot[1]}px`;
    });
  }

  return {
    /** @param {NumberedClue[]} clues of another picture */
    replace(clues) {
      shown = clues.map(parts);
      chosen = null;
      over.classList.remove("has-lit");
      over.replaceChildren(...shown.map(({ frame }) => frame), ...shown.map(({ tag }) => tag));
      list.replaceChildren(...group("known"), ...group("found"));
      draw();
    },
    /** @param {boolean} isShown */
    toggle(isShown) {
      over.hidden = !isShown;
      list.hidden = !isShown;
      if (!isShown) choose(null);
      draw();
    },
    /** @param {Frame} frame where the picture lies now */
    follow(frame) {
      lies = frame;
      draw();
    },
  };
}
