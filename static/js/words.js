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
