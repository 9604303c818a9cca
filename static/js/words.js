// Sentences with gaps. `gettext` and `ngettext` come with the catalogue of the player's language, which is loaded first.

/** The text with its {names} filled in. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);

/** "Mysuru, Karnataka" with the state in the player's language. */
export const localName = (name) => name.split(", ").map(gettext).join(", ");
