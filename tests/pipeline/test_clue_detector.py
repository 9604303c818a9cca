"""The detector's thresholds keep their promise, its figures are cross-fitted, and its file fits its encoder only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.scenes.prop import Clue
from pipeline.starter.clue_detector import LEAST_PRECISION, Judged, build, choose_thresholds, figures_of, judge
from pipeline.starter.scene_cache import RECORD, Scenes
from pipeline.starter.sightings import as_text, sightings_of
from predictor.encoders.encoder import Encoder, frozen_encoder
from predictor.seeing.detector import Looked, about, detector_of, file_of, head_of
from predictor.seeing.places import places_of
from tests.seeing import BLUE, NAMES, RED, patch_box, red_and_blue, spots
from tests.tiny import tiny

RIGHT, WRONG = (0.2, 0.2, 0.4, 0.4), (0.6, 0.6, 0.9, 0.9)


def judged(logits: list[float], right: list[bool]) -> Judged:
    """Of one clue; every scene shows it."""
    found = np.array(right)[:, None]
    return Judged(np.array(logits, np.float32)[:, None], np.ones_like(found), found, found, found)


def test_findings_are_judged_by_name_box_and_point() -> None:
    shown = [
        [Clue("crop", "A", RIGHT)],
        [Clue("crop", "A", WRONG), Clue("crop", "A", RIGHT)],
        [Clue("crop", "A", WRONG)],
        [Clue("crop", "B", RIGHT)],
        [Clue("crop", "A", (0.0, 0.0, 0.9, 0.9))],
    ]
    count = len(shown)
    looked = Looked(
        np.zeros((count, 2), np.float32),
        np.tile(np.array(RIGHT, np.float32), (count, 2, 1)),
        np.full((count, 2, 2), 0.3, np.float32),
    )
    found = judge(looked, sightings_of([as_text(clues) for clues in shown], ("A", "B")))
    assert found.shown[:, 0].tolist() == [True, True, True, False, True]
    assert found.right[:, 0].tolist() == [True, True, False, False, False]
    assert found.pointed[:, 0].tolist() == [True, True, False, False, True]
    assert found.small[:, 0].tolist() == [True, True, True, False, False]  # any point hits the last
    assert found.right[:, 1].tolist() == [False, False, False, True, False]


def test_a_threshold_reaches_the_precision_and_is_the_lowest_that_does() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(size=2000)
    right = rng.random(2000) < 1 / (1 + np.exp(-3 * logits))  # the surer, the likelier to be right
    (threshold,) = choose_thresholds(judged(logits.tolist(), right.tolist()))
    found = logits >= threshold
    assert right[found].mean() >= LEAST_PRECISION
    lower = logits >= threshold - 0.3
    assert right[lower].mean() < LEAST_PRECISION
    assert 100 < found.sum() < 2000


@pytest.mark.parametrize(("count", "wrong", "named"), [(9, 0, True), (8, 0, False), (40, 8, False)])
def test_where_too_few_findings_are_right_a_clue_is_never_named(count: int, wrong: int, named: bool) -> None:
    right = [index >= wrong for index in range(count)]  # the surest are wrong
    (threshold,) = choose_thresholds(judged([float(count - index) for index in range(count)], right))
    assert np.isfinite(threshold) == named
    if named:
        assert threshold == 1.0


def test_findings_that_are_equally_sure_are_taken_or_left_together() -> None:
    logits = [5.0] * 10 + [1.0] * 10
    (threshold,) = choose_thresholds(judged(logits, [True] * 12 + [False] * 8))
    assert threshold == 5.0


def test_figures_of_each_half_are_by_the_other_halfs_threshold() -> None:
    # Of the first half every finding is right; in the second all above zero, which are half of them.
    first = judged([1.0] * 20, [True] * 20)
    second = judged([2.0] * 10 + [-1.0] * 10, [True] * 10 + [False] * 10)
    both = Judged(*(np.concatenate([getattr(first, field), getattr(second, field)]) for field in
                    ("logits", "shown", "right", "pointed", "small")))  # fmt: skip
    figures = figures_of(both, ("A",))
    assert choose_thresholds(first).item() == 1.0
    assert choose_thresholds(second).item() == 2.0
    row = figures["clues"]["A"]
    assert row["found"] == 10  # none of the first half reaches 2, ten of the second reach 1
    assert (row["shown"], row["named"], row["name_right"], row["box_right"]) == (40, True, 10, 10)
    assert figures["scenes"] == 40
    assert figures["total"] == row | {"named": 1}


def scenes(count: int) -> Scenes:
    """Grey pictures with a red patch, known to be there, at one of two places."""
    images = np.stack([np.asarray(spots((index % 4, index % 6))) for index in range(count)])
    records = np.zeros(count, RECORD)
    records["latitude"], records["longitude"] = np.where(np.arange(count) % 2, 15.5, 9.93), 76.26
    for index in range(count):
        records["sightings"][index] = as_text([Clue("soil", RED, patch_box(index % 4, index % 6))])
    return Scenes(images, records, np.arange(count))


@pytest.fixture
def encoder() -> Encoder:
    return frozen_encoder("tiny", *tiny())


def test_a_built_detector_finds_what_it_may_and_says_where_it_is_drawn(encoder: Encoder, tmp_path: Path) -> None:
    file = file_of("tiny", tmp_path)
    figures = build(red_and_blue(), NAMES, encoder, scenes(400), scenes(40), file)
    assert figures["clues"][RED] == {
        "shown": 40,
        "named": True,
        "found": 40,
        "name_right": 40,
        "box_right": 40,
        "pointed": 40,
        "of_small": 40,
    }
    assert about(file)["figures"] == figures
    detector = detector_of(encoder, tmp_path)
    assert detector is not None
    assert detector.names == NAMES
    assert np.isfinite(detector.thresholds).tolist() == [True, False]
    (found,) = detector.find(encoder, [encoder.input_of(spots((2, 3)))])[0]
    assert found.name == RED
    assert found.box == pytest.approx(patch_box(2, 3), abs=2e-3)
    assert (
        detector.find(encoder, [encoder.input_of(spots((2, 3), colour=(10, 40, 250)))])[0] == []
    )  # blue was never seen to be right
    assert len(places_of(RED, file)) == 300
    assert set(places_of(RED, file)) == {(9.93, 76.26), (15.5, 76.26)}
    assert places_of(BLUE, file) == []
    head, names = head_of(file)
    assert names == NAMES
    assert torch.allclose(head.scores.weight, red_and_blue().scores.weight)


def test_a_detector_is_not_for_other_weights(encoder: Encoder, tmp_path: Path) -> None:
    assert detector_of(encoder, tmp_path) is None  # no file
    build(red_and_blue(), NAMES, encoder, scenes(4), scenes(4), file_of("tiny", tmp_path))
    assert detector_of(encoder, tmp_path) is not None
    network, preparation = tiny()
    with torch.no_grad():
        next(network.parameters()).add_(1)
    assert detector_of(frozen_encoder("tiny", network, preparation), tmp_path) is None
