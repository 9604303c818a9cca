"""Finds the clues that a picture shows, with a head trained on the patches of one encoder.

A clue is named only where its logit reaches a threshold, which training chose for right names and places on held-out
pictures (`pipeline.starter.clue_detector`). Clues for which none suffices have an infinite one and are never named.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open

from predictor.encoders.encoder import Encoder, Input, normalise, stacked
from predictor.encoders.patches import patch_tokens
from predictor.pictures.covering import Box
from predictor.seeing.head import ClueHead, patch_centres, presence

HEADS = Path(__file__).parent / "heads"  # a file for each encoder that has a head, by its name


@dataclass(frozen=True)
class Seen:
    """A clue found in a picture: its name, its box in fractions of the picture, and its probability."""

    name: str
    box: Box
    probability: float


@dataclass(frozen=True)
class Looked:
    """What the head says of N pictures and K clues: logits of presence (N, K), boxes (N, K, 4) and points (N, K, 2).

    Boxes and points, the middles of the patches of highest score, are shares of the network's input.
    """

    logits: NDArray[np.float32]
    boxes: NDArray[np.float32]
    points: NDArray[np.float32]


@dataclass(frozen=True)
class Detector:
    """A head for the clues of these ``names``, with a threshold (K,) for the logit of each."""

    head: ClueHead
    names: tuple[str, ...]
    thresholds: NDArray[np.float32]

    @torch.inference_mode()
    def look(self, encoder: Encoder, windows: NDArray[np.uint8]) -> Looked:
        """What the head says of inputs (N, H, W, 3) of the encoder that it was trained on."""
        pixels = normalise(torch.from_numpy(windows).to(encoder.device), encoder.preparation)
        patches, (rows, columns) = patch_tokens(encoder.network, pixels)
        tokens, scores = self.head(patches.float())
        best = scores.argmax(dim=1)  # (N, K)
        points = patch_centres(rows, columns).to(encoder.device)[best]
        clues = torch.arange(len(self.names), device=encoder.device).expand_as(best)
        tokens = tokens.gather(1, best[:, :, None].expand(-1, -1, tokens.shape[2]))
        boxes = self.head.boxes_at(tokens, clues, points, (1 / columns, 1 / rows)).clamp(0, 1)
        return Looked(*(values.cpu().numpy() for values in (presence(scores), boxes, points)))

    def find(self, encoder: Encoder, inputs: Sequence[Input]) -> list[list[Seen]]:
        """The clues that each of the pictures shows, the surest first, with their boxes in the whole picture."""
        found: list[list[Seen]] = [[] for _ in inputs]
        for rows, windows in stacked([picture.window for picture in inputs]):
            looked = self.look(encoder, windows)
            for row, logits, boxes in zip(rows, looked.logits, looked.boxes, strict=True):
                found[row] = self._named(logits, boxes, inputs[row].box)
        return found

    def _named(self, logits: NDArray[np.float32], boxes: NDArray[np.float32], seen: Box) -> list[Seen]:
        """The clues whose logits (K,) reach their thresholds, with boxes (K, 4) in the part that is seen."""
        left, top, right, bottom = seen
        origin, size = np.array([left, top] * 2), np.array([right - left, bottom - top] * 2)
        named = np.flatnonzero(logits >= self.thresholds)
        return [
            Seen(
                self.names[clue],
                tuple(round(float(edge), 4) for edge in origin + boxes[clue] * size),  # type: ignore[arg-type]
                round(float(1 / (1 + np.exp(-logits[clue]))), 4),
            )
            for clue in named[np.argsort(-logits[named], kind="stable")]
        ]


def file_of(encoder: str, folder: Path = HEADS) -> Path:
    """The file of the detector for the encoder with this name."""
    return folder / f"{encoder}.safetensors"


def detector_of(encoder: Encoder, folder: Path = HEADS) -> Detector | None:
    """The detector that was trained on the encoder's network; None where there is none."""
    file = file_of(encoder.name, folder)
    if not file.exists() or about(file)["encoder_sha256"] != encoder.weights_sha256:
        return None
    detector = _load(file)
    return Detector(detector.head.to(encoder.device), detector.names, detector.thresholds)


@lru_cache(maxsize=2)
def about(file: Path) -> dict[str, Any]:
    """What a detector's file says of itself: ``encoder_sha256``, ``names``, and ``figures`` of each clue by name."""
    with safe_open(file, "pt") as saved:
        return json.loads(saved.metadata()["about"])


def head_of(file: Path) -> tuple[ClueHead, tuple[str, ...]]:
    """The head in a detector's file, and the names of its clues."""
    detector = _load(file)
    return detector.head, detector.names


@lru_cache(maxsize=2)
def _load(file: Path) -> Detector:
    with safe_open(file, "pt") as saved:
        names = saved.keys()
        tensors = {name: saved.get_tensor(name).float() for name in names}
    thresholds = tensors.pop("thresholds").numpy()
    del tensors["places"]
    head = ClueHead(len(tensors["norm.weight"]), len(tensors["scores.bias"]))
    head.load_state_dict(tensors)
    return Detector(head.eval().requires_grad_(False), tuple(about(file)["names"]), thresholds)
