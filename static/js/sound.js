// @ts-check
// A few soft tones, synthesised without files. Silent if the player has turned sound off, and on pupils' pages.
/** @type {Record<string, [number, number, number][]>} */
const TONES = {
  // [hertz, starts after s, lasts s]
  pin: [[520, 0, 0.06]],
  lock: [
    [390, 0, 0.09],
    [585, 0.08, 0.14],
  ],
  reveal: [
    [523, 0, 0.18],
    [659, 0.11, 0.18],
    [784, 0.22, 0.34],
  ],
  hurry: [
    [880, 0, 0.07],
    [880, 0.16, 0.07],
  ],
};
const LOUD = 0.06; // of full scale
/** @type {AudioContext | undefined} */
let context;

const wanted = () => {
  try {
    return localStorage.getItem("sound") !== "off";
  } catch {
    return false;
  }
};

/**
 * Play one of the tones, if sound is on and the browser allows it, which it does after the first interaction.
 * @param {"pin" | "lock" | "reveal" | "hurry"} name
 */
export function play(name) {
  if (!wanted() || !navigator.userActivation?.hasBeenActive || document.querySelector("[data-role=pupil]")) return;
  context ??= new AudioContext();
  for (const [hertz, after, lasts] of TONES[name]) {
    const begins = context.currentTime + after;
    const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setValueAtTime(0, begins);
    loudness.gain.linearRampToValueAtTime(LOUD, begins + 0.01);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begins + lasts);
    tone.connect(loudness).connect(context.destination);
    tone.start(begins);
    tone.stop(begins + lasts);
  }
}
