"""Reads lines in the ten Indian scripts of signs, Urdu among them, with a network that ships (`native_network`)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from predictor.reading.native_letters import CLASSES, as_written, classes_of

HEIGHT, WIDEST = 40, 640  # px of a line as the network sees it
URDU_STRETCH = 1.6  # its letters are narrow, and the network tells one in 4 px at most
STEP = 32  # px, of which widths are multiples: every other width would be prepared for anew
FLATTEST = 8.0  # grey levels added to a line's deviation, so that the noise of an even wall stays faint
SURE = 0.5


class NativeReader:
    """Reads lines; `version` changes with the weights."""

    def __init__(self, network: Any, version: str) -> None:
        self.network = network
        self.version = version

    @classmethod
    def load(cls) -> NativeReader:
        """The network that ships. Imports torch, which takes seconds the first time."""
        from predictor.reading.native_network import WEIGHTS, load_recogniser

        return cls(load_recogniser(), hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:12])

    def read(self, crop: Image.Image, script: str) -> tuple[str, float]:
        """The text of an upright box of one line in the script, and the calibrated probability that it is right."""
        return decoded(self.logits(crop, script), script)

    def logits(self, crop: Image.Image, script: str) -> Any:
        """Logits (columns, letters) of the script's letters in `classes_of` for a box of one line."""
        import torch

        with torch.inference_mode():
            return self.network(torch.from_numpy(normalised([fitted(crop, script)])))[0, :, classes_of(script)]


def decoded(logits: Any, script: str) -> tuple[str, float]:
    """The text of the likeliest letter in each column, and its probability, summed over all ways to show it."""
    import torch
    from torch.nn.functional import ctc_loss

    columns = logits.log_softmax(1)
    letters = torch.unique_consecutive(columns.argmax(1))
    letters = letters[letters > 0]
    wide, long = torch.tensor([len(columns)]), torch.tensor([len(letters)])
    unlikely = ctc_loss(columns[:, None], letters[None], wide, long, reduction="sum")
    known = classes_of(script)
    seen = "".join(CLASSES[known[letter]] for letter in letters)
    return as_written(seen, script).strip(), float((-unlikely).exp())


def fitted(crop: Image.Image, script: str) -> NDArray[np.uint8]:
    """A box in grey, 40 px high and up to 640 wide."""
    stretch = URDU_STRETCH if script == "Arabic" else 1.0
    wide = min(max(round(stretch * HEIGHT * crop.width / crop.height), 1), WIDEST)
    return np.asarray(crop.convert("L").resize((wide, HEIGHT), Image.Resampling.BILINEAR))


def normalised(lines: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Fitted lines as the network takes them, (B, 1, 40, W): mean 0, deviation 1, zeros on the right."""
    widest = max(line.shape[1] for line in lines)
    batch = np.zeros((len(lines), 1, HEIGHT, -(-widest // STEP) * STEP), np.float32)
    for row, line in zip(batch, lines, strict=True):
        row[0, :, : line.shape[1]] = (line - line.mean(dtype=np.float32)) / (line.std(dtype=np.float32) + FLATTEST)
    return batch
