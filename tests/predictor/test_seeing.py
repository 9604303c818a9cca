"""Clues are found where they are, and are reasons only where covering them costs more than covering elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from predictor.answers.artifact import Artifact
from predictor.encoders.encoder import Encoder, Preparation, frozen_encoder
from predictor.encoders.loading import load_encoder
from predictor.geodesy import haversine_km, positions
from predictor.models import ModelVersion
from predictor.pictures.covering import cover
from predictor.seeing.detector import Detector, Seen, detector_of
from predictor.seeing.effects import SeenClue, _elsewhere, clues_in, effects, from_stored, to_stored
from predictor.seeing.head import LARGEST_EXPONENT, ClueHead, patch_centres
from predictor.seeing.places import places_of
from predictor.versions.selectors import artifact_of
from tests.pipeline.evaluations import two_cells
from tests.seeing import BLUE, RED, patch_box, spots

WHOLE = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture
def encoder(made_detector: Path) -> Encoder:
    return load_encoder("tiny")


@pytest.fixture
def detector(encoder: Encoder, made_detector: Path) -> Detector:
    found = detector_of(encoder, made_detector.parent)
    assert found is not None
    return found


# --- Finding


def test_clues_are_found_where_they_are_the_surest_first(encoder: Encoder, detector: Detector) -> None:
    image = spots((0, 5), (2, 1), (2, 2), (3, 4), colour=(60, 60, 255))
    image.paste((255, 20, 20), (8, 0, 16, 8))
    assert [seen.name for seen in detector.find(encoder, [encoder.input_of(image)])[0]] == [
        BLUE,
        RED,
    ]  # blue is in four patches
    (red,) = detector.find(encoder, [encoder.input_of(spots((2, 3)))])[0]
    assert (red.name, red.box) == (RED, pytest.approx(patch_box(2, 3), abs=1e-4))
    assert red.probability > 0.9
    assert detector.find(encoder, [encoder.input_of(spots())])[0] == []


def test_boxes_are_told_in_the_whole_picture_where_the_network_sees_its_middle(
    encoder: Encoder, detector: Detector
) -> None:
    wide = Image.new("RGB", (96, 32), (120, 120, 120))
    wide.paste(spots((1, 0)), (24, 0))
    (seen,) = detector.find(encoder, [encoder.input_of(wide)])[0]
    assert seen.box == pytest.approx((24 / 96, 0.25, 32 / 96, 0.5), abs=1e-4)


def test_a_box_is_an_offset_and_sizes_in_patches_and_never_wider_than_any_picture() -> None:
    head = ClueHead(4, 2)
    torch.nn.init.zeros_(head.boxes.weight)
    with torch.no_grad():
        head.boxes.bias.copy_(torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0, -1.0, np.log(2.0), 99.0]))
    first, second = head.boxes_at(
        torch.zeros(2, 4), torch.tensor([0, 1]), torch.tensor([[0.5, 0.5]] * 2), (0.1, 0.2)
    ).tolist()
    assert first == pytest.approx([0.45, 0.4, 0.55, 0.6])
    high = 0.1 * np.exp(LARGEST_EXPONENT)
    assert second == pytest.approx([0.5, 0.3 - high, 0.7, 0.3 + high], rel=1e-5)


def test_patches_are_numbered_row_by_row() -> None:
    assert patch_centres(2, 3)[[0, 1, 3]].tolist() == [
        pytest.approx([1 / 6, 0.25]),
        pytest.approx([0.5, 0.25]),
        pytest.approx([1 / 6, 0.75]),
    ]


# --- Effects


def test_a_covered_box_has_the_pictures_mean_colour_and_all_else_stays() -> None:
    image = spots((1, 1))
    covered = cover(image, [patch_box(1, 1)])
    pixels, before = np.asarray(covered), np.asarray(image)
    mean = before.reshape(-1, 3).mean(axis=0)
    assert np.abs(pixels[8:16, 8:16] - mean).max() < 8
    changed = (pixels != before).any(axis=2)
    assert changed[8:16, 8:16].all()
    assert changed.sum() == 64
    assert np.array_equal(np.asarray(image), np.asarray(spots((1, 1))))  # the picture itself is left as it was


@pytest.mark.parametrize("seed", range(20))
def test_a_box_elsewhere_is_as_large_lies_in_the_input_and_does_not_overlap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wide, high = rng.uniform(0.05, 0.7), rng.uniform(0.05, 0.6)
    left, top = rng.uniform(0, 1 - wide), rng.uniform(0, 1 - high)
    box = (left, top, left + wide, top + high)
    other = _elsewhere(box)
    if other is None:  # it leaves no room on any side
        assert max(left, 1 - box[2]) < wide
        assert max(top, 1 - box[3]) < high
        return
    assert (other[2] - other[0], other[3] - other[1]) == pytest.approx((wide, high))
    assert min(other) >= 0
    assert max(other) <= 1 + 1e-9
    assert other[2] <= left + 1e-9 or other[0] >= box[2] or other[3] <= top + 1e-9 or other[1] >= box[3]


def test_there_may_be_no_room_elsewhere() -> None:
    assert _elsewhere((0.1, 0.1, 0.7, 0.9)) is None
    assert _elsewhere(WHOLE) is None
    assert _elsewhere((0.0, 0.0, 0.1, 0.1)) not in (None, pytest.approx((0.9, 0.9, 1.0, 1.0)))  # no corner


def clue(without: float, elsewhere: float | None, share: float = 0.5) -> SeenClue:
    return SeenClue(RED, (0.1, 0.1, 0.2, 0.2), 0.9, share, without, elsewhere, (20.0, 78.0), 10.0)


@pytest.mark.parametrize(
    ("seen", "is_reason"),
    [
        (clue(0.3, 0.45), True),
        (clue(0.3, None), True),  # there was no room
        (clue(0.3, 0.2), False),  # covering anything costs as much
        (clue(0.46, 0.5), False),  # less than a tenth
        (clue(0.46, 0.7), False),
        (clue(0.6, 0.7), False),  # the cell is likelier without it
    ],
)
def test_a_clue_is_a_reason_where_it_costs_enough_and_more_than_elsewhere(seen: SeenClue, is_reason: bool) -> None:
    assert seen.is_reason is is_reason


def test_effects_come_back_as_they_were_stored() -> None:
    clues = [clue(0.3, 0.45), clue(0.2, None)]
    assert from_stored(json.loads(json.dumps(to_stored(clues)))) == clues
    assert from_stored([]) == []


class Colour(torch.nn.Module):
    """A network that sees the mean colour."""

    num_features = 3

    def __init__(self) -> None:
        super().__init__()
        self.base = torch.nn.Parameter(torch.tensor(0.3))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.mean(dim=(2, 3)) + self.base


COLOUR = frozen_encoder("colour", Colour(), Preparation((32, 48), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)))


def with_red(bias: float) -> Artifact:
    """For two cells; red speaks for the first."""
    weight = np.array([[40.0, 0.0], [0.0, 0.0], [0.0, 0.0]], np.float32)
    return replace(two_cells(), heads=replace(two_cells().heads, weight=weight, bias=np.array([bias, 0], np.float32)))


def test_what_decides_is_a_reason_and_the_background_is_not() -> None:
    artifact, encoder = with_red(-24.0), COLOUR
    image = spots((1, 1))
    seen = [Seen("grey", patch_box(3, 5), 0.8), Seen("red", patch_box(1, 1), 0.7), Seen("all", WHOLE, 0.6)]
    measured = {clue.name: clue for clue in effects(artifact, encoder, [encoder.input_of(image)], [seen])[0]}
    red, grey = measured["red"], measured["grey"]
    assert red.is_reason
    assert not grey.is_reason
    assert (red.box, red.probability) == (patch_box(1, 1), 0.7)
    assert red.lost > 0.3
    assert abs(grey.lost) < 0.02
    assert red.elsewhere_share == pytest.approx(red.share, abs=0.02)  # grey was covered
    assert measured["all"].elsewhere_share is None
    lost = [clue.lost for clue in effects(artifact, encoder, [encoder.input_of(image)], [seen])[0]]
    assert lost == sorted(lost, reverse=True)
    assert effects(artifact, encoder, [encoder.input_of(image)], [[]])[0] == []


def test_what_is_covered_elsewhere_is_in_sight_of_the_network() -> None:
    upright = Image.new("RGB", (48, 96), (120, 120, 120))
    upright.paste(spots((0, 0)), (0, 32))  # the middle third, which is all that the network sees
    box = (0.0, 32 / 96, 8 / 48, 40 / 96)
    other = _elsewhere((0.0, 0.0, 8 / 48, 8 / 32))
    assert other
    left, top, right, bottom = (round(edge * side) for edge, side in zip(other, (48, 32) * 2, strict=True))
    upright.paste((250, 40, 10), (left, 32 + top, right, 32 + bottom))
    (seen,) = effects(with_red(-29.0), COLOUR, [COLOUR.input_of(upright)], [[Seen("red", box, 0.9)]])[0]
    assert seen.lost > 0.3
    assert seen.elsewhere_share == pytest.approx(seen.without_share, abs=0.01)  # the other patch was covered


def test_the_guess_without_a_clue_is_that_for_the_covered_picture(
    made_version: ModelVersion, encoder: Encoder, detector: Detector
) -> None:
    artifact = artifact_of(made_version)
    image = spots(*((row, column) for row in range(4) for column in range(3)))
    image.paste((40, 160, 60), (24, 0, 48, 32))
    (seen,) = clues_in(detector, artifact, encoder, [encoder.input_of(image)])[0]
    assert seen.name == RED
    guess, without = (effects_guess(artifact, encoder, picture) for picture in (image, cover(image, [seen.box])))
    assert seen.without == pytest.approx(without, abs=1e-4)
    assert seen.moved_km == pytest.approx(float(haversine_km(*guess, *without)), rel=0.01, abs=0.1)


def effects_guess(artifact: Artifact, encoder: Encoder, image: Image.Image) -> tuple[Any, ...]:
    from predictor.answers.posterior import locate
    from predictor.geodesy import INDIA_SCALE_KM

    embedding = artifact.heads.project(encoder.encode([image]))
    cells = artifact.heads.posterior(embedding, artifact.calibration.temperature)
    return positions(locate(cells[0], embedding[0], artifact.reference, artifact.method, INDIA_SCALE_KM).guess)


# --- Places


def test_a_clue_is_drawn_at_places_and_unknown_ones_at_none(made_detector: Path, tmp_path: Path) -> None:
    assert places_of(RED, made_detector) == [(15.5, 73.8), (11.6, 75.6)]
    assert places_of(BLUE, made_detector) == [(13.08, 80.27)]
    assert places_of("A unicorn", made_detector) == []
    assert places_of(RED, tmp_path / "missing.safetensors") == []
