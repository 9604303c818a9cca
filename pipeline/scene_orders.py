"""Scenes drawn to order as JPEG files, with what is known of them; a worker process needs no database for it."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from typing import Any

import imagehash

from pipeline.scenes.place import place_at
from pipeline.scenes.scene import draw_scene

WIDTH_PX = 1200
QUALITY = 88


@dataclass(frozen=True)
class Order:
    """A scene to draw at a position, (latitude, longitude) in degrees."""

    file_name: str
    position: tuple[float, float]
    seed: int


@dataclass(frozen=True)
class Drawn:
    """A drawn scene as JPEG bytes; ``fields`` are columns of `pipeline.models.Photo`."""

    order: Order
    jpeg: bytes
    width: int
    height: int
    perceptual_hash: str
    fields: dict[str, Any]


def draw_order(order: Order) -> Drawn:
    """Draw the ordered scene."""
    scene = draw_scene(place_at(*order.position), order.seed, WIDTH_PX)
    buffer = io.BytesIO()
    scene.image.save(buffer, "JPEG", quality=QUALITY)
    return Drawn(
        order,
        jpeg=buffer.getvalue(),
        width=scene.image.width,
        height=scene.image.height,
        perceptual_hash=str(imagehash.phash(scene.image)),
        fields={
            "heading": scene.heading,
            "captured_at": scene.captured_at,
            "place": f"Near {scene.place.towns[0].name}" if scene.place.towns else scene.place.district,
            "clues": [asdict(clue) for clue in scene.clues],
        },
    )
