"""Lines to learn reading from: names and made words of one script, with numbers at times, as on photos of signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from pipeline.reading.boxes import can_write
from pipeline.reading.fonts import WEIGHTS, Fonts
from pipeline.reading.photographing import lettered, photographed
from pipeline.reading.words import BLOCKS, VIRAMA, part_of, words
from predictor.reading.native_letters import LETTERS

Rng = np.random.Generator
Line = tuple[Image.Image, str, str]  # a grey picture, what it says, and in which script

SCRIPTS = tuple(LETTERS)
TEXT_PX = (12.0, 60.0)  # height of the letters
MORE_WORDS = (0.7, 0.25, 0.05)  # shares of lines with no, one and two words after the first
HYPHENS = 0.06  # share of the gaps between words that a hyphen fills
NUMBERS, DISTANCES = 0.15, 0.4  # share of lines with a number, and of these that end in a unit
UNITS = {
    "Devanagari": "कि.मी.", "Bengali": "কি.মি.", "Gurmukhi": "ਕਿ.ਮੀ.", "Gujarati": "કિ.મી.", "Oriya": "କି.ମି.",
    "Tamil": "கி.மீ.", "Telugu": "కి.మీ.", "Kannada": "ಕಿ.ಮೀ.", "Malayalam": "കി.മീ.",
}  # fmt: skip
# Native digits on signs; those of the other scripts are seen nowhere.
ZEROS = {
    "Devanagari": "०",
    "Bengali": "০",
    "Gurmukhi": "੦",
    "Gujarati": "૦",
    "Oriya": "୦",
    "Kannada": "೦",
    "Arabic": "۰",
}
KNOWN, CHAINED = 0.35, 0.4  # shares of words to learn that are known, and like known ones; others have any letters
LONGEST = 12  # letters of a made word
# From the start of a block: the Indian ones of Unicode have the same letters in the same places.
VOWELS, CONSONANTS, SIGNS, MARKS = range(0x05, 0x15), range(0x15, 0x3A), range(0x3E, 0x4D), range(0x01, 0x04)
# Shares of syllables with any letters, of joined ones that double a consonant, and of words that start with a vowel.
JOINED, SIGNED, MARKED, DOUBLED, STARTS = 0.3, 0.7, 0.06, 0.5, 0.3


@dataclass(frozen=True)
class NativeSource:
    """Where lines come from: words of one part (`words.PARTS`) in these fonts, the letters so many px high.

    To learn from, most words are made: so the network comes to know letters rather than a few hundred names.
    """

    part: str
    fonts: Fonts
    text_px: tuple[float, float] = TEXT_PX

    def line(self, script: str, rng: Rng, text: str = "") -> tuple[Image.Image, str]:
        """A grey box and what it says: the text that is given, or one of words and numbers.

        The text given must have letters only that some font of the source has.
        """
        files = self.fonts[script]
        while True:
            file = files[max(int(rng.integers(-1, len(files))), 0)]  # Noto Sans, the first, counts for two
            if can_write(file, said := text or self.text(script, rng)):
                letters = lettered(said, file, int(rng.choice(WEIGHTS)))
                return photographed(letters, rng, self.text_px, cut=0), said

    def text(self, script: str, rng: Rng) -> str:
        """One to three words, and a number at times."""
        text = self._word(script, rng)
        for _ in range(int(rng.choice(len(MORE_WORDS), p=MORE_WORDS))):
            text += ("-" if rng.random() < HYPHENS else " ") + self._word(script, rng)
        if rng.random() < NUMBERS:
            zero = ord(ZEROS.get(script, "0") if rng.random() < 0.5 else "0")
            number = str(rng.integers(1, 10 ** int(rng.integers(1, 5))))
            text += " " + "".join(chr(zero + int(digit)) for digit in number)
            if rng.random() < DISTANCES:
                text += f" {UNITS[script]}" if script in UNITS and rng.random() < 0.5 else " km"
        return text

    def _word(self, script: str, rng: Rng) -> str:
        kind = rng.random()
        if self.part != "training" or kind < KNOWN:
            return _any(words(self.part)[script], rng)
        make = chained if kind < KNOWN + CHAINED or script == "Arabic" else _free
        while len(word := make(script, rng)) < 2 or part_of(word) != self.part:
            pass
        return word


def drawn(source: NativeSource, count: int, seed: int) -> Iterator[Line]:
    """Boxes, their texts and scripts, the scripts in turn."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        script = SCRIPTS[number % len(SCRIPTS)]
        yield *source.line(script, rng), script


def chained(script: str, rng: Rng) -> str:
    """A word in which letters stand together that do so in a known word."""
    follow = _followers()[script]
    word, letter = "", "^"
    while len(word) <= LONGEST and (letter := _any(follow[letter], rng)) != "$":
        word += letter
    return word


def _free(script: str, rng: Rng) -> str:
    """A word of one to five syllables with any letters of an Indian script."""
    vowels, consonants, signs, marks = (
        [letter for letter in LETTERS[script] if ord(letter) - BLOCKS[script] in kind]
        for kind in (VOWELS, CONSONANTS, SIGNS, MARKS)
    )
    word = _any(vowels, rng) if rng.random() < STARTS else ""
    for _ in range(int(rng.integers(1, 6))):
        consonant = _any(consonants, rng)
        word += consonant
        if rng.random() < JOINED:
            word += chr(BLOCKS[script] + VIRAMA) + (consonant if rng.random() < DOUBLED else _any(consonants, rng))
        if rng.random() < SIGNED:
            word += _any(signs, rng)
        if rng.random() < MARKED:
            word += _any(marks, rng)
    return word


@cache
def _followers() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By script, what follows each letter in words to learn, "^" at the start and "$" at the end; rare ones too.

    Each pair counts by the square root of how often it is seen.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for script in SCRIPTS:
        pairs: dict[tuple[str, str], int] = {}
        for word in words("training")[script]:
            for pair in zip("^" + word, word + "$", strict=True):
                pairs[pair] = pairs.get(pair, 0) + 1
        follow = found[script] = {}
        for (first, second), times in sorted(pairs.items()):
            follow.setdefault(first, []).extend([second] * round(times**0.5))
    return found


def _any(choices: Sequence[str], rng: Rng) -> str:
    return choices[int(rng.integers(len(choices)))]
