"""Faithfulness of the reasons: pointing game, deletion and insertion, for each saliency method.

Pointing game, where clues are known: does the highest point of the map lie in a box of a clue that the scene shows
(Zhang et al. 2016)? Deletion and insertion, for any picture: the probability of the likeliest cell as parts of the
picture are covered, or uncovered, in the order of the map, from the highest; measured by the areas under these curves
(Petsiuk, Das, Saenko 2018: RISE). Baselines are a map of random numbers and one that is highest in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from pipeline.evaluation.measures import interval
from pipeline.support.progress import SILENT, Reporter
from predictor.answers.artifact import Artifact
from predictor.encoders.encoder import Encoder
from predictor.geodesy import Floats
from predictor.pictures.covering import Box, only_patches
from predictor.reasons.saliency import NoExplanation, methods, saliency

SEED = 0
BASELINE_GRID = (7, 10)  # for encoders that no method supports, which leaves only the baselines
STEPS = 7  # of deletion and insertion
LARGEST_CLUE = 0.25  # share of the picture: larger boxes are left out, as any map hits them
CENTRE_SPREAD = 0.35  # standard deviation of the centre prior, as a share of the sides


@dataclass(frozen=True)
class PictureWithClues:
    """A picture and the boxes of its clues, in fractions of the picture; a photo's clues are not known."""

    image: Image.Image
    clues: Sequence[Box]


def evaluate_reasons(
    artifact: Artifact, encoder: Encoder, pictures: Iterable[PictureWithClues], count: int, report: Reporter = SILENT
) -> dict[str, Any]:
    """For each method and baseline: the share of hits and the areas under both curves, with 95 % intervals.

    For each method, also by how much both areas differ from those of the baselines on the same pictures.
    ``count`` is the number of pictures, for the progress. Those that a method has no map for are left out, and counted.
    Raises NoExplanation if none is left.
    """
    rng = np.random.default_rng(SEED)
    baselines: dict[str, Callable[[Image.Image, tuple[int, ...]], Floats]] = {
        "random": lambda _image, shape: rng.random(shape),
        "centre": lambda _image, shape: _centre(shape),
    }
    hits: dict[str, list[float]] = {}
    deletion: dict[str, list[float]] = {}
    insertion: dict[str, list[float]] = {}
    covered_shares: list[float] = []
    unexplained = 0
    for number, picture in enumerate(pictures):
        report.progress(number, count, "Measuring reasons")
        window = encoder.preparation.box_in(picture.image)
        try:
            maps = {name: saliency(encoder, artifact, picture.image, name) for name in methods(encoder)}
        except NoExplanation:
            unexplained += 1
            continue
        shape = next(iter(maps.values())).shape if maps else BASELINE_GRID
        maps |= {name: make(picture.image, shape) for name, make in baselines.items()}
        small = [box for box in picture.clues if _area(box) <= LARGEST_CLUE]
        if small:
            covered_shares.append(_covered_share(small))
        for name, values in maps.items():
            if small:
                hits.setdefault(name, []).append(float(_points_at(values, window, small)))
            deleted, inserted = _curves(artifact, encoder, picture.image, values)
            deletion.setdefault(name, []).append(float(deleted.mean()))
            insertion.setdefault(name, []).append(float(inserted.mean()))
    report.progress(count, count, "Measuring reasons")
    if not deletion:
        raise NoExplanation(f"{encoder.name} has no map for any of the {unexplained} pictures.")
    return {
        "n": len(deletion["random"]),
        "unexplained": unexplained,
        "with_clues": len(covered_shares),
        "clues_cover": round(float(np.mean(covered_shares)), 4) if covered_shares else None,
        "methods": {
            name: {
                "pointing": _mean(hits.get(name, [])),
                "deletion": _mean(deletion[name]),
                "insertion": _mean(insertion[name]),
            }
            for name in deletion
        },
        "differences": {
            f"{name} - {baseline}": {
                "deletion": _mean(np.subtract(deletion[name], deletion[baseline])),
                "insertion": _mean(np.subtract(insertion[name], insertion[baseline])),
            }
            for name in methods(encoder)
            for baseline in baselines
        },
    }


def _curves(artifact: Artifact, encoder: Encoder, image: Image.Image, values: Floats) -> tuple[Floats, Floats]:
    """Probability (STEPS + 1,) of the whole picture's likeliest cell, during deletion and during insertion."""
    seen = Image.fromarray(encoder.window(image))
    ranks = np.argsort(np.argsort(-values, axis=None)).reshape(values.shape)
    pictures = [seen]
    for share in np.linspace(0, 1, STEPS + 1)[1:]:
        pictures.append(only_patches(seen, ranks >= share * values.size))
    for share in np.linspace(0, 1, STEPS + 1)[:-1]:
        pictures.append(only_patches(seen, ranks < share * values.size))
    embeddings = artifact.heads.project(encoder.encode_views([[picture] for picture in pictures]))
    cells = artifact.heads.posterior(embeddings, artifact.calibration.temperature)
    probability = cells[:, cells[0].argmax()]
    return probability[: STEPS + 1], np.append(probability[STEPS + 1 :], probability[0])


def _points_at(values: Floats, window: Box, boxes: Sequence[Box]) -> bool:
    """Whether the middle of the map's highest part lies in one of the boxes."""
    row, column = np.unravel_index(values.argmax(), values.shape)
    x = window[0] + (column + 0.5) / values.shape[1] * (window[2] - window[0])
    y = window[1] + (row + 0.5) / values.shape[0] * (window[3] - window[1])
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)


def _centre(shape: tuple[int, ...]) -> Floats:
    rows, columns = (np.linspace(-0.5, 0.5, size) for size in shape)
    return np.exp(-(rows[:, None] ** 2 + columns[None, :] ** 2) / (2 * CENTRE_SPREAD**2))


def _covered_share(boxes: Sequence[Box], grid: int = 100) -> float:
    """The share of the picture that lies in any of the boxes: the hit rate of a random point."""
    inside = np.zeros((grid, grid), bool)
    for left, top, right, bottom in boxes:
        inside[round(top * grid) : round(bottom * grid), round(left * grid) : round(right * grid)] = True
    return float(inside.mean())


def _area(box: Box) -> float:
    left, top, right, bottom = box
    return (right - left) * (bottom - top)


def _mean(values: Sequence[float] | Floats) -> dict[str, Any] | None:
    if not len(values):
        return None
    low, high = interval(np.array(values))
    return {"mean": round(float(np.mean(values)), 4), "ci95": [round(low, 4), round(high, 4)]}
