"""What each clue that was found changes about the guess, measured by covering its box.

Covering anything changes a guess. So as large a part elsewhere is covered too, and a clue is a reason only where its
own box counts for more.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from predictor.answers.artifact import Artifact
from predictor.answers.posterior import locate
from predictor.geodesy import INDIA_SCALE_KM, Floats, distance_matrix_km, positions
from predictor.network.heads import Embeddings
from predictor.pictures.covering import Box, cover, within

if TYPE_CHECKING:
    from predictor.encoders.encoder import Encoder, Input
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


def clues_in(detector: Detector, artifact: Artifact, encoder: Encoder, inputs: Sequence[Input]) -> list[list[SeenClue]]:
    """The clues that each of the pictures shows with their effects, the greatest first."""
    return effects(artifact, encoder, inputs, detector.find(encoder, inputs))


def effects(
    artifact: Artifact, encoder: Encoder, inputs: Sequence[Input], seen: Sequence[Sequence[Seen]]
) -> list[list[SeenClue]]:
    """The clues of each picture with their effects on the network's guess, the greatest first.

    What was read counts elsewhere. All that is covered, in all pictures, is looked at in common batches.
    """
    trials = [_Trials.of(picture, clues) for picture, clues in zip(inputs, seen, strict=True)]
    embeddings = artifact.heads.project(
        encoder.encode_views(
            [view] for picture, trial in zip(inputs, trials, strict=True) for view in trial.views(picture)
        )
    )
    cells = artifact.heads.posterior(embeddings, artifact.calibration.temperature)
    ends = np.cumsum([len(trial.covered) for trial in trials])[:-1]
    split = zip(trials, np.split(cells, ends), np.split(embeddings, ends), strict=True)
    return [trial.measured(artifact, of_cells, of_embeddings) for trial, of_cells, of_embeddings in split]


@dataclass(frozen=True)
class _Trials:
    """What is covered in a picture, as shares of what the network sees: nothing, each clue, as much elsewhere.

    ``elsewhere`` has an entry for each clue, None where there is no room. Where no clue was seen nothing is tried.
    """

    seen: Sequence[Seen]
    own: list[Box | None]
    elsewhere: list[Box | None]

    @classmethod
    def of(cls, picture: Input, seen: Sequence[Seen]) -> _Trials:
        own = [within(clue.box, picture.box) for clue in seen]
        return cls(seen, own, [box and _elsewhere(box) for box in own])

    @property
    def covered(self) -> list[Sequence[Box]]:
        if not self.seen:
            return []
        return [[], *([box] if box else [] for box in self.own), *([box] for box in self.elsewhere if box)]

    def views(self, picture: Input) -> Iterator[Image.Image]:
        """The picture as the network sees it, with each of these covered; in a large one that takes far longer."""
        window = Image.fromarray(picture.window)
        return (cover(window, boxes) for boxes in self.covered)

    def measured(self, artifact: Artifact, cells: Floats, embeddings: Embeddings) -> list[SeenClue]:
        """The clues with their effects, from what the network says of the views: cells (V, C), embeddings (V, d)."""
        if not self.seen:
            return []
        likeliest, count = cells[0].argmax(), 1 + len(self.seen)
        guess, *guesses = (
            locate(row, embedding, artifact.reference, artifact.method, INDIA_SCALE_KM).guess
            for row, embedding in zip(cells[:count], embeddings[:count], strict=True)
        )
        shares = iter(cells[count:, likeliest].tolist())
        measured = []
        for clue, box, without, row in zip(self.seen, self.elsewhere, guesses, cells[1:count], strict=True):
            latitude, longitude = positions(without)
            measured.append(
                SeenClue(
                    clue.name,
                    clue.box,
                    clue.probability,
                    float(cells[0, likeliest]),
                    float(row[likeliest]),
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
