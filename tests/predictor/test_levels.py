"""Weaker opponents score less on photos that nothing was chosen on, always the same, and know nothing of the truth."""

from __future__ import annotations

import inspect
from dataclasses import asdict

import numpy as np
import pytest

from predictor.answers import levels
from predictor.answers.levels import STRONGEST, weaken
from predictor.geodesy import INDIA_SCALE_KM, distance_matrix_km, score, unit_vectors
from predictor.pictures.images import decode
from predictor.versions.selectors import answer_from
from predictor.versions.services import posteriors
from tests.made import made_artifact, picture, position

STATES = np.array(["A", "A", "B", "C"])


def test_a_temperature_flattens_and_keeps_the_order() -> None:
    cells = np.array([[0.7, 0.2, 0.06, 0.04]])
    flat = weaken(cells, STATES, "surveyor", 3.0)
    assert flat.sum() == pytest.approx(1)
    assert np.array_equal(flat.argsort(), cells.argsort())
    assert flat.max() < cells.max()
    assert np.allclose(weaken(cells, STATES, "surveyor", 1.0), cells)


def test_the_weakest_knows_states_only() -> None:
    flat = weaken(np.array([[0.7, 0.1, 0.15, 0.05]]), STATES, "traveller", 1.0)
    assert flat.tolist() == [pytest.approx([0.4, 0.4, 0.15, 0.05])]


def test_levels_are_in_order_on_new_pictures_and_the_same_every_time(tiny_encoder: str) -> None:
    artifact = made_artifact()
    offered = artifact.levels
    assert [level.name for level in offered] == [STRONGEST, "surveyor", "traveller"]
    assert offered[0].par > offered[1].par > offered[2].par
    assert {level.photos for level in offered} == {60}
    seeds = range(400, 440)
    truths = unit_vectors(*np.array([position(seed) for seed in seeds]).T)
    cells, embeddings = posteriors(artifact, [decode(picture(seed)) for seed in seeds])
    means = []
    for level in offered:
        answers = [
            answer_from(artifact, row, embedding, INDIA_SCALE_KM, level.name)
            for row, embedding in zip(cells, embeddings, strict=True)
        ]
        guesses = unit_vectors(np.array([a.latitude for a in answers]), np.array([a.longitude for a in answers]))
        means.append(score(np.diagonal(distance_matrix_km(guesses, truths))).mean())
        again = answer_from(artifact, cells[0], embeddings[0], INDIA_SCALE_KM, level.name)
        assert asdict(again) == asdict(answers[0])
    assert means[0] > means[1] > means[2]
    assert means[0] == pytest.approx(offered[0].par, abs=100)


def test_nothing_random_makes_a_level_weak() -> None:
    assert "random" not in inspect.getsource(levels)


def test_a_picture_unlike_all_others_is_doubted(tiny_encoder: str) -> None:
    artifact = made_artifact()
    cells, embeddings = posteriors(artifact, [decode(picture(seed)) for seed in range(500, 520)])
    usual = [answer_from(artifact, *row, INDIA_SCALE_KM).doubtful for row in zip(cells, embeddings, strict=True)]
    assert sum(usual) <= 2
    strange = -embeddings[0]
    assert answer_from(artifact, cells[0], strange, INDIA_SCALE_KM).doubtful
