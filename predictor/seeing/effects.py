"""What each clue that was found changes about the guess, measured by covering its box.

Covering anything changes a guess. So as large a part elsewhere is covered too, and a clue is a reason only where its
own box counts for more.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from predictor.answers.artifact import Artifact
from predictor.answers.posterior import locate
from predictor.geodesy import INDIA_SCALE_KM, distance_matrix_km, positions
from predictor.pictures.covering import Box, cover, within

if TYPE_CHECKING:
    from predictor.encoders.encoder import Encoder
    from predictor.seeing.detector import Detector, Seen

LEAST_EFFECT = 0.1  # of the cell's probability: what takes less from it is no reason
PLACES = 5  # positions on each axis at which a box elsewhere is tried
StoredClues = list[dict[str, Any]]


@dataclass(frozen=True)
class SeenClue:
    """A clue with its effect. ``share`` is the probability of the picture's likeliest geocell, ``without_share`` that
    with the box covered, ``elsewhere_share`` that with as large a part covered elsewhere (None if there is no room).
    ``without`` is the guess in degrees with the box covered, ``moved_km`` how far it is from the guess.
    """

    name: str
    box: Box
    probability: float
    share: float
    without_share: float
    elsewhere_share: float | None
    without: tuple[float, float]
    moved_km: float

    @property
    def lost(self) -> float:
        """How much of the cell's probability goes with the box."""
        return self.share - self.without_share

    @property
    def is_reason(self) -> bool:
        """Whether covering it takes enough from the cell, and more than covering as much elsewhere."""
        elsewhere = 0.0 if self.elsewhere_share is None else self.share - self.elsewhere_share
        return self.lost >= LEAST_EFFECT * self.share and self.lost > elsewhere


def clues_in(detector: Detector, artifact: Artifact, encoder: Encoder, image: Image.Image) -> list[SeenClue]:
    """The clues that the picture shows with their effects, the greatest first."""
    return effects(artifact, encoder, image, detector.find(encoder, image))


def effects(artifact: Artifact, encoder: Encoder, image: Image.Image, seen: Sequence[Seen]) -> list[SeenClue]:
    """The clues with their effects on the network's guess, the greatest first. What was read counts elsewhere."""
    if not seen:
        return []
    window = encoder.preparation.box_in(image)
    own = [within(clue.box, window) for clue in seen]
    elsewhere = [box and _elsewhere(box) for box in own]
    small = Image.fromarray(encoder.window(image))  # as the network sees it: covering a large picture takes far longer
    covered: list[Sequence[Box]] = [[], *([box] if box else [] for box in own), *([box] for box in elsewhere if box)]
    embeddings = artifact.heads.project(encoder.encode_views([[cover(small, boxes)] for boxes in covered]))
    cells = artifact.heads.posterior(embeddings, artifact.calibration.temperature)
    shares = iter(cells[1 + len(seen) :, cells[0].argmax()].tolist())
    guess, *guesses = (
        locate(row, embedding, artifact.reference, artifact.method, INDIA_SCALE_KM).guess
        for row, embedding in zip(cells[: 1 + len(seen)], embeddings[: 1 + len(seen)], strict=True)
    )
    measured = []
    for clue, box, without, row in zip(seen, elsewhere, guesses, cells[1:], strict=False):
        latitude, longitude = positions(without)
        measured.append(
            SeenClue(
                clue.name,
                clue.box,
                clue.probability,
                float(cells[0].max()),
                float(row[cells[0].argmax()]),
                next(shares) if box else None,
                (float(latitude), float(longitude)),
                float(distance_matrix_km(guess[None], without[None])[0, 0]),
            )
        )
    return sorted(measured, key=lambda clue: -clue.lost)


def _elsewhere(box: Box) -> Box | None:
    """A box of the same size in what the network sees, which does not overlap this one; None without room.

    Of all such places the one of median distance: the farthest are corners, which seldom show anything.
    """
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    steps = [np.linspace(0, 1 - side, PLACES).tolist() for side in (wide, high)]
    free = [
        (x, y, x + wide, y + high)
        for x, y in itertools.product(*steps)
        if x + wide <= left or x >= right or y + high <= top or y >= bottom
    ]
    free.sort(key=lambda other: (other[0] - left) ** 2 + (other[1] - top) ** 2)
    return free[len(free) // 2] if free else None


def to_stored(clues: Sequence[SeenClue]) -> StoredClues:
    """The clues as a column of JSON holds them."""
    return [asdict(clue) for clue in clues]


def from_stored(stored: StoredClues) -> list[SeenClue]:
    """The clues of a column of JSON."""
    return [SeenClue(**{**clue, "box": tuple(clue["box"]), "without": tuple(clue["without"])}) for clue in stored]
