// @ts-check
// Which key was pressed: what it types, or, where the layout types no Latin letter there (Devanagari, Tamil, Cyrillic …),
// what the key in this place types on the US layout. The keys' texts on the pages are Latin, as the caps' are.

/** @type {Record<string, [string, string]>} without and with Shift */
const US = { Equal: ["=", "+"], Minus: ["-", "_"], Slash: ["/", "?"] };

/**
 * @param {Pick<KeyboardEvent, "key" | "code" | "shiftKey">} event
 * @returns {string} a letter is in lower case
 */
export function keyOf({ key, code, shiftKey }) {
  if ((key.length > 1 && isNamed(key)) || isAscii(key)) return key.length === 1 ? key.toLowerCase() : key;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  return letter?.toLowerCase() ?? digit ?? US[code]?.[shiftKey ? 1 : 0] ?? key;
}

/** @param {string} key */
const isAscii = (key) => /^[ -~]$/.test(key);

/**
 * Such as Enter; a key of an Indic layout may type several characters. “Process” and “Unidentified” name no key.
 * @param {string} key
 */
const isNamed = (key) => /^[A-Z][A-Za-z0-9]+$/.test(key) && !["Process", "Unidentified", "Dead"].includes(key);
