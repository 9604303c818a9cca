"""What scenes are known to show, as text in their records and as arrays for training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.scenes.prop import Box, Clue
from pipeline.scenes.sightings import seen_name

TEXT_BYTES = 4000
MOST_ALIKE = 4  # sightings of one name that a record keeps, the largest
MOST = 32  # sightings that a record keeps, the largest of each name first
COMMON = 0.003  # share of the scenes that must show a clue for it to be learnt

Sighting = tuple[str, Box]  # name and box


@dataclass(frozen=True)
class Sightings:
    """Sightings of N scenes: ``which`` int64 (N, M) of the ``names``, -1 where there are fewer than M, and their
    ``boxes`` float32 (N, M, 4), edges as shares of the picture.
    """

    names: tuple[str, ...]
    which: NDArray[np.int64]
    boxes: NDArray[np.float32]


def as_text(clues: Sequence[Clue]) -> bytes:
    """What is seen of a scene's clues: a line for each sighting, its box and name."""
    seen = [(name, clue.box) for clue in clues if (name := seen_name(clue))]
    seen.sort(key=lambda sighting: -_area(sighting[1]))
    before: Counter[str] = Counter()
    ranked = []
    for name, box in seen:
        ranked.append((before[name], name, box))
        before[name] += 1
    kept = sorted((item for item in ranked if item[0] < MOST_ALIKE), key=lambda item: item[0])[:MOST]
    lines = [f"{' '.join(f'{edge:.4f}' for edge in box)} {name}".encode() for _, name, box in kept]
    while sum(map(len, lines)) + len(lines) > TEXT_BYTES:
        lines.pop()
    return b"\n".join(lines)


def from_text(text: bytes) -> list[Sighting]:
    """The sightings of a scene's record."""
    sightings = []
    for line in text.decode().splitlines():
        left, top, right, bottom, name = line.split(" ", 4)
        sightings.append((name, (float(left), float(top), float(right), float(bottom))))
    return sightings


def common_names(texts: Iterable[bytes]) -> tuple[str, ...]:
    """The names that enough of the scenes show to be learnt, in alphabetical order."""
    shown = [{name for name, _ in from_text(text)} for text in texts]
    counts = Counter(name for names in shown for name in names)
    return tuple(sorted(name for name, count in counts.items() if count >= COMMON * len(shown)))


def sightings_of(texts: Sequence[bytes], names: tuple[str, ...]) -> Sightings:
    """The sightings of these names in N scenes."""
    number = {name: index for index, name in enumerate(names)}
    which = np.full((len(texts), MOST), -1, np.int64)
    boxes = np.zeros((len(texts), MOST, 4), np.float32)
    for row, text in enumerate(texts):
        known = [(number[name], box) for name, box in from_text(text) if name in number]
        for column, (clue, box) in enumerate(known):
            which[row, column], boxes[row, column] = clue, box
    return Sightings(names, which, boxes)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
