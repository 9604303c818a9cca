"""Scenes drawn to order as JPEG files, with what is known of them; a worker process needs no database for it."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from typing import Any

import imagehash
from PIL import Image

from pipeline.scenes.place import place_at
from pipeline.scenes.scene import Scene, draw_scene

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
    return drawn_of(order, scene.image, fields_of(scene))


def fields_of(scene: Scene) -> dict[str, Any]:
    """What a photo's row says of a scene."""
    return {
        "heading": scene.heading,
        "captured_at": scene.captured_at,
        "place": f"Near {scene.place.towns[0].name}" if scene.place.towns else scene.place.district,
        "clues": [asdict(clue) for clue in scene.clues],
    }


def drawn_of(order: Order, image: Image.Image, fields: dict[str, Any]) -> Drawn:
    """A finished picture as the order's file."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return Drawn(order, buffer.getvalue(), image.width, image.height, str(imagehash.phash(image)), fields)
