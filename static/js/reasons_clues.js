// @ts-check
// Clues on the page of reasons: their boxes on the picture, their effects, and the places where drawn scenes show them.
import { place } from "./boxes.js";
import { byId, element } from "./dom.js";
import { percent } from "./format.js";
import { at, createMark } from "./map.js";
import { inOrder, shownOf } from "./seen.js";
import { fill } from "./words.js";

const L = window.L;

/**
 * List what was seen and what a drawn scene is known to hold. The entry that was chosen last is shown on the map.
 * @param {Reasons["seen"]} seen
 * @param {HeldClue[]} known
 * @param {object} page
 * @param {import("./map.js").Board} page.board
 * @param {L.LayerGroup} page.places where drawn scenes show the chosen clue
 * @param {L.LayerGroup} page.moved the guess without it
 * @param {(box: Box) => void} page.cover
 */
export function showClues(seen, known, { board, places, moved, cover }) {
  const { reasons, others, held } = inOrder(seen?.clues ?? [], known);
  let release = () => {};

  /**
   * @param {{name: string, number: number}} clue
   * @param {string} look of its boxes
   * @param {Box[]} boxes
   * @param {() => void} show on the map
   */
  function entry({ name, number }, look, boxes, show) {
    const frames = boxes.map((box) => place(element("div", `clue-box ${look}`), box));
    for (const frame of frames) frame.append(element("b", "", String(number)));
    byId("clue-boxes").append(...frames);
    const button = element("button", "read-text", "", { type: "button" });
    const title = element("b", "", name);
    title.prepend(element("span", "clue-number", String(number)), " ");
    button.append(title);
    const light = (/** @type {boolean} */ lit) => {
      for (const frame of frames) frame.classList.toggle("is-lit", lit);
    };
    const choose = () => {
      release();
      release = () => {
        button.removeAttribute("aria-current");
        light(false);
      };
      button.setAttribute("aria-current", "true");
      light(true);
      show();
    };
    button.addEventListener("pointerenter", () => light(true));
    button.addEventListener("pointerleave", () => light(button.hasAttribute("aria-current")));
    for (const type of ["focus", "click"]) button.addEventListener(type, choose); // Safari gives buttons no focus
    const row = element("li");
    row.append(button);
    return { row, button };
  }

  /** @param {SeenClue} [clue] */
  function showOnMap(clue) {
    places.clearLayers();
    moved.clearLayers();
    byId("places-layer").hidden = !clue?.places.length;
    const words = [];
    if (clue?.places.length) {
      for (const spot of clue.places)
        L.circleMarker(spot, { radius: 3, className: "map-clue-dot", interactive: false }).addTo(places);
      words.push(
        gettext(
          "Dots: places where drawn scenes show “{name}”, by the rules by which they are drawn; this is no survey.",
        ),
      );
    }
    if (seen && clue?.is_reason) {
      const line = [at(seen.from), at(clue.without)];
      L.polyline(line, { className: "map-without-line", interactive: false }).addTo(moved);
      createMark("model", at(clue.without), { className: "map-without map-without-clue" }).addTo(moved);
      words.push(gettext("Faded square: the guess with it covered."));
    }
    byId("clue-note").textContent = fill(words.join(" "), { name: clue?.name ?? "" });
  }

  /** @param {SeenClue & {number: number}} clue */
  function seenEntry(clue) {
    const { row, button } = entry(clue, clue.is_reason ? "" : "is-other", [clue.box], () => showOnMap(clue));
    const probability = fill(gettext("Probability: {share}"), { share: percent(clue.probability) });
    button.append(element("span", "muted", probability), element("span", "number", clue.effect));
    button.addEventListener("click", () => {
      if (seen) board.showPlace(L.latLngBounds(shownOf(seen.from, clue)));
      byId("map").scrollIntoView({ block: "nearest" });
    });
    const label = fill(gettext("Cover this clue: {name}"), { name: clue.name });
    const hide = element("button", "button", gettext("Cover this clue"), { type: "button", ariaLabel: label });
    hide.addEventListener("click", () => {
      byId("looked-at").scrollIntoView({ block: "nearest" });
      cover(clue.box);
    });
    row.append(hide);
    return row;
  }

  /** @param {HeldClue & {number: number}} clue */
  function heldEntry(clue) {
    const { row, button } = entry(clue, "is-held", clue.boxes, () => showOnMap());
    button.addEventListener("click", () => byId("looked-at").scrollIntoView({ block: "nearest" })); // where its boxes are
    return row;
  }

  byId("clue-boxes").replaceChildren();
  byId("seen").hidden = !seen;
  byId("seen-apart").hidden = !seen?.apart;
  byId("seen-no-reason").hidden = reasons.length > 0;
  byId("also-seen").hidden = !others.length;
  byId("seen-reasons").replaceChildren(...reasons.map(seenEntry));
  byId("seen-others").replaceChildren(...others.map(seenEntry));
  byId("held").hidden = !held.length;
  byId("held-clues").replaceChildren(...held.map(heldEntry));
}
