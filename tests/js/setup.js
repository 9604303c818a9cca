// What every page has before its scripts: a catalogue, here of English.
globalThis.gettext = (text) => text;
globalThis.pgettext = (_context, text) => text;
globalThis.ngettext = (singular, plural, count) => (count === 1 ? singular : plural);
