"""The measures of the reasons tell a map that finds what decides from one that does not."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from pipeline.evaluation import faithfulness
from pipeline.evaluation.faithfulness import PictureWithClues, evaluate_reasons
from pipeline.models import Collection, Photo, Review
from predictor.encoders.encoder import frozen_encoder
from predictor.models import ModelVersion
from predictor.reasons.saliency import NoExplanation
from tests.pipeline.stored import store_photos
from tests.predictor.test_saliency import HOW, Bright, spot, with_heads


def test_what_points_at_the_clue_hits_it_and_its_curves_are_apart(tiny_encoder: str) -> None:
    encoder = frozen_encoder("bright", Bright(), HOW)
    artifact = with_heads(encoder)
    weight = np.array([[9.0, 0.0, 0.0, 0.0], [-9.0, 0.0, 0.0, 0.0]], np.float32)
    artifact = replace(artifact, heads=replace(artifact.heads, weight=weight))
    places = [(0, 0), (1, 4), (3, 5), (2, 2)]
    pictures = [
        PictureWithClues(spot(row, column), [(column / 6, row / 4, (column + 1) / 6, (row + 1) / 4)])
        for row, column in places
    ]
    result = evaluate_reasons(artifact, encoder, pictures, len(pictures))
    assert (result["n"], result["with_clues"]) == (4, 4)
    assert result["clues_cover"] == pytest.approx(1 / 24, abs=0.01)
    found, chance = result["methods"]["Grad-CAM"], result["methods"]["random"]
    assert found["pointing"]["mean"] == 1.0
    assert chance["pointing"]["mean"] < 1.0
    assert found["deletion"]["mean"] < chance["deletion"]["mean"]
    assert found["insertion"]["mean"] > chance["insertion"]["mean"]
    against = result["differences"]["Grad-CAM - random"]
    assert against["deletion"]["ci95"][1] < 0 < against["insertion"]["ci95"][0]


def test_large_boxes_are_left_out_as_anything_hits_them(tiny_encoder: str) -> None:
    encoder = frozen_encoder("bright", Bright(), HOW)
    picture = PictureWithClues(spot(1, 1), [(0.0, 0.0, 1.0, 0.9)])
    result = evaluate_reasons(with_heads(encoder), encoder, [picture], 1)
    assert result["with_clues"] == 0
    assert result["methods"]["random"]["pointing"] is None


def test_pictures_without_an_explanation_are_left_out_and_counted() -> None:
    encoder = frozen_encoder("bright", Bright(), HOW)
    plain = PictureWithClues(Image.new("RGB", (48, 32)), [])
    result = evaluate_reasons(with_heads(encoder), encoder, [plain, PictureWithClues(spot(1, 1), [])], 2)
    assert (result["n"], result["unexplained"]) == (1, 1)
    with pytest.raises(NoExplanation, match="bright"):
        evaluate_reasons(with_heads(encoder), encoder, [plain], 1)


def test_the_command_measures_photos_and_scenes_that_know_their_clues(made_version: ModelVersion, monkeypatch) -> None:
    monkeypatch.setattr(faithfulness, "methods", lambda _: ())  # the tiny network has no maps
    collection = Collection.objects.create(name="Cities", slug="cities")
    with pytest.raises(CommandError, match="no test photos"):
        call_command("evaluate", model=made_version.name, reasons="Cities")
    store_photos(collection, range(300, 304), "test")
    out = StringIO()
    call_command("evaluate", "--explanations", "Cities", model=made_version.name, stdout=out)  # the former name
    assert out.getvalue().startswith("4 photos")
    assert "clue" not in out.getvalue()
    Photo.objects.update(clues=[{"kind": "plate", "meaning": "a plate", "box": [0.1, 0.1, 0.3, 0.3]}])
    out = StringIO()
    call_command("evaluate", model=made_version.name, reasons="Cities", stdout=out)
    assert "points at a clue" in out.getvalue()
    out = StringIO()
    call_command("evaluate", model=made_version.name, reasons="Cities", json=True, stdout=out)
    measured = json.loads(out.getvalue())
    assert (measured["n"], measured["with_clues"]) == (4, 4)
    assert set(measured["methods"]) == {"random", "centre"}
    Photo.objects.update(review=Review.WAITING)
    with pytest.raises(CommandError, match="wait for a review and are left out: 4"):
        call_command("evaluate", model=made_version.name, reasons="Cities")
    out = StringIO()
    call_command("evaluate", model=made_version.name, reasons="Cities", unreviewed=True, stdout=out)
    assert out.getvalue().startswith("4 photos")


def test_evaluate_without_files_or_scenes_says_what_to_name(made_version: ModelVersion) -> None:
    with pytest.raises(CommandError, match="--images"):
        call_command("evaluate", model=made_version.name)
