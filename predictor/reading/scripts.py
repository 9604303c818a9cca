"""Which script a line of text is written in, told by a small network that ships (`script_network`)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HEIGHT, WIDTH = 32, 192  # px that the network sees of a box
LONGEST = 8.0  # widths over heights: of a longer line the middle is looked at, which is some ten letters
FLATTEST = 8.0  # grey levels added to a box's deviation, so that the noise of an even wall stays faint
# From this confidence on, at least 98 % of the scripts told are right: 99.5 % on drawn lines of words never learnt,
# 99.2 % in fonts never learnt, and 98.4 % on a detector's boxes in drawn scenes, on which 0.8 gives 96.4 %
# (docs/model.md). A wrong script points to a wrong state, so what is less sure should count as not told.
SURE = 0.9
BATCH = 64  # boxes at a time


class ScriptNetwork:
    """Tells scripts; `version` changes with the weights."""

    def __init__(self, network: Any, version: str) -> None:
        self.network = network
        self.version = version

    @classmethod
    def load(cls) -> ScriptNetwork:
        """The network that ships. Imports torch, which takes seconds the first time."""
        from predictor.reading.script_network import WEIGHTS, load_classifier

        return cls(load_classifier(), hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:12])

    def tell(self, crops: Sequence[Image.Image]) -> list[tuple[str, float]]:
        """The likeliest script of each box and its calibrated probability, 0 to 1.

        "" stands for what is no text, digits alone, and letters of another script. Boxes are of one line, upright, and
        a little wider than its letters.
        """
        import torch

        from predictor.reading.script_network import CLASSES

        told = []
        for start in range(0, len(crops), BATCH):
            boxes = torch.from_numpy(normalised([fitted(crop) for crop in crops[start : start + BATCH]]))
            with torch.inference_mode():
                best = self.network(boxes).softmax(dim=1).max(dim=1)
            told += [(CLASSES[i], p) for i, p in zip(best.indices.tolist(), best.values.tolist(), strict=True)]
        return told


def fitted(crop: Image.Image) -> NDArray[np.uint8]:
    """A box in grey, 32 px high and at most 192 wide; what is wider than that is narrowed."""
    width, height = crop.size
    if width > LONGEST * height:
        beside = (width - LONGEST * height) / 2
        crop = crop.crop((round(beside), 0, round(width - beside), height))
    wide = min(max(round(HEIGHT * crop.width / crop.height), 1), WIDTH)
    return np.asarray(crop.convert("L").resize((wide, HEIGHT), Image.Resampling.BILINEAR))


def normalised(boxes: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Fitted boxes as the network takes them, (B, 1, 32, 192): mean 0, deviation 1, zeros on both sides."""
    batch = np.zeros((len(boxes), 1, HEIGHT, WIDTH), np.float32)
    for row, box in zip(batch, boxes, strict=True):
        start, wide = (WIDTH - box.shape[1]) // 2, box.shape[1]
        row[0, :, start : start + wide] = (box - box.mean(dtype=np.float32)) / (box.std(dtype=np.float32) + FLATTEST)
    return batch
