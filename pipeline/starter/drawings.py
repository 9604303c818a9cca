"""The shipped drawings of the starter collection, to which the first start only adds the finish.

Without the finish (glow, grain, vignette) a file takes a third of the space.

File names contain the edition. When scenes are to look different, raise `EDITION` and draw all anew: sites then take in
the new pictures beside the former ones, which rounds have shown. The first edition's names have no number of it.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pipeline.scenes.place import place_at
from pipeline.scenes.raster import finish
from pipeline.scenes.scene import draw_scene
from pipeline.starter.places import FOLDER, LIST, starter_places
from pipeline.starter.scene_orders import WIDTH_PX, DrawnScene, SceneOrder, encode_scene, fields_of
from pipeline.support.processes import Progress, process_pool

QUALITY = 84
EDITION = 2
FIRST_SEED = 20_260_126
PREFIX = "starter-"
SOURCE = "Drawn by the project"  # as photos name it


def starter_orders() -> list[SceneOrder]:
    """The scenes of the starter collection."""
    return [
        SceneOrder(f"{PREFIX}{EDITION}-{index:04}.jpg", place, FIRST_SEED + index)
        for index, place in enumerate(starter_places())
    ]


def number_of(file_name: str) -> str:
    """The number of a scene, the same in all editions, by its file name."""
    return Path(file_name).stem.rpartition("-")[2]


def build(orders: list[SceneOrder], folder: Path = FOLDER, progress: Progress | None = None) -> None:
    """Draw the scenes into ``folder``, which then holds no others."""
    folder.mkdir(parents=True, exist_ok=True)
    for former in folder.glob(f"{PREFIX}*.webp"):
        former.unlink()
    scenes = []
    with process_pool() as pool:
        for scene in pool.map(partial(_build_scene, folder), orders):
            scenes.append(scene)
            if progress:
                progress(len(scenes), len(orders))
    (folder / LIST).write_text(json.dumps(scenes, ensure_ascii=False, indent=1) + "\n")


def _build_scene(folder: Path, order: SceneOrder) -> dict[str, Any]:
    scene = draw_scene(place_at(*order.position), order.seed, WIDTH_PX)
    Image.fromarray(scene.drawing).save(_file(folder, order.file_name), quality=QUALITY, method=6)
    fields = fields_of(scene)
    for clue in fields["clues"]:
        clue["box"] = [round(edge, 4) for edge in clue["box"]]
    return {
        "file_name": order.file_name,
        "position": order.position,
        "seed": order.seed,
        "glow": [round(part, 4) if isinstance(part, float) else part for part in scene.glow],
        "fields": fields | {"captured_at": scene.captured_at.isoformat(timespec="seconds")},
    }


def shipped_scenes(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The records of the shipped drawings, for `finish_scene`."""
    return json.loads((folder / LIST).read_text())


def finish_scene(scene: dict[str, Any], folder: Path = FOLDER) -> DrawnScene:
    """Add the finish to a shipped drawing."""
    order = SceneOrder(scene["file_name"], tuple(scene["position"]), scene["seed"])
    with Image.open(_file(folder, order.file_name)) as drawing:
        image = finish(np.asarray(drawing.convert("RGB")), tuple(scene["glow"]), order.seed)
    captured_at = datetime.fromisoformat(scene["fields"]["captured_at"])
    return encode_scene(order, image, scene["fields"] | {"captured_at": captured_at})


def _file(folder: Path, file_name: str) -> Path:
    return (folder / file_name).with_suffix(".webp")
