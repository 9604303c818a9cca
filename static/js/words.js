// @ts-check
// Messages with placeholders. `gettext`, `ngettext` and `pgettext` come from the catalogue of the player's
// language, which loads first.

/**
 * The text with its {placeholders} filled in.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (gap, name) => String(values[name] ?? gap));

/**
 * "Mysuru, Karnataka" with the state in the player's language.
 * @param {string} name
 */
export const localName = (name) => name.split(", ").map(gettext).join(", ");

/**
 * Place (also in the local script if known), district and state, each once, in the player's language where it is known.
 * @param {RoomSocket.Truth} truth
 */
export function placeName({ place, local_name: local, names, district, state }) {
  const own = names[document.documentElement.lang] ?? {};
  const shown = (/** @type {string} */ name) => own[name] ?? gettext(name);
  const town = [...new Set([shown(place), local].filter(Boolean))].join(" · ");
  return [...new Set([place, district, state].filter(Boolean))]
    .map((name) => (name === place ? town : shown(name)))
    .join(", ");
}
