"""Drawing of single scenes as JPEG files with their metadata, in worker processes that need no database."""

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
class SceneOrder:
    """A scene to draw at a position, (latitude, longitude) in degrees."""

    file_name: str
    position: tuple[float, float]
    seed: int


@dataclass(frozen=True)
class DrawnScene:
    """A drawn scene as JPEG bytes; ``fields`` are columns of `pipeline.models.Photo`."""

    order: SceneOrder
    jpeg: bytes
    width: int
    height: int
    perceptual_hash: str
    fields: dict[str, Any]


def draw_order(order: SceneOrder) -> DrawnScene:
    """Draw an ordered scene."""
    scene = draw_scene(place_at(*order.position), order.seed, WIDTH_PX)
    return encode_scene(order, scene.image, fields_of(scene))


def fields_of(scene: Scene) -> dict[str, Any]:
    """The fields of a scene's `Photo`."""
    return {
        "heading": scene.heading,
        "captured_at": scene.captured_at,
        "place": f"Near {scene.place.towns[0].name}" if scene.place.towns else scene.place.district,
        "clues": [asdict(clue) for clue in scene.clues],
    }


def encode_scene(order: SceneOrder, image: Image.Image, fields: dict[str, Any]) -> DrawnScene:
    """Encode a finished picture as JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return DrawnScene(order, buffer.getvalue(), image.width, image.height, str(imagehash.phash(image)), fields)
