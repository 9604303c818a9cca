"""Whether explanations can be believed: the pointing game, and what covering or uncovering the top parts does.

Pointing game: does the highest point lie in a box of a clue that the scene is known to show (Zhang et al. 2016).
Deletion and insertion: the probability of the cell that was likeliest, as the parts of the picture are covered, or
uncovered, from the highest on; the areas under these curves (Petsiuk, Das, Saenko 2018: RISE). Each beside a map of
random numbers and one that is highest in the middle.
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
from predictor.reasons.saliency import Box, methods, saliency, seen_box

SEED = 0
PLAIN_GRID = (7, 10)  # of the baselines, for an encoder that no method fits
STEPS = 7  # of deletion and insertion
LARGEST_CLUE = 0.25  # of the picture: a box that fills more is hit by anything
CENTRE_SPREAD = 0.35  # standard deviation of the centre prior, as a share of the sides


@dataclass(frozen=True)
class Explained:
    """A picture with the boxes of its clues, in fractions."""

    image: Image.Image
    clues: Sequence[Box]


def evaluate_explanations(
    artifact: Artifact, encoder: Encoder, pictures: Iterable[Explained], count: int, report: Reporter = SILENT
) -> dict[str, Any]:
    """For each method and baseline: share of hits, areas under deletion and insertion, with 95 % intervals."""
    rng = np.random.default_rng(SEED)
    ways: dict[str, Callable[[Image.Image, tuple[int, ...]], Floats]] = {
        "random": lambda _image, shape: rng.random(shape),
        "centre": lambda _image, shape: _centre(shape),
    }
    hits: dict[str, list[float]] = {}
    deletion: dict[str, list[float]] = {}
    insertion: dict[str, list[float]] = {}
    covered: list[float] = []
    for number, picture in enumerate(pictures):
        report.progress(number, count, "Explaining")
        seen = seen_box(encoder.preparation, picture.image)
        maps = {name: saliency(encoder, artifact, picture.image, name) for name in methods(encoder)}
        shape = next(iter(maps.values())).shape if maps else PLAIN_GRID
        maps |= {name: make(picture.image, shape) for name, make in ways.items()}
        small = [box for box in picture.clues if _area(box) <= LARGEST_CLUE]
        if small:
            covered.append(_covered_share(small))
        for name, values in maps.items():
            if small:
                hits.setdefault(name, []).append(float(_points_at(values, seen, small)))
            away, back = _curves(artifact, encoder, picture.image, values, seen)
            deletion.setdefault(name, []).append(float(away.mean()))
            insertion.setdefault(name, []).append(float(back.mean()))
    report.progress(count, count, "Explaining")
    return {
        "n": len(next(iter(deletion.values()))),
        "with_clues": len(covered),
        "clues_cover": round(float(np.mean(covered)), 4) if covered else None,
        "methods": {
            name: {
                "pointing": _mean(hits.get(name, [])),
                "deletion": _mean(deletion[name]),
                "insertion": _mean(insertion[name]),
            }
            for name in deletion
        },
    }


def _curves(
    artifact: Artifact, encoder: Encoder, image: Image.Image, values: Floats, seen: Box
) -> tuple[Floats, Floats]:
    """Probability (STEPS + 1,) of the cell likeliest for the whole picture, as parts go, and as parts come."""
    ranks = np.argsort(np.argsort(-values, axis=None)).reshape(values.shape)
    pictures = [image]
    for share in np.linspace(0, 1, STEPS + 1)[1:]:
        pictures.append(_kept(image, ranks >= share * values.size, seen))
    for share in np.linspace(0, 1, STEPS + 1)[:-1]:
        pictures.append(_kept(image, ranks < share * values.size, seen))
    embeddings = artifact.heads.project(encoder.encode_views([[picture] for picture in pictures]))
    cells = artifact.heads.posterior(embeddings, artifact.calibration.temperature)
    believed = cells[:, cells[0].argmax()]
    return believed[: STEPS + 1], np.append(believed[STEPS + 1 :], believed[0])


def _kept(image: Image.Image, keep: np.ndarray, seen: Box) -> Image.Image:
    """The picture where ``keep`` (rows, columns) is true, its mean colour elsewhere."""
    left, top, right, bottom = (
        round(edge * side) for edge, side in zip(seen, [image.width, image.height] * 2, strict=True)
    )
    colour = tuple(int(value) for value in np.asarray(image.resize((64, 64))).reshape(-1, 3).mean(axis=0))
    plain = Image.new("RGB", image.size, colour)
    mask = Image.new("L", image.size, 0)
    small = Image.fromarray(np.where(keep, 255, 0).astype(np.uint8))
    mask.paste(small.resize((right - left, bottom - top), Image.Resampling.NEAREST), (left, top))
    return Image.composite(image, plain, mask)


def _points_at(values: Floats, seen: Box, boxes: Sequence[Box]) -> bool:
    """Whether the middle of the highest part lies in one of the boxes."""
    row, column = np.unravel_index(values.argmax(), values.shape)
    x = seen[0] + (column + 0.5) / values.shape[1] * (seen[2] - seen[0])
    y = seen[1] + (row + 0.5) / values.shape[0] * (seen[3] - seen[1])
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)


def _centre(shape: tuple[int, ...]) -> Floats:
    rows, columns = (np.linspace(-0.5, 0.5, size) for size in shape)
    return np.exp(-(rows[:, None] ** 2 + columns[None, :] ** 2) / (2 * CENTRE_SPREAD**2))


def _covered_share(boxes: Sequence[Box], grid: int = 100) -> float:
    """The share of the picture that lies in any of the boxes: what pointing anywhere would hit."""
    inside = np.zeros((grid, grid), bool)
    for left, top, right, bottom in boxes:
        inside[round(top * grid) : round(bottom * grid), round(left * grid) : round(right * grid)] = True
    return float(inside.mean())


def _area(box: Box) -> float:
    left, top, right, bottom = box
    return (right - left) * (bottom - top)


def _mean(values: list[float]) -> dict[str, Any] | None:
    if not values:
        return None
    low, high = interval(np.array(values))
    return {"mean": round(float(np.mean(values)), 4), "ci95": [round(low, 4), round(high, 4)]}
