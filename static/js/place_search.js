// @ts-check
// A combobox over states and districts (WAI-ARIA combobox pattern, list with manual choice): a way to guess without the map.
import { element } from "./dom.js";

const MAX_SHOWN = 8;
/** @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
/** @param {string} name */
const bothNames = (name) => [name, gettext(name)].map(plain); // in English and in the player's language

/**
 * Places whose name, or a word of it, starts with the text: whole names first, then states.
 * @param {Place[]} places
 * @param {string} text
 */
export function findPlaces(places, text) {
  const wanted = plain(text.trim());
  if (!wanted) return [];
  const starts = (/** @type {string[]} */ names) => names.some((name) => name.startsWith(wanted));
  const rank = (/** @type {Place} */ [name, state]) => {
    const own = bothNames(name);
    if (starts(own)) return state === "" ? 0 : 1;
    if (starts(own.flatMap((words) => words.split(/[\s-]+/)))) return 2;
    return starts(bothNames(state)) ? 3 : Infinity;
  };
  return places
    .map((place) => ({ place, order: rank(place) }))
    .filter(({ order }) => order < Infinity)
    .sort((a, b) => a.order - b.order)
    .slice(0, MAX_SHOWN)
    .map(({ place }) => place);
}

/**
 * @param {HTMLInputElement} field
 * @param {HTMLElement} list
 * @param {object} parts
 * @param {() => Promise<Place[]>} parts.load returns the places when the field is first used
 * @param {(place: Position & {name: string, bounds: Bounds}) => void} parts.onChoose
 */
export function createPlaceSearch(field, list, { load, onChoose }) {
  /** @type {Place[] | undefined} */
  let places;
  /** @type {Place[]} */
  let found = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const choose = (/** @type {number} */ index) => {
    const [name, state, latitude, longitude, bounds] = found[index];
    field.value = [name, state].filter(Boolean).map(gettext).join(", ");
    close();
    onChoose({ name: field.value, latitude, longitude, bounds });
  };

  const render = () => {
    found = findPlaces(places ?? [], field.value);
    active = found.length ? 0 : -1;
    const rows = found.map(([name, state], index) => {
      const row = element("li", "place-option", gettext(name));
      row.id = `${list.id}-${index}`;
      row.role = "option";
      row.append(element("small", "", state ? gettext(state) : pgettext("kind of place", "State")));
      row.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the field
      row.addEventListener("click", () => choose(index));
      return row;
    });
    if (!rows.length && field.value.trim()) {
      const words = places ? gettext("No state or district of that name") : gettext("Loading the list…");
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
      places = await load();
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
