"""Detection of faces and number plates, so that they can be blurred. Needs no database.
Blurring: `curation.review.blur_faces_and_plates`.

Faces: CenterFace, which ships. Plates: any detector exported to TorchScript in the layout of YOLO exports,
(1, 4 + classes, N) with centre, width and height in pixels of a square input.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.intake.decoding import Box

FACE_SCORE = 0.3  # lower scores turn foliage into faces
FACE_OVERLAP = 0.3  # intersection over union above which two boxes are the same face
PLATE_SCORE = 0.25
PLATE_SIDE_PX = 640
PLATE_OVERLAP = 0.5
MARGIN = 0.15  # of a box, added on each side: hair and ears also identify a person


class DetectorMissing(RuntimeError):
    """The detector cannot be loaded on this machine; the message says how to fix that."""


def faces(image: Image.Image) -> list[Box]:
    """Boxes of faces in fractions of the picture, widened a little."""
    import torch

    from pipeline.curation.centerface import COARSEST, STRIDE

    width, height = (-(-side // COARSEST) * COARSEST for side in image.size)
    pixels = np.array(image.convert("RGB").resize((width, height), Image.Resampling.BILINEAR))
    with torch.inference_mode():
        outputs = _face_network()(torch.from_numpy(pixels).permute(2, 0, 1).float()[None])
    likelihood, sizes, shifts = (output[0].numpy() for output in outputs)
    row, column = np.nonzero(likelihood > FACE_SCORE)
    half_height, half_width = np.exp(sizes[:, row, column]) * STRIDE / 2
    y, x = (np.stack([row, column]) + 0.5 + shifts[:, row, column]) * STRIDE
    corners = np.stack([x - half_width, y - half_height, x + half_width, y + half_height], axis=1)
    boxes = _distinct(corners, likelihood[row, column], FACE_OVERLAP)
    return [_widened(box, (width, height)) for box in boxes]


def plates(image: Image.Image, weights: Path) -> list[Box]:
    """Boxes of number plates in fractions of the picture. Raises DetectorMissing."""
    import torch

    scale = PLATE_SIDE_PX / max(image.size)
    size = round(image.width * scale), round(image.height * scale)
    square = Image.new("RGB", (PLATE_SIDE_PX, PLATE_SIDE_PX), (114, 114, 114))
    square.paste(image.convert("RGB").resize(size, Image.Resampling.BILINEAR))
    pixels = torch.from_numpy(np.array(square)).permute(2, 0, 1).float()[None] / 255
    with torch.inference_mode():
        rows = _plate_detector(weights)(pixels)[0].numpy().T
    scores = rows[:, 4:].max(axis=1)
    rows, scores = rows[scores >= PLATE_SCORE], scores[scores >= PLATE_SCORE]
    middles, halves = rows[:, :2] / scale, rows[:, 2:4] / scale / 2
    boxes = _distinct(np.hstack([middles - halves, middles + halves]), scores, PLATE_OVERLAP)
    return [_widened(box, image.size) for box in boxes]


@cache
def _face_network() -> Any:
    from pipeline.curation.centerface import load

    return load()


@cache
def _plate_detector(weights: Path) -> Any:
    import torch

    try:
        return torch.jit.load(str(weights), map_location="cpu").eval()
    except (RuntimeError, ValueError, OSError) as error:
        raise DetectorMissing(f"GEOGUESS_PLATE_WEIGHTS names {weights}, which is no TorchScript file.") from error


def _distinct(corners: NDArray[np.float32], scores: NDArray[np.float32], overlap: float) -> NDArray[np.float32]:
    """The boxes (n, 4) that are left of these (N, 4) when each removes those of lower score that overlap it."""
    import torch
    from torchvision.ops import nms

    kept = nms(torch.from_numpy(corners.astype(np.float32)), torch.from_numpy(scores.astype(np.float32)), overlap)
    return corners[kept.numpy()]


def _widened(box: np.ndarray, size: tuple[int, int]) -> Box:
    """A box in pixels with `MARGIN` added, in fractions of the picture."""
    left, top, right, bottom = (float(value) for value in box)
    x, y = MARGIN * (right - left), MARGIN * (bottom - top)
    width, height = size
    return (
        max(0.0, (left - x) / width),
        max(0.0, (top - y) / height),
        min(1.0, (right + x) / width),
        min(1.0, (bottom + y) / height),
    )
