// @ts-check
// What the model read in a picture, told at a reveal.
import { distance } from "./format.js";
import { fill } from "./words.js";

/**
 * What a text did to the model's guess.
 * @param {RoomSocket.ReadText} read
 */
export function readSentence({ kind, text, distance_km: km }) {
  const words = kind === "script" ? fill(gettext("{script} script"), { script: gettext(text) }) : text;
  return fill(gettext("The model read “{text}”; without it, it would have been {distance} off."), {
    text: words,
    distance: distance(km),
  });
}
