"""The texts that moved a guess: where each stands, what it means, and where the guess would be without it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from predictor.answers.artifact import Artifact
from predictor.answers.levels import STRONGEST
from predictor.answers.posterior import Estimate
from predictor.geodesy import distance_matrix_km, positions
from predictor.models import ModelVersion
from predictor.reading.evidence import hear, witnesses
from predictor.reading.lines import Line
from predictor.reading.matches import Candidate, Match
from predictor.reading.matching import match
from predictor.reading.store import from_stored
from predictor.versions.selectors import ANSWER_CACHE, arrays, artifact_of, seen_from

if TYPE_CHECKING:
    from predictor.versions.selectors import ReadPrediction

Box = tuple[float, float, float, float]
MOST_PLACES = 3  # of those that a text can mean, to name


@dataclass(frozen=True)
class TextReason:
    """A text that counted. ``boxes`` are those of its lines; ``places``, the likeliest of ``count`` that it can
    mean, ``states`` those of an area, likeliest first. ``without`` is the guess in degrees that the other texts
    and the network give, ``moved_km`` how far that is from the guess.
    """

    kind: str
    text: str
    boxes: tuple[Box, ...]
    places: tuple[Candidate, ...]
    count: int
    states: tuple[str, ...]
    distance_km: float | None
    without: tuple[float, float]
    moved_km: float


def texts_of(prediction: ReadPrediction, scale_km: float, level: str = STRONGEST) -> tuple[TextReason, ...]:
    """The texts that counted for an opponent of this level."""
    stored = bytes(prediction.posterior), bytes(prediction.embedding)
    return _texts_of(prediction.version, *stored, json.dumps(prediction.lines or []), scale_km, level)


@lru_cache(maxsize=ANSWER_CACHE)
def _texts_of(
    version: ModelVersion, posterior: bytes, embedding: bytes, lines: str, scale_km: float, level: str
) -> tuple[TextReason, ...]:
    artifact, read = artifact_of(version), from_stored(json.loads(lines))
    if not artifact.trusts:
        return ()
    seen, _, matches = seen_from(artifact, *arrays(posterior, embedding), scale_km, level, match(read))
    return tuple(text_reasons(artifact, seen, scale_km, read, matches))


def text_reasons(
    artifact: Artifact, seen: Estimate, scale_km: float, lines: Sequence[Line], matches: Sequence[Match]
) -> list[TextReason]:
    """The texts by how far they move the guess, given what the network makes of the picture."""
    guess = hear(seen, matches, artifact.trusts, scale_km).guess
    counted = [text for text in witnesses(matches) if text.kind in artifact.trusts]
    reasons = []
    for text in counted:
        # One that repeats it must not take its place.
        others = [other for other in counted if other is not text]
        without = hear(seen, others, artifact.trusts, scale_km).guess
        latitude, longitude = positions(without)
        likeliest = sorted(text.candidates, key=lambda candidate: -candidate.weight)
        reasons.append(
            TextReason(
                text.kind,
                text.text,
                tuple(lines[line].box for line in text.lines),
                tuple(likeliest[:MOST_PLACES]),
                len(likeliest),
                tuple(sorted(text.states, key=lambda state: -text.states[state])),
                text.distance_km,
                (float(latitude), float(longitude)),
                float(distance_matrix_km(guess[None], without[None])[0, 0]),
            )
        )
    return sorted(reasons, key=lambda reason: -reason.moved_km)
