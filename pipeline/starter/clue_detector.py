"""The shipped detector of clues: thresholds by precision, figures on held-out scenes, and where each clue is drawn.

A finding is right if the scene shows the clue and the box overlaps one of its boxes. A clue's threshold is the lowest
at which enough findings on held-out scenes are right. Its figures are cross-fitted: each half of the scenes is judged
by thresholds chosen on the other half, while those that ship are chosen on both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file

from pipeline.evaluation.clues import areas, holds, overlaps
from pipeline.evaluation.faithfulness import LARGEST_CLUE
from pipeline.starter.clue_losses import cropped
from pipeline.starter.labels import LabelledPhoto
from pipeline.starter.scene_cache import Scenes
from pipeline.starter.sightings import Sightings, from_text, sightings_of
from predictor.encoders.encoder import Encoder
from predictor.seeing.detector import Detector, Looked
from predictor.seeing.head import ClueHead

LEAST_PRECISION = 0.9
MOST_PLACES = 300  # of a clue, to show where it is drawn
BATCH = 64
NEVER = np.float32(np.inf)


@dataclass(frozen=True)
class Judged:
    """N scenes and K clues (N, K): the ``logits``, whether a scene shows the clue (``shown``), whether the box is right
    (``right``), whether the point is in a box (``pointed``), and whether all of its boxes are ``small``.
    """

    logits: NDArray[np.float32]
    shown: NDArray[np.bool_]
    right: NDArray[np.bool_]
    pointed: NDArray[np.bool_]
    small: NDArray[np.bool_]

    def part(self, rows: slice) -> Judged:
        """Some of the scenes."""
        return Judged(self.logits[rows], self.shown[rows], self.right[rows], self.pointed[rows], self.small[rows])


def judge(looked: Looked, sightings: Sightings) -> Judged:
    """What was found in N scenes beside what they are known to show."""
    shape = looked.logits.shape
    shown, right, pointed, large = (np.zeros(shape, bool) for _ in range(4))
    for row, (clues, boxes) in enumerate(zip(sightings.which, sightings.boxes, strict=True)):
        for clue in np.unique(clues[clues >= 0]):
            own = boxes[clues == clue]
            shown[row, clue] = True
            right[row, clue] = overlaps(looked.boxes[row, clue], own)
            pointed[row, clue] = holds(own, looked.points[row, clue])
            large[row, clue] = (areas(own) > LARGEST_CLUE).any()
    return Judged(looked.logits, shown, right, pointed, shown & ~large)


def choose_thresholds(judged: Judged) -> NDArray[np.float32]:
    """The lowest logit (K,) from which on the share of right findings is high enough, counting one wrong one more."""
    thresholds = np.full(judged.logits.shape[1], NEVER)
    for clue, (logits, right) in enumerate(zip(judged.logits.T, judged.right.T, strict=True)):
        order = np.argsort(-logits, kind="stable")
        precision = np.cumsum(right[order]) / (np.arange(len(order)) + 2)
        last = np.append(logits[order][1:] < logits[order][:-1], True)  # of those that are equally sure
        good = np.flatnonzero((precision >= LEAST_PRECISION) & last)
        if len(good):
            thresholds[clue] = logits[order[good[-1]]]
    return thresholds


def figures_of(judged: Judged, names: tuple[str, ...]) -> dict[str, Any]:
    """Figures of each clue and of all, by thresholds that were chosen on the other half of the scenes."""
    middle = len(judged.logits) // 2
    halves = [judged.part(slice(middle)), judged.part(slice(middle, None))]
    found = np.concatenate([part.logits >= choose_thresholds(other) for part, other in (halves, reversed(halves))])
    own = choose_thresholds(judged)
    clues = {
        name: {
            "shown": int(judged.shown[:, clue].sum()),
            "named": bool(np.isfinite(own[clue])),
            "found": int(found[:, clue].sum()),
            "name_right": int((found & judged.shown)[:, clue].sum()),
            "box_right": int((found & judged.right)[:, clue].sum()),
            "pointed": int((judged.pointed & judged.small)[:, clue].sum()),
            "of_small": int(judged.small[:, clue].sum()),
        }
        for clue, name in enumerate(names)
    }
    total = {key: sum(int(clue[key]) for clue in clues.values()) for key in next(iter(clues.values()))}
    return {"scenes": len(judged.logits), "total": total, "clues": clues}


def build(
    head: ClueHead,
    names: tuple[str, ...],
    encoder: Encoder,
    scenes: Scenes,
    held_out: Scenes,
    file: Path,
    photographs: Sequence[LabelledPhoto] = (),
) -> dict[str, Any]:
    """Write the detector with thresholds chosen on ``held_out``, and return its figures there.

    ``scenes``, those of training, tell where clues are drawn. Where there are ``photographs``, a clue is named only
    from where it is right on them too; they tell no boxes, so that is the name alone.
    """
    head = deepcopy(head).half().float()  # as it is saved, so that thresholds are those of what ships
    looked = _look(head, names, encoder, map(Image.fromarray, held_out.images))
    judged = judge(looked, _as_seen(encoder, sightings_of(held_out.records["sightings"].tolist(), names), held_out))
    thresholds, figures = choose_thresholds(judged), figures_of(judged, names)
    if photographs:
        labelled = judge_labels(_look(head, names, encoder, (photo.image for photo in photographs)), names, photographs)
        figures["photographs"] = _figures_on_photographs(labelled, thresholds, names)
        thresholds = np.maximum(thresholds, choose_thresholds(labelled))
        for name, threshold in zip(names, thresholds, strict=True):
            figures["clues"][name]["named"] = bool(np.isfinite(threshold))
    tensors = {name: tensor.half().cpu().contiguous() for name, tensor in head.state_dict().items()}
    about = {"encoder_sha256": encoder.weights_sha256, "names": names, "figures": figures}
    partial = file.with_suffix(".partial")
    save_file(
        tensors | {"thresholds": torch.from_numpy(thresholds), "places": torch.from_numpy(_places(scenes, names))},
        partial,
        {"about": json.dumps(about, ensure_ascii=False)},
    )
    partial.replace(file)
    return figures


def judge_labels(looked: Looked, names: tuple[str, ...], photographs: Sequence[LabelledPhoto]) -> Judged:
    """What was found in N photographs beside their labels, by name alone; what nobody is sure of was not found."""
    shown = np.array([[name in photo.shown for name in names] for photo in photographs])
    unsure = np.array([[name in photo.unsure for name in names] for photo in photographs])
    unknown = np.zeros_like(shown)
    return Judged(np.where(unsure, -NEVER, looked.logits), shown, shown, unknown, unknown)


def _figures_on_photographs(
    labelled: Judged, thresholds: NDArray[np.float32], names: tuple[str, ...]
) -> dict[str, Any]:
    """Of each clue that is named: how many photographs show it, in how many it is found, and rightly.

    Every second photograph is judged by the higher of these thresholds and that chosen on the others.
    """
    found = np.zeros_like(labelled.shown)
    for half, others in ((slice(0, None, 2), slice(1, None, 2)), (slice(1, None, 2), slice(0, None, 2))):
        found[half] = labelled.logits[half] >= np.maximum(thresholds, choose_thresholds(labelled.part(others)))
    named = np.isfinite(np.maximum(thresholds, choose_thresholds(labelled)))
    clues = {
        name: {
            "shown": int(labelled.shown[:, clue].sum()),
            "found": int(found[:, clue].sum()),
            "name_right": int((found & labelled.shown)[:, clue].sum()),
        }
        for clue, name in enumerate(names)
        if named[clue]
    }
    return {"photographs": len(labelled.logits), "clues": clues}


def _look(head: ClueHead, names: tuple[str, ...], encoder: Encoder, pictures: Iterable[Image.Image]) -> Looked:
    unsure = Detector(head.to(encoder.device), names, np.full(len(names), NEVER))
    windows = [encoder.window(picture) for picture in pictures]
    parts = [unsure.look(encoder, np.stack(windows[start : start + BATCH])) for start in range(0, len(windows), BATCH)]
    return Looked(
        *(np.concatenate([getattr(part, field) for part in parts]) for field in ("logits", "boxes", "points"))
    )


def _as_seen(encoder: Encoder, sightings: Sightings, scenes: Scenes) -> Sightings:
    """The sightings on the part of each scene that becomes the encoder's input."""
    window = torch.tensor([encoder.preparation.box_in(Image.fromarray(scenes.images[0]))])
    which, boxes = cropped(torch.from_numpy(sightings.which), torch.from_numpy(sightings.boxes), window)
    return Sightings(sightings.names, which.numpy(), boxes.numpy())


def _places(scenes: Scenes, names: tuple[str, ...]) -> NDArray[np.int16]:
    """Number of a clue, and latitude and longitude in hundredths of a degree (P, 3), of scenes that show it."""
    number = {name: index for index, name in enumerate(names)}
    taken = np.zeros(len(names), int)
    rows = []
    for record in scenes.records:
        for name in {name for name, _ in from_text(record["sightings"])} & number.keys():
            clue = number[name]
            if taken[clue] < MOST_PLACES:
                taken[clue] += 1
                rows.append((clue, round(100 * record["latitude"]), round(100 * record["longitude"])))
    return np.array(sorted(rows), np.int16)
