"""The losses of the clues are worked out by hand on pictures of a few patches."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from pipeline.starter.clue_losses import box_loss, cropped, pointing_loss, presence_loss, shown
from predictor.seeing.head import ClueHead, patch_centres, presence

ROWS, COLUMNS = 2, 4
CENTRES = patch_centres(ROWS, COLUMNS)  # in the upper row at x = 1/8, 3/8, 5/8, 7/8
LEFT, TINY = (0.0, 0.0, 0.5, 0.5), (0.64, 0.01, 0.66, 0.03)


def sighting(*clues: tuple[int, tuple[float, ...]], empty: int = 1) -> tuple[Tensor, Tensor]:
    """Sightings of one picture, and places for more that it does not have."""
    which = torch.tensor([[clue for clue, _ in clues] + [-1] * empty])
    return which, torch.tensor([[list(box) for _, box in clues] + [[0.0] * 4] * empty])


def truth_of(*clues: tuple[int, tuple[float, ...]], kept: Tensor | None = None):
    return shown(*sighting(*clues), CENTRES, 3, kept)


def test_a_crop_moves_boxes_and_drops_what_it_cuts_off() -> None:
    window = torch.tensor([[0.5, 0.0, 1.0, 1.0]])
    boxes = (0, (0.6, 0.2, 0.8, 0.4)), (1, (0.3, 0.0, 0.7, 1.0)), (2, (0.3, 0.0, 0.55, 1.0)), (1, (0.0, 0.0, 0.4, 0.4))
    which, moved = cropped(*sighting(*boxes), window)
    assert which.tolist() == [[0, 1, -1, -1, -1]]  # whole, half, a fifth, nothing
    assert moved[0, 0].tolist() == pytest.approx([0.2, 0.2, 0.6, 0.4])
    assert moved[0, 1].tolist() == pytest.approx([0.0, 0.0, 0.4, 1.0])


def test_the_whole_picture_as_a_crop_changes_nothing() -> None:
    which, boxes = sighting((0, LEFT), (2, TINY))
    same, moved = cropped(which, boxes, torch.tensor([[0.0, 0.0, 1.0, 1.0]]))
    assert torch.equal(same, which)
    assert torch.allclose(moved, boxes)


def test_boxes_hold_the_patches_whose_middles_they_hold_and_tiny_ones_the_nearest() -> None:
    truth = truth_of((0, LEFT), (2, TINY))
    assert truth.inside[0].nonzero().tolist() == [[0, 0], [0, 1], [1, 2]]
    assert truth.present.tolist() == truth.visible.tolist() == [[1.0, 0.0, 1.0]]
    assert truth.patches[0].nonzero().tolist() == [[0, 0], [0, 1], [2, 2]]


def test_two_sightings_of_a_clue_are_one_clue_on_the_patches_of_both() -> None:
    truth = truth_of((1, (0.0, 0.0, 0.25, 0.5)), (1, (0.75, 0.5, 1.0, 1.0)))
    assert truth.patches[0].nonzero().tolist() == [[1, 0], [1, 7]]


def test_a_clue_whose_patches_were_dropped_counts_neither_way() -> None:
    kept = torch.tensor([[7, 1, 4]])  # the middle of the second patch lies in the box
    seen, unseen = truth_of((0, LEFT), (2, TINY), kept=kept), truth_of((2, TINY), kept=kept)
    assert seen.inside[0].nonzero().tolist() == [[0, 1]]
    assert seen.present.tolist() == [[1.0, 0.0, 1.0]]
    assert seen.visible.tolist() == [[1.0, 0.0, 0.0]]
    scores = torch.zeros(1, 3, 3)
    for value in (-5.0, 5.0):  # what is said of the clue whose patch was dropped
        scores[..., 2] = value
        assert presence_loss(scores, seen).item() == pytest.approx(2 * math.log(2), abs=1e-5)
    assert pointing_loss(scores, unseen).item() == 0.0
    head = ClueHead(4, 3)
    assert box_loss(head, torch.zeros(1, 3, 4), scores, unseen, CENTRES[kept], (0.25, 0.5)).item() == 0.0


def test_presence_is_the_mean_of_exponentials() -> None:
    scores = torch.tensor([[[0.0], [math.log(3.0)]]])
    assert presence(scores).item() == pytest.approx(math.log(2.0))
    truth = truth_of((0, LEFT))
    sure = torch.full((1, 8, 3), -20.0)
    sure[0, 0, 0] = 20.0
    assert presence_loss(sure, truth).item() < 1e-6
    assert presence_loss(-sure, truth).item() > 30


def test_pointing_costs_nothing_inside_and_more_the_more_is_outside() -> None:
    truth = truth_of((0, LEFT))
    losses = []
    for outside in (-50.0, 0.0, 3.0):
        scores = torch.full((1, 8, 3), outside)
        scores[0, :2, 0] = 0.0
        losses.append(pointing_loss(scores, truth).item())
    assert losses[0] == pytest.approx(0.0, abs=1e-6)
    assert losses[1] == pytest.approx(math.log(4))  # two of eight
    assert losses[2] > losses[1]


def test_the_right_box_costs_nothing_and_wrong_ones_more_the_farther_they_are() -> None:
    truth, tokens = truth_of((1, (0.25, 0.0, 0.5, 0.5))), torch.zeros(1, 8, 4)
    head, centres = ClueHead(4, 3), CENTRES[None]
    torch.nn.init.zeros_(head.boxes.bias)
    scores = torch.zeros(1, 8, 3)
    scores[0, 7, 1] = 9.0  # outside the sighting, where no box is asked for

    def loss() -> float:
        return box_loss(head, tokens, scores, truth, centres, (0.25, 0.5)).item()

    assert loss() == pytest.approx(0.0, abs=1e-5)  # the second patch, as it is
    losses = []
    for patches in (0.5, 1.0, 3.0):
        with torch.no_grad():
            head.boxes.bias[4] = patches  # of the second clue: to the right
        losses.append(loss())
    assert 0.1 < losses[0] < losses[1] < losses[2]


def test_boxes_are_learnt_by_descent_and_every_part_of_the_head_is_reached() -> None:
    torch.manual_seed(0)
    head, tokens = ClueHead(4, 3), torch.randn(1, 8, 4)
    box = (0.3, 0.1, 0.9, 0.8)
    truth = truth_of((2, box))
    optimiser = torch.optim.Adam(head.parameters(), lr=0.01)
    for step in range(200):
        normalised, scores = head(tokens)
        boxes = box_loss(head, normalised, scores, truth, CENTRES[None], (0.25, 0.5))
        loss = presence_loss(scores, truth) + pointing_loss(scores, truth) + boxes
        optimiser.zero_grad()
        loss.backward()
        if step == 0:
            assert boxes.item() > 2
            assert all(parameter.grad is not None and parameter.grad.any() for parameter in head.parameters())
        optimiser.step()
    assert boxes.item() < 0.15
    assert (presence(scores)[0] > 0).tolist() == [False, False, True]
