// Messages with placeholders. `gettext` and `ngettext` come from the catalogue of the player's language, which loads first.

/** The text with its {placeholders} filled in. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);

/** "Mysuru, Karnataka" with the state in the player's language. */
export const localName = (name) => name.split(", ").map(gettext).join(", ");
