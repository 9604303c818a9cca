"""Audit of the clues that a version names on drawn scenes, beside those that the scenes are known to hold.

A name is right if the scene holds such a clue, and its box if it also overlaps one of that name. Pointing: of the right
names with small boxes, how often the middle of the box named lies in one (Zhang et al. 2016). Effects are those of
`predictor.seeing.effects`, of all clues named.

`Photo.clues` keeps only the largest box of each meaning, so a right name whose box lies on a second palm counts as a
wrong box.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.evaluation.evaluate import FEWEST_FOR_INTERVAL
from pipeline.evaluation.faithfulness import LARGEST_CLUE
from pipeline.evaluation.measures import grouped_interval, share_interval
from predictor.geodesy import Floats
from predictor.pictures.covering import Box
from predictor.seeing.effects import SeenClue

LEAST_OVERLAP = 0.3  # intersection over union of a right box with one that the scene is known to have


class NoDetector(RuntimeError):
    """Nothing finds clues for the version's encoder."""


@dataclass(frozen=True)
class AuditedScene:
    """The boxes of the clues that a scene is known to hold, by name, and the clues that were named."""

    known: dict[str, list[Box]]
    named: Sequence[SeenClue]


@dataclass(frozen=True)
class Finding:
    """A clue that was named, the number of its scene, and the boxes (n, 4) of that name there, none if it is wrong."""

    clue: SeenClue
    scene: int
    boxes: Floats


def audit(scenes: Sequence[AuditedScene]) -> dict[str, Any]:
    """Counts, shares and effects of each clue, the commonest in the scenes first, and of all."""
    known = Counter(name for scene in scenes for name in scene.known)
    findings = [
        Finding(clue, number, np.array(scene.known.get(clue.name, [])).reshape(-1, 4))
        for number, scene in enumerate(scenes)
        for clue in scene.named
    ]
    names = known.keys() | {finding.clue.name for finding in findings}
    return {
        "scenes": len(scenes),
        "total": _figures(known.total(), findings),
        "clues": {
            name: _figures(known[name], [finding for finding in findings if finding.clue.name == name])
            for name in sorted(names, key=lambda name: (-known[name], name))
        },
    }


def overlaps(box: Floats, boxes: Floats) -> bool:
    """Whether a box (4,) overlaps one of these (n, 4) enough to be right."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    common = (high - low).clip(min=0).prod(axis=1)
    return bool((common >= LEAST_OVERLAP * (areas(boxes) + areas(box[None]) - common)).any())


def holds(boxes: Floats, point: Floats) -> bool:
    """Whether a point (2,) lies in one of the boxes (n, 4)."""
    return bool(((boxes[:, :2] <= point) & (point <= boxes[:, 2:])).all(axis=1).any())


def areas(boxes: Floats) -> Floats:
    """Areas (n,) of boxes (n, 4), as shares of the picture."""
    return (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)


def _figures(known: int, findings: Sequence[Finding]) -> dict[str, Any]:
    """Shares have Wilson's intervals. What has nothing to be measured on is left out."""
    right = [finding for finding in findings if len(finding.boxes)]
    small = [finding for finding in right if (areas(finding.boxes) <= LARGEST_CLUE).all()]
    counts = {
        "known": known,
        "named": len(findings),
        "name_right": len(right),
        "box_right": sum(overlaps(np.array(finding.clue.box), finding.boxes) for finding in right),
        "small": len(small),
        "pointed": sum(holds(finding.boxes, _middle(finding.clue.box)) for finding in small),
        "reasons": sum(finding.clue.is_reason for finding in findings),
    }
    return {
        **counts,
        **_share("precision", counts["name_right"], counts["named"]),
        **_share("recall", counts["name_right"], known),
        **_share("box_precision", counts["box_right"], counts["named"]),
        **_share("pointing", counts["pointed"], counts["small"]),
        **_share("reason", counts["reasons"], counts["named"]),
        **_effects(findings),
    }


def _effects(findings: Sequence[Finding]) -> dict[str, Any]:
    """Mean loss of the likeliest cell's probability and mean move of the guess, with the box covered.

    Losses are those of clues beside which there is room to cover as much elsewhere.
    """
    losses = [
        (finding.clue.lost, clue.share - clue.elsewhere_share, finding.scene)
        for finding in findings
        if (clue := finding.clue).elsewhere_share is not None
    ]
    lost, elsewhere, roomy = np.array(losses, float).reshape(-1, 3).T
    moved, scenes = np.array([(finding.clue.moved_km, finding.scene) for finding in findings]).reshape(-1, 2).T
    return {
        **_mean("lost", lost, roomy),
        **_mean("lost_elsewhere", elsewhere, roomy),
        **_mean("lost_more", lost - elsewhere, roomy),
        **_mean("moved_km", moved, scenes),
    }


def _share(name: str, part: int, whole: int) -> dict[str, Any]:
    if not whole:
        return {}
    low, high = share_interval(part, whole)
    return {name: round(part / whole, 4), f"{name}_ci95": [round(low, 4), round(high, 4)]}


def _mean(name: str, values: Floats, scenes: Floats) -> dict[str, Any]:
    """The mean of values (N,); where there are enough scenes (N,) also an interval that resamples these."""
    if not len(values):
        return {}
    mean = {name: round(float(values.mean()), 5)}
    if len(np.unique(scenes)) < FEWEST_FOR_INTERVAL:
        return mean
    low, high = grouped_interval(values, scenes.astype(int))
    return {**mean, f"{name}_ci95": [round(low, 5), round(high, 5)]}


def _middle(box: Box) -> Floats:
    left, top, right, bottom = box
    return np.array([(left + right) / 2, (top + bottom) / 2])
