"""A detector of two clues that needs no training: one is what is red, the other what is blue."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import save_file

from predictor.pictures.covering import Box
from predictor.seeing.head import ClueHead

RED, BLUE = "Red laterite: the west coast", "Signs in Tamil letters"
NAMES = (RED, BLUE)
SIDE_PX = 8  # of a patch of the encoder ``tiny``, which sees four rows of six


def red_and_blue() -> ClueHead:
    """A head for ``tiny``; the box that it gives is the patch."""
    head = ClueHead(3, 2)
    with torch.no_grad():
        head.scores.weight.copy_(20 * torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
        head.scores.bias.fill_(-20)  # a patch is red where its red is more than one deviation above its mean
        head.boxes.weight.zero_()
        head.boxes.bias.zero_()
    return head


def store_detector(
    file: Path, encoder_sha256: str, names: tuple[str, ...] = NAMES, head: ClueHead | None = None
) -> None:
    """Write a head, by default that for ``tiny``, as a detector of the encoder with these weights."""
    places = torch.tensor([[0, 1550, 7380], [0, 1160, 7560], [1, 1308, 8027]], dtype=torch.int16)
    about = {"encoder_sha256": encoder_sha256, "names": names, "figures": {}}
    tensors = (head or red_and_blue()).state_dict() | {"thresholds": torch.zeros(2), "places": places}
    save_file(tensors, file, {"about": json.dumps(about)})


def spots(*patches: tuple[int, int], colour: tuple[int, int, int] = (250, 40, 10)) -> Image.Image:
    """Grey, as ``tiny`` takes it in, with this colour in patches (row, column)."""
    image = Image.new("RGB", (6 * SIDE_PX, 4 * SIDE_PX), (120, 120, 120))
    for row, column in patches:
        image.paste(colour, tuple(SIDE_PX * edge for edge in (column, row, column + 1, row + 1)))
    return image


def patch_box(row: int, column: int) -> Box:
    """The box of a patch, in fractions of the picture."""
    return column / 6, row / 4, (column + 1) / 6, (row + 1) / 4
