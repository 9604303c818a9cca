"""The page of reasons shows look-alikes that are scenes of the starter's training."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from geoguess.reasons.services import _pictured
from pipeline.starter import look_alikes
from pipeline.starter.look_alikes import LookAlike
from predictor.pictures.images import decode

SCENE = LookAlike("ab" * 32, (26.9, 70.9), 12)


@pytest.fixture
def one_scene(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_alikes, "_look_alikes", lambda _file: {SCENE.sha256: SCENE})


def test_a_scene_of_the_training_has_a_picture_and_another_photo_has_none(one_scene: None) -> None:
    address, credit = _pictured(SCENE.sha256, None)
    assert (address, credit) == (reverse("training-scene", args=[SCENE.sha256]), "")
    assert _pictured("cd" * 32, None) == (None, "")


def test_the_picture_is_drawn_for_its_hash_and_for_no_other(
    client: Client, one_scene: None, data_folders: None
) -> None:
    response = client.get(reverse("training-scene", args=[SCENE.sha256]))
    assert response.headers["Content-Type"] == "image/jpeg"
    assert decode(response.content).size == (look_alikes.WIDTH_PX, 240)
    assert client.get(reverse("training-scene", args=["cd" * 32])).status_code == 404
