"""The reasons that follow from posterior and embedding: cells, states, neighbours, clues. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely.geometry

from predictor.answers.artifact import Artifact
from predictor.geodesy import Floats, positions
from predictor.network.heads import Embeddings, unit
from predictor.reading.lines import Line
from predictor.reading.matching import match
from predictor.reasons.texts import text_reasons
from predictor.versions.selectors import TOP_CELLS, answer_from, estimate_from, seen_from

NEIGHBOURS = 6
LIKELY_LABELS = 3
# A label is a clue if it is likelier than not to be worth a look, and if the picture, not how common it is, says so.
LEAST_LIKELY = 0.4
LEAST_LIFT = 1.5  # of the label's base rate: what is as common anywhere tells nothing of this picture


@dataclass(frozen=True)
class Neighbour:
    """A similar training photo: its hash, its position in degrees, the cosine of the embeddings."""

    sha256: str
    latitude: float
    longitude: float
    cosine: float


def reasons(
    artifact: Artifact, cells: Floats, embedding: Embeddings, scale_km: float, lines: Sequence[Line] = ()
) -> dict[str, Any]:
    """The answer and the reasons for it, for JSON, given the ``lines`` read in the picture.

    ``heat`` (C,) are the cells' probabilities, ``texts`` as in `TextReason`.
    """
    matches = match(lines) if artifact.trusts else ()
    seen, _, _ = seen_from(artifact, cells, embedding, scale_km)
    estimate, believed, _ = estimate_from(artifact, cells, embedding, scale_km, matches=matches)
    around = int(artifact.partition.cell_of(*positions(estimate.guess))[0])
    return {
        **asdict(answer_from(artifact, cells, embedding, scale_km, matches=matches)),
        # The guess has the highest expected score, and need not lie in one of the likeliest cells.
        "pin_among_likeliest": bool((believed > believed[around]).sum() < TOP_CELLS),
        "heat": np.round(believed, 5).tolist(),
        "texts": [asdict(text) for text in text_reasons(artifact, seen, scale_km, lines, matches)],
        "neighbours": [asdict(neighbour) for neighbour in neighbours(artifact, embedding)],
        "clues": clues(artifact, embedding, infer_script=_has_untold_text(lines)),
    }


def neighbours(artifact: Artifact, embedding: Embeddings, count: int = NEIGHBOURS) -> list[Neighbour]:
    """The most similar training photos, the most similar first."""
    photos = artifact.gallery.photos
    cosines = photos.embeddings @ unit(embedding[None])[0]
    nearest = np.argsort(-cosines, kind="stable")[:count]
    latitudes, longitudes = positions(photos.vectors[nearest])
    return [
        Neighbour(str(artifact.gallery.sha256[row]), float(latitude), float(longitude), float(cosines[row]))
        for row, latitude, longitude in zip(nearest, latitudes, longitudes, strict=True)
    ]


def clues(artifact: Artifact, embedding: Embeddings, *, infer_script: bool) -> list[dict[str, Any]]:
    """The likeliest labels of each task for the picture, with probabilities; only of tasks whose likeliest label is a
    clue. A script is one only where it is to be inferred.
    """
    photos, tasks = artifact.gallery.photos, []
    share = np.bincount(photos.cells, minlength=len(artifact.partition.names)) / len(photos.cells)
    for name, task in sorted(artifact.heads.tasks.items()):
        probabilities = task.probabilities(unit(embedding[None]))[0]
        best = np.argsort(-probabilities, kind="stable")[:LIKELY_LABELS]
        base_rate = float(task.label_given_cell[best[0]] @ share)
        if probabilities[best[0]] < max(LEAST_LIKELY, LEAST_LIFT * base_rate) or (
            name == "script" and not infer_script
        ):
            continue
        labels = [{"label": str(task.labels[row]), "probability": float(probabilities[row])} for row in best]
        tasks.append({"task": name, "labels": labels})
    return tasks


def _has_untold_text(lines: Sequence[Line]) -> bool:
    """Whether text was found and no Indian script told: what is told needs no inference."""
    scripts = {line.script for line in lines}
    return "" in scripts and scripts <= {"", "Latin"}


def cell_outlines(artifact: Artifact) -> list[dict[str, Any]]:
    """Name, state and GeoJSON geometry of each geocell, in the order of ``heat``."""
    partition = artifact.partition
    return [
        {"name": str(name), "state": str(state), "geometry": shapely.geometry.mapping(outline)}
        for name, state, outline in zip(partition.names, partition.states, partition.outlines, strict=True)
    ]
