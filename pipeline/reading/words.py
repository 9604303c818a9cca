"""Words in the scripts of India's signs: names of places, what shops and bus stops are called, and more from these.

Each word belongs to one part by its hash: what the network is trained on, what calibrates it, or what it is measured
on. So no word that is measured was ever learnt.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import numpy as np

from pipeline.scenes.signs import BUS_STOP, SHOPS
from predictor.gazetteer.table import places
from predictor.reading.lines import SCRIPTS

PARTS = ("training", "calibration", "test")
HELD_OUT = 0.1  # share of the words in each of the parts but the first
# First code point of each block of 128: the Indian blocks of Unicode have the same letters in the same places.
BLOCKS = {
    "Devanagari": 0x0900,
    "Bengali": 0x0980,
    "Gurmukhi": 0x0A00,
    "Gujarati": 0x0A80,
    "Oriya": 0x0B00,
    "Tamil": 0x0B80,
    "Telugu": 0x0C00,
    "Kannada": 0x0C80,
    "Malayalam": 0x0D00,
    "Arabic": 0x0600,
}
# Scripts of which few names are known: the names of which script are spelt with their letters.
SPELT_FROM = {
    "Gurmukhi": "Devanagari",
    "Gujarati": "Devanagari",
    "Oriya": "Devanagari",
    "Kannada": "Telugu",
    "Malayalam": "Telugu",
}
VIRAMA = 0x4D  # from the start of a block
WORD = re.compile(r"[^\s,()/.;’'-]{2,}")
URDU_WORDS = 1500  # made of the letters of known names, two at a time: the table has too few names
SEED = 20260101


@cache
def words(part: str) -> dict[str, tuple[str, ...]]:
    """The words of one of `PARTS`, by script, sorted."""
    return {script: tuple(word for word in all_ if part_of(word) == part) for script, all_ in _all().items()}


def part_of(word: str) -> str:
    share = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) / 2**32
    return PARTS[0] if share >= 2 * HELD_OUT else PARTS[1] if share < HELD_OUT else PARTS[2]


def script_of(word: str) -> str:
    """The script of the letters of a word; "" where it has none of `SCRIPTS`, or of two."""
    found = {_script_of_letter(letter) for letter in word if unicodedata.category(letter)[0] in "LM"} - {"joiner"}
    return found.pop() if len(found) == 1 else ""


def _script_of_letter(letter: str) -> str:
    code = ord(letter)
    if code in (0x200C, 0x200D):
        return "joiner"
    if code < 0x0250:
        return "Latin"
    return next((script for script, start in BLOCKS.items() if start <= code < start + (0x80, 0x100)[code < 0x700]), "")


@cache
def _all() -> dict[str, tuple[str, ...]]:
    texts = [name for place in places() for name in (place.name, place.local_name, *place.names.values())]
    texts += [*SHOPS, *BUS_STOP.values(), *(text for shop in SHOPS.values() for text in shop.values())]
    known: dict[str, set[str]] = {script: set() for script in SCRIPTS}
    for word in {word for text in texts for word in WORD.findall(text)}:
        if script := script_of(word):
            known[script].add(word)
    known["Latin"] |= {word.upper() for word in known["Latin"]}
    spelt = {script: _spelt(known[source], source, script) for script, source in SPELT_FROM.items()}
    spelt["Arabic"] = _made(known["Arabic"])
    return {script: tuple(sorted(known[script] | spelt.get(script, set()))) for script in SCRIPTS}


def _spelt(names: Iterable[str], source: str, script: str) -> set[str]:
    """Names of one Indian script in the letters of another, without those that need a letter which it lacks."""
    shift = BLOCKS[script] - BLOCKS[source]
    found = set()
    for name in names:
        word = "".join(chr(ord(letter) + shift) for letter in name if ord(letter) - BLOCKS[source] in range(0x80))
        if script == "Gurmukhi":  # it joins few consonants, and shows no virama
            word = re.sub(f"{chr(BLOCKS[script] + VIRAMA)}(?![ਰਹਵ])", "", word)
        if len(word) > 1 and all(unicodedata.name(letter, "") for letter in word):
            found.add(word)
    return found


def _made(names: Iterable[str]) -> set[str]:
    """Words in which any two letters that stand together do so in a known name."""
    follow: dict[str, list[str]] = {}
    for name in sorted(names):
        for first, second in zip("^" + name, name + "$", strict=True):
            follow.setdefault(first, []).append(second)
    rng = np.random.default_rng(SEED)
    made: set[str] = set()
    while len(made) < URDU_WORDS:
        word, letter = "", "^"
        while (letter := str(rng.choice(follow[letter]))) != "$":
            word += letter
        if 3 <= len(word) <= 9:
            made.add(word)
    return made
