"""Reads lines in the ten Indian scripts of signs, Urdu among them, with a network that ships (`native_network`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidfuzz import process
from rapidfuzz.distance import OSA

from predictor.reading.names import native_names
from predictor.reading.native_letters import CLASSES, COMMON, LETTERS, as_seen, as_written, classes_of
from predictor.reading.native_words import common_words

HEIGHT, WIDEST = 40, 640  # px of a line as the network sees it
URDU_STRETCH = 1.6  # its letters are narrow, and the network tells one in 4 px at most
STEP = 32  # px, of which widths are multiples: every other width would be prepared for anew
FLATTEST = 8.0  # grey levels added to a line's deviation, so that the noise of an even wall stays faint
NEAREST = 8  # names that are compared with the letters seen
# How much likelier a certain name of the gazetteer, or a common word, is on a sign than another certain string: ten
# times for each letter from the third on, as there are more strings of more letters, but not without end.
LIKELIER_A_LETTER, SHORTEST, MOST_LIKELIER = 10.0, 2, 1e4
# A text below this confidence is not kept. From it on, 99.8 % of the towns told are right on lines that calibrate, half
# of which show a word that is no town; without it 98.8 % are (docs/model.md).
SURE = 0.5


class NativeReader:
    """Reads lines; `version` changes with the weights, and with the names and figures that decide what is read."""

    def __init__(self, network: Any, version: str) -> None:
        self.network = network
        self.version = version

    @classmethod
    def load(cls) -> NativeReader:
        """The network that ships. Imports torch, which takes seconds the first time."""
        from predictor.reading.native_network import WEIGHTS, load_recogniser

        names = repr([(_names(script), SURE) for script in LETTERS]).encode()
        return cls(load_recogniser(), hashlib.sha256(WEIGHTS.read_bytes() + names).hexdigest()[:12])

    def read(self, crop: Image.Image, script: str) -> tuple[str, float]:
        """The text of an upright box of one line in the script, and the calibrated probability that it is right."""
        return decoded(self.logits(crop, script), script)

    def logits(self, crop: Image.Image, script: str) -> Any:
        """Logits (columns, letters) of the script's letters in `classes_of` for a box of one line."""
        import torch

        with torch.inference_mode():
            return self.network(torch.from_numpy(normalised([fitted(crop, script)])))[0, :, classes_of(script)]


def decoded(logits: Any, script: str) -> tuple[str, float]:
    """The likeliest text for logits (columns, letters), and its probability.

    It is what the likeliest letters of the columns spell, or a name of the gazetteer or a common word that resembles
    this and is likelier by Bayes' rule. What the columns say of a text is summed over all ways in which they can show
    it.
    """
    import torch
    from torch.nn.functional import ctc_loss

    known = classes_of(script)
    columns = logits.log_softmax(1)
    letters = torch.unique_consecutive(columns.argmax(1)).tolist()
    seen = "".join(CLASSES[known[letter]] for letter in letters)
    names = _names(script)
    near = process.extract(seen, names.keys(), scorer=OSA.distance, score_cutoff=len(seen) // 2, limit=NEAREST)
    texts = list(dict.fromkeys([seen, *(name for name, _, _ in near)]))
    lines = [[known.index(CLASSES.index(letter)) for letter in text] for text in texts]
    unlikely = ctc_loss(
        columns[:, None].expand(-1, len(texts), -1),
        torch.tensor([letter for line in lines for letter in line], dtype=torch.long),
        torch.full((len(texts),), len(columns)),
        torch.tensor([len(line) for line in lines]),
        reduction="none",
    )
    likelier = torch.tensor([names.get(text, 1.0) for text in texts])
    shares = (-unlikely).exp() * likelier
    shares /= 1 + (shares * (1 - 1 / likelier)).sum()
    best = int(shares.argmax())
    return as_written(texts[best], script).strip(), min(float(shares[best]), 1.0)


@cache
def _names(script: str) -> Mapping[str, float]:
    """Names of towns and districts and common words as they are seen, as far as the network knows their letters, and
    how much likelier each is than another string."""
    names = {as_seen(name, script) for name in (*native_names(script), *common_words(script))}
    return {
        name: min(LIKELIER_A_LETTER ** max(len(name) - SHORTEST, 0), MOST_LIKELIER)
        for name in sorted(names)
        if set(name) <= {*COMMON, *LETTERS[script]}
    }


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
