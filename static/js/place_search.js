// @ts-check
// A combobox over states, districts and towns (WAI-ARIA combobox pattern, list with manual choice): a way to guess
// without the map. Places are found by present, former and native names, also with one letter wrong.
import { element } from "./dom.js";

const MAX_SHOWN = 8;
const LEAST_FUZZY = 4; // letters from which on one may be wrong
const LANGUAGES = ["hi", "bn", "mr", "ta", "te"]; // the order of native names in search.json
const TOWN_DEGREES = 0.12; // half the side of the box shown for a town

/** @typedef {{place: Place, names: string[], words: string[], state: string[]}} Entry names as `plain` leaves them */

/**
 * What counts of a spelling: no case, accents, points below letters, joiners or punctuation; any nasal before a
 * consonant is a dot. Vowel signs count.
 * @param {string} text
 */
export const plain = (text) =>
  text
    .normalize("NFD")
    .toLowerCase()
    .replace(/[\u0300-\u036f\u093c\u09bc\u0a3c\u0abc\u0b3c\u200b-\u200f.'’]/gu, "")
    .replace(/[ङञणनम]्(?=[क-घच-झट-ढत-धप-भ])|ँ/gu, "ं")
    .normalize("NFC") // so that a vowel sign is one letter in every script
    .replace(/[\s-]+/gu, " ")
    .trim();

/** @param {Place} place */
const nativeName = ([, , , , , , native]) => native[LANGUAGES.indexOf(document.documentElement.lang)] ?? "";
/** @param {Place} place */
const shownName = (place) => nativeName(place) || gettext(place[0]);

/**
 * How near the text is to the name when one letter too many, too few or wrong, or two in the wrong order, are forgiven:
 * 2 for the whole name, 1 for its beginning, 0 for neither.
 * @param {string} text
 * @param {string} name
 */
export function nearness(text, name) {
  let same = 0;
  while (same < text.length && text[same] === name[same]) same += 1;
  const rest = (/** @type {number} */ inText, /** @type {number} */ inName) => {
    const end = text.slice(same + inText);
    if (!name.startsWith(end, same + inName)) return 0;
    return name.length === same + inName + end.length ? 2 : 1;
  };
  const swapped = text[same] === name[same + 1] && text[same + 1] === name[same];
  return Math.max(rest(0, 0), rest(1, 1), rest(1, 0), rest(0, 1), swapped ? rest(2, 2) : 0);
}

/**
 * The places, ready to be searched.
 * @param {Place[]} places
 * @returns {Entry[]}
 */
export function indexPlaces(places) {
  /** @type {Map<string, string[]>} */
  const states = new Map();
  return places.map((place) => {
    const [name, state, , , , former, native] = place;
    const names = [...new Set([name, gettext(name), ...former, ...native].filter(Boolean).map(plain))];
    if (state === "") states.set(name, names);
    const words = names.flatMap((one) => one.split(" ").slice(1));
    return { place, names, words, state: states.get(state) ?? [] };
  });
}

/**
 * The best places for the text: those of which a name is or starts with it, states first, then those of which a word
 * does, then those in a state of that name, then those of which a name is, or a name or word starts, almost so.
 * @param {Entry[]} entries
 * @param {string} text
 */
export function findPlaces(entries, text) {
  const wanted = plain(text);
  if (!wanted) return [];
  const starts = (/** @type {string[]} */ names) => names.some((name) => name.startsWith(wanted));
  const nearest = (/** @type {string[]} */ names) => Math.max(0, ...names.map((name) => nearness(wanted, name)));
  const rank = (/** @type {Entry} */ { place, names, words, state }) => {
    if (names.includes(wanted)) return place[1] === "" ? 0 : place[4] ? 2 : 1;
    if (starts(names)) return place[1] === "" ? 3 : 4;
    if (starts(words)) return 5;
    if (starts(state)) return 6;
    if (wanted.length < LEAST_FUZZY) return Infinity;
    return [nearest(words) ? 9 : Infinity, 8, 7][nearest(names)];
  };
  return entries
    .map((entry) => ({ entry, order: rank(entry) }))
    .filter(({ order }) => order < Infinity)
    .sort((a, b) => a.order - b.order)
    .slice(0, MAX_SHOWN)
    .map(({ entry }) => entry.place);
}

/**
 * The former name by which a place was found, if it was found by none in use.
 * @param {Place} place
 * @param {string} text
 */
export function foundByFormer(place, text) {
  const wanted = plain(text);
  const [name, , , , , former, native] = place;
  const nearest = (/** @type {string[]} */ names) => Math.max(0, ...names.map((one) => nearness(wanted, plain(one))));
  const inUse = [name, gettext(name), ...native].filter(Boolean);
  const begins = (/** @type {string} */ one) => plain(one).startsWith(wanted);
  if (inUse.some(begins)) return undefined;
  return former.find(begins) ?? former.find((one) => nearest([one]) > nearest(inUse));
}

/** @param {Place} place @returns {Bounds} */
const boundsOf = ([, , latitude, longitude, bounds]) =>
  bounds ?? [
    [latitude - TOWN_DEGREES, longitude - TOWN_DEGREES],
    [latitude + TOWN_DEGREES, longitude + TOWN_DEGREES],
  ];

/**
 * @param {HTMLInputElement} field
 * @param {HTMLElement} list
 * @param {object} parts
 * @param {() => Promise<Place[]>} parts.load returns the places when the field is first used
 * @param {(place: Position & {name: string, bounds: Bounds}) => void} parts.onChoose
 */
export function createPlaceSearch(field, list, { load, onChoose }) {
  /** @type {Entry[] | undefined} */
  let places;
  /** @type {Map<string, Place>} */
  let states = new Map();
  /** @type {Place[]} */
  let found = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const stateOf = (/** @type {Place} */ [, name]) => {
    const state = states.get(name);
    return state ? shownName(state) : gettext(name);
  };

  const choose = (/** @type {number} */ index) => {
    const [, , latitude, longitude] = found[index];
    field.value = [shownName(found[index]), stateOf(found[index])].filter(Boolean).join(", ");
    close();
    onChoose({ name: field.value, latitude, longitude, bounds: boundsOf(found[index]) });
  };

  const kindOf = (/** @type {Place} */ place) => {
    if (place[1] === "") return pgettext("kind of place", "State");
    const kind = place[4] ? pgettext("kind of place", "District") : pgettext("kind of place", "Town");
    return `${kind} · ${stateOf(place)}`;
  };

  const render = () => {
    found = findPlaces(places ?? [], field.value);
    active = found.length ? 0 : -1;
    const rows = found.map((place, index) => {
      const former = foundByFormer(place, field.value);
      const row = element("li", "place-option", former ? `${former}: ${shownName(place)}` : shownName(place));
      row.id = `${list.id}-${index}`;
      row.role = "option";
      row.append(element("small", "", kindOf(place)));
      row.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the field
      row.addEventListener("click", () => choose(index));
      return row;
    });
    if (!rows.length && field.value.trim()) {
      const words = places ? gettext("No state, district or town of that name") : gettext("Loading the list…");
      rows.push(element("li", "place-none", words));
    }
    list.replaceChildren(...rows);
    list.hidden = rows.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    highlight();
  };

  const highlight = () => {
    [...list.querySelectorAll("[role=option]")].forEach((row, index) =>
      row.setAttribute("aria-selected", String(index === active)),
    );
    if (active < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", `${list.id}-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };

  const want = async () => {
    if (places) return;
    try {
      const loaded = await load();
      states = new Map(loaded.filter(([, state]) => state === "").map((state) => [state[0], state]));
      places = indexPlaces(loaded);
    } catch {
      return; // the next focus tries again
    }
    if (field.value) render();
  };

  field.addEventListener("focus", want);
  field.addEventListener("input", () => {
    want();
    render();
  });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return render();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (found.length) active = (active + step + found.length) % found.length;
      highlight();
    }
  });
}
