// Sentences with gaps. `gettext` and `ngettext` come with the catalogue of the player's language, which is loaded first.

/** The text with its {names} filled in. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
