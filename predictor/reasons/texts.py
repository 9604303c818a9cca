"""The texts that moved a guess: where each stands, what it means, and where the guess would be without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from predictor.answers.artifact import Artifact
from predictor.answers.posterior import locate
from predictor.geodesy import Floats, distance_matrix_km, positions
from predictor.network.heads import Embeddings
from predictor.reading.evidence import hear, witnesses
from predictor.reading.lines import Line
from predictor.reading.matches import Match

Box = tuple[float, float, float, float]
MOST_PLACES = 3  # of those that a text can mean, to name


@dataclass(frozen=True)
class TextReason:
    """A text that counted. ``boxes`` are those of its lines; ``places`` (name, state), the likeliest of ``count`` that
    it can mean, ``states`` those of an area, likeliest first. ``without`` is the guess in degrees that the other texts
    and the network give, ``moved_km`` how far that is from the guess.
    """

    kind: str
    text: str
    boxes: tuple[Box, ...]
    places: tuple[tuple[str, str], ...]
    count: int
    states: tuple[str, ...]
    distance_km: float | None
    without: tuple[float, float]
    moved_km: float


def text_reasons(
    artifact: Artifact,
    cells: Floats,
    embedding: Embeddings,
    scale_km: float,
    lines: Sequence[Line],
    matches: Sequence[Match],
) -> list[TextReason]:
    """The texts by how far they move the guess, for cell probabilities (C,) and a projected embedding (d,)."""
    seen = locate(cells, embedding, artifact.reference, artifact.method, scale_km)
    guess = hear(seen, matches, artifact.trusts, scale_km).guess
    counted = [match for match in witnesses(matches) if match.kind in artifact.trusts]
    reasons = []
    for match in counted:
        # One that repeats it must not take its place.
        others = [other for other in counted if other is not match]
        without = hear(seen, others, artifact.trusts, scale_km).guess
        latitude, longitude = positions(without)
        likeliest = sorted(match.candidates, key=lambda candidate: -candidate.weight)
        reasons.append(
            TextReason(
                match.kind,
                match.text,
                tuple(lines[line].box for line in match.lines),
                tuple((place.name, place.state) for place in likeliest[:MOST_PLACES]),
                len(likeliest),
                tuple(sorted(match.states, key=lambda state: -match.states[state])),
                match.distance_km,
                (float(latitude), float(longitude)),
                float(distance_matrix_km(guess[None], without[None])[0, 0]),
            )
        )
    return sorted(reasons, key=lambda reason: -reason.moved_km)
