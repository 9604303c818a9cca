// @ts-check
// Clues that are seen: those the model found, and those a drawn scene is known to hold.

/**
 * The clues in the order in which they are listed, with the numbers that their boxes have: first those that are reasons
 * for the guess, then the others that were seen, then those that the scene holds.
 * @param {SeenClue[]} seen reasons first
 * @param {HeldClue[]} held
 */
export function inOrder(seen, held) {
  const all = seen.map((clue, index) => ({ ...clue, number: index + 1 }));
  return {
    reasons: all.filter((clue) => clue.is_reason),
    others: all.filter((clue) => !clue.is_reason),
    held: held.map((clue, index) => ({ ...clue, number: seen.length + index + 1 })),
  };
}

/**
 * What a map has to show of a clue: where drawn scenes show it, the guess, and the guess without it.
 * @param {Position} guess
 * @param {SeenClue} clue
 * @returns {[number, number][]}
 */
export const shownOf = (guess, { places, without }) => [
  ...places,
  [guess.latitude, guess.longitude],
  [without.latitude, without.longitude],
];
