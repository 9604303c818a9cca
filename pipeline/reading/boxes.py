"""Boxes to learn from and to measure on: lines of text in every script, and what has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.reading.fonts import ICON_FONT, WEIGHTS, Fonts, has
from pipeline.reading.photographing import lettered, photographed, worn
from pipeline.reading.textures import patch, texture
from pipeline.reading.words import words
from predictor.reading.lines import SCRIPTS

Rng = np.random.Generator
Box = tuple[Image.Image, str]  # a grey picture and its script, or ""

NOTHING = 0.2  # share of boxes without a script
# Shares of what these show. Digits tell no script: all over India signs have the same ones.
NOTHINGS = {"patch": 0.35, "digits": 0.17, "icons": 0.08, "other script": 0.1, "texture": 0.3}
NUMBERS = ("{}", "{}-{}", "{} {}", "{}.{}", "{}/{}", "+{} {}")
# Plates, abbreviations, road numbers and the like: ? is any capital, # any digit.
PATTERNS = (
    *("???", "????", "?????", "??????", "????????", "???? ?????"),
    *("?? ## ?? ####", "?? ## ?? ####", "?? ##", "??##", "## km", "### KM"),
)
OF_PATTERNS = 0.4  # share of the lines in Latin letters
ICONS = "←↑→↓▲▼◀▶●■◆★☆☎☺♥⚑⚙⚠✆✓✕✚✦❖"
JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Source:
    """Where boxes come from: the words of one part (`words.PARTS`) in these fonts.

    ``others`` are fonts of letters that stand for no script, each with the range of its letters.
    """

    part: str
    fonts: Fonts
    others: Mapping[Path, tuple[int, int]] = field(default_factory=dict)

    def box(self, rng: Rng) -> Box:
        """A grey box and its script, each as likely as another; or "" and what has none."""
        if rng.random() < NOTHING:
            return self.nothing(rng), ""
        script = str(rng.choice(SCRIPTS))
        return self.line(script, rng), script

    def line(self, script: str, rng: Rng) -> Image.Image:
        """A box with one to three words, and perhaps a number."""
        file, known = self._font(script, rng), words(self.part)[script]
        if script == "Latin" and rng.random() < OF_PATTERNS:
            return self.write(_filled(str(rng.choice(PATTERNS)), rng), file, rng)
        text = []
        for _ in range(int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))):
            while not can_write(file, word := known[int(rng.integers(len(known)))]):
                pass
            text.append(word)
        if rng.random() < 0.08:
            text.append(str(rng.integers(1, 999)))
        return self.write(" ".join(text), file, rng)

    def nothing(self, rng: Rng) -> Image.Image:
        """A box without a script."""
        shares = {kind: share for kind, share in NOTHINGS.items() if self.others or kind != "other script"}
        kind = str(rng.choice(list(shares), p=np.array(list(shares.values())) / sum(shares.values())))
        if kind == "patch":
            return worn(patch(self.part, rng), rng)
        if kind == "texture":
            return worn(texture(rng), rng)
        if kind == "digits":
            numbers = [int(rng.integers(10 ** rng.integers(1, 6))) for _ in range(2)]
            return self.write(str(rng.choice(NUMBERS)).format(*numbers), self._font("Latin", rng), rng)
        if kind == "icons":
            return self.write("".join(rng.choice(list(ICONS), int(rng.integers(1, 5)))), ICON_FONT, rng)
        file = list(self.others)[int(rng.integers(len(self.others)))]
        letters = [chr(code) for code in rng.integers(*self.others[file], int(rng.integers(3, 10)))]
        return self.write("".join(filter(lambda letter: has(file, letter), letters)) or "?", file, rng)

    def write(self, text: str, file: Path, rng: Rng) -> Image.Image:
        """A box with this text in a font of any weight that it has."""
        return photographed(lettered(text, file, int(rng.choice(WEIGHTS))), rng)

    def _font(self, script: str, rng: Rng) -> Path:
        """Noto Sans, the first of the fonts, has six weights and counts for two."""
        files = self.fonts[script]
        return files[max(int(rng.integers(-1, len(files))), 0)]


def drawn(sources: Sequence[Source], count: int, seed: int) -> Iterator[Box]:
    """Boxes from the sources in turn."""
    rng = np.random.default_rng(seed)
    return (sources[number % len(sources)].box(rng) for number in range(count))


def _filled(pattern: str, rng: Rng) -> str:
    signs = {"?": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "#": "0123456789"}
    return "".join(str(rng.choice(list(signs.get(sign, sign)))) for sign in pattern)


def can_write(file: Path, text: str) -> bool:
    """Whether a font has all letters of a text."""
    return all(has(file, letter) for letter in text if letter not in JOINERS)
