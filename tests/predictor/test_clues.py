"""Clues are what the picture says, not what is common; a script is one only where there is text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from predictor.geodesy import INDIA_SCALE_KM
from predictor.network.heads import Task
from predictor.reading.lines import Line
from predictor.reasons.evidence import clues, reasons
from tests.made import made_artifact


def told(probability: float, base_rate: float, *, name: str = "season", infer_script: bool = True) -> list[dict]:
    """The clues of a model that gives a label this probability in every picture, and that is as common everywhere."""
    artifact = made_artifact()
    cells, dimension = len(artifact.partition.names), artifact.gallery.photos.embeddings.shape[1]
    task = Task(
        np.array(["monsoon", "winter"]),
        np.zeros((dimension, 2), np.float32),
        np.log([probability, 1 - probability]).astype(np.float32),
        np.repeat([[base_rate], [1 - base_rate]], cells, axis=1),
    )
    artifact = replace(artifact, heads=replace(artifact.heads, tasks={name: task}))
    return clues(artifact, artifact.gallery.photos.embeddings[0], infer_script=infer_script)


def test_a_label_that_is_likely_and_likelier_than_elsewhere_is_a_clue():
    (clue,) = told(0.7, 0.4)
    assert clue["task"] == "season"
    assert clue["labels"][0] == {"label": "monsoon", "probability": pytest.approx(0.7)}


@pytest.mark.parametrize(("probability", "base_rate"), [(0.7, 0.5), (0.95, 0.9)])
def test_one_near_its_base_rate_is_not(probability: float, base_rate: float):
    assert told(probability, base_rate) == []


@pytest.mark.parametrize(("cell", "is_clue"), [(0, False), (1, True)])
def test_cells_count_by_their_photos_for_a_base_rate(cell: int, is_clue: bool):
    artifact = made_artifact()
    photos = artifact.gallery.photos
    certain = (np.arange(len(artifact.partition.names)) == 0).astype(float)  # in the first cell, and nowhere else
    task = Task(
        np.array(["monsoon", "winter"]),
        np.zeros((photos.embeddings.shape[1], 2), np.float32),
        np.log([0.6, 0.4]).astype(np.float32),
        np.stack([certain, 1 - certain]),
    )
    gallery = replace(artifact.gallery, photos=replace(photos, cells=np.full_like(photos.cells, cell)))
    artifact = replace(artifact, heads=replace(artifact.heads, tasks={"season": task}), gallery=gallery)
    assert bool(clues(artifact, photos.embeddings[0], infer_script=False)) is is_clue


def test_a_script_is_inferred_only_where_that_is_asked_for():
    assert told(0.7, 0.2, name="script", infer_script=False) == []
    assert told(0.7, 0.2, name="script", infer_script=True)


@pytest.mark.parametrize(
    ("scripts", "inferred"), [([], False), (["Latin"], False), (["", "Latin"], True), (["", "Tamil"], False)]
)
def test_a_script_is_inferred_where_text_was_found_and_no_indian_script_told(scripts: list[str], inferred: bool):
    lines = [Line("", 0.9, (0.1, 0.1, 0.2, 0.2), script, 0.95) for script in scripts]
    artifact = made_artifact()
    dimension, cells = artifact.gallery.photos.embeddings.shape[1], len(artifact.partition.names)
    rates = np.repeat([[0.2], [0.8]], cells, axis=1)
    sure = Task(np.array(["Odia", "none"]), np.zeros((dimension, 2), np.float32), np.log([0.9, 0.1]), rates)
    artifact = replace(artifact, heads=replace(artifact.heads, tasks={"script": sure}))
    told = reasons(artifact, np.eye(cells)[0], artifact.gallery.photos.embeddings[0], INDIA_SCALE_KM, lines)
    assert bool(told["clues"]) is inferred
