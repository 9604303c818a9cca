"""A head for clues is learnt on the patches of an encoder that stays as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.scenes.prop import Clue
from pipeline.starter import clue_head
from pipeline.starter.clue_detector import build
from pipeline.starter.clue_head import train_head
from pipeline.starter.labels import LabelledPhoto
from pipeline.starter.scene_cache import RECORD, Scenes
from pipeline.starter.sightings import as_text
from predictor.encoders.encoder import Encoder, frozen_encoder
from predictor.seeing.detector import about, head_of
from tests.seeing import BLUE, RED, patch_box, spots
from tests.tiny import tiny

COUNT = 120


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three numbers a patch are learnt from faster than hundreds."""
    monkeypatch.setattr(clue_head, "RATE", 0.1)


def scenes(seed: int) -> Scenes:
    """Each shows a red or a blue patch."""
    rng = np.random.default_rng(seed)
    records = np.zeros(COUNT, RECORD)
    images = []
    for record in records:
        row, column, is_red = rng.integers(4), rng.integers(6), rng.random() < 0.5
        images.append(np.asarray(spots((row, column), colour=(250, 20, 20) if is_red else (20, 20, 250))))
        record["sightings"] = as_text([Clue("soil", RED if is_red else BLUE, patch_box(row, column))])
    return Scenes(np.stack(images), records, np.arange(COUNT))


def test_it_names_and_boxes_what_the_patches_show(tmp_path: Path) -> None:
    encoder: Encoder = frozen_encoder("tiny", *tiny())
    before = encoder.weights_sha256
    head, names = train_head(encoder, scenes(1), seed=3)
    assert names == tuple(sorted((RED, BLUE)))
    figures = build(head, names, encoder, scenes(1), scenes(2), tmp_path / "tiny.safetensors")
    assert figures["total"]["name_right"] >= 0.9 * figures["total"]["found"] > 0
    assert figures["total"]["box_right"] >= 0.5 * COUNT
    assert encoder.weights_sha256 == before
    again, _ = train_head(encoder, scenes(1), seed=3)
    assert all((a == b).all() for a, b in zip(again.parameters(), head.parameters(), strict=True))


def test_a_clue_that_photographs_do_not_bear_out_is_never_named(tmp_path: Path) -> None:
    encoder = frozen_encoder("tiny", *tiny())
    head, names = train_head(encoder, scenes(1), seed=3)
    Image.fromarray(scenes(2).images[0]).save(tmp_path / "photo.png")
    photos = [LabelledPhoto(tmp_path / "photo.png", frozenset(), frozenset())] * 20
    file = tmp_path / "tiny.safetensors"
    figures = build(head, names, encoder, scenes(1), scenes(2), file, photos)
    assert figures["photographs"] == {"photographs": 20, "clues": {}}
    assert about(file)["figures"]["photographs"]["photographs"] == 20
    assert head_of(file)[1] == names
