"""The scenes that the starter was trained on, drawn anew where one of them is a look-alike.

They are stored nowhere, as position and seed give them again.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from pipeline.starter.places import FOLDER

if TYPE_CHECKING:
    from pipeline.starter.scene_cache import Scenes

FILE = FOLDER / "look_alikes.npz"
WIDTH_PX, QUALITY = 360, 75
_DRAWING = threading.Lock()  # a class that opens one page draws each scene once, and leaves a core to the site


@dataclass(frozen=True)
class LookAlike:
    """A scene by its hash in the starter's gallery, its position in degrees and its seed."""

    sha256: str
    position: tuple[float, float]
    seed: int


def save(scenes: Scenes, sha256: NDArray[np.str_], file: Path = FILE) -> None:
    """Keep positions and seeds of scenes by the hashes (N,) under which the artifact's gallery has them."""
    hashes = np.frombuffer(bytes.fromhex("".join(sha256)), np.uint8).reshape(-1, 32)
    positions = np.stack([scenes.records["latitude"], scenes.records["longitude"]], axis=1)
    np.savez_compressed(file, hashes=hashes, positions=positions, seeds=scenes.seeds)


def look_alike(sha256: str, file: Path = FILE) -> LookAlike | None:
    """The scene with this hash in the starter's gallery; None for other pictures."""
    return _look_alikes(file).get(sha256)


def picture_of(scene: LookAlike) -> bytes:
    """The scene as a small JPEG, drawn once and then kept."""
    kept = settings.CACHE_DIR / "look-alikes" / f"{scene.sha256}.jpg"
    if not kept.exists():
        with _DRAWING:
            if not kept.exists():
                _draw(scene, kept)
    return kept.read_bytes()


def _draw(scene: LookAlike, file: Path) -> None:
    from pipeline.scenes.place import place_at
    from pipeline.scenes.scene import draw_scene

    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(f".{secrets.token_hex(4)}")
    draw_scene(place_at(*scene.position), scene.seed, WIDTH_PX).image.save(partial, "JPEG", quality=QUALITY)
    partial.replace(file)


@lru_cache(maxsize=2)
def _look_alikes(file: Path) -> dict[str, LookAlike]:
    if not file.exists():
        return {}
    with np.load(file) as saved:
        hashes = [row.tobytes().hex() for row in saved["hashes"]]
        rows = zip(hashes, saved["positions"].tolist(), saved["seeds"].tolist(), strict=True)
        return {sha256: LookAlike(sha256, tuple(position), seed) for sha256, position, seed in rows}
