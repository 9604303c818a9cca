"""Scenes that the starter was trained on are drawn anew from positions and seeds."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.scenes.place import place_at
from pipeline.scenes.scene import draw_scene
from pipeline.starter import look_alikes
from pipeline.starter.scene_cache import HEIGHT, RECORD, WIDTH, Scenes
from predictor.pictures.images import decode

PLACE, SEED = (26.912434567, 70.912341234), 12


@pytest.fixture
def hashed(tmp_path: Path) -> tuple[Path, str, Image.Image]:
    """A file with one scene, its hash in the gallery, and its picture at the size of training."""
    picture = draw_scene(place_at(*PLACE), SEED, WIDTH).image
    images = np.asarray(picture)[None]
    records = np.zeros(1, RECORD)
    records["latitude"], records["longitude"] = PLACE
    name = sha256(images[0].tobytes()).hexdigest()
    look_alikes.save(Scenes(images, records, np.array([SEED])), np.array([name]), tmp_path / "scenes.npz")
    return tmp_path / "scenes.npz", name, picture


def test_a_look_alike_is_the_scene_that_was_trained_on(
    hashed: tuple[Path, str, Image.Image], data_folders: Path
) -> None:
    file, name, picture = hashed
    scene = look_alikes.look_alike(name, file)
    assert scene is not None
    drawn = decode(look_alikes.picture_of(scene)).resize((WIDTH, HEIGHT))
    difference = np.abs(np.asarray(drawn, float) - np.asarray(picture, float)).mean()
    other = np.asarray(draw_scene(place_at(*PLACE), SEED + 1, WIDTH).image, float)
    assert difference < 8 < np.abs(np.asarray(drawn, float) - other).mean()


def test_a_look_alike_is_drawn_once(
    hashed: tuple[Path, str, Image.Image], data_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = look_alikes.look_alike(hashed[1], hashed[0])
    assert scene is not None
    first = look_alikes.picture_of(scene)
    monkeypatch.setattr("pipeline.scenes.scene.draw_scene", None)
    assert look_alikes.picture_of(scene) == first


def test_other_pictures_are_none_of_the_starters(hashed: tuple[Path, str, Image.Image], tmp_path: Path) -> None:
    assert look_alikes.look_alike("00" * 32, hashed[0]) is None
    assert look_alikes.look_alike(hashed[1], tmp_path / "missing.npz") is None
