"""What training asks of the clues: that they are told present or absent, pointed at, and boxed."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import generalized_box_iou_loss

from predictor.seeing.head import ClueHead, presence

SMALLEST_REST = 0.3  # share of a clue's box that a crop must keep for the clue to count as shown


@dataclass(frozen=True)
class Shown:
    """What B pictures of T patches show of K clues.

    ``which`` (B, M) is the clue of each sighting, 0 where it does not count; ``boxes`` (B, M, 4); ``inside`` (B, M, T)
    whether a patch lies in its box; ``present`` and ``visible`` (B, K) whether the picture shows the clue, and whether
    one of these patches does; ``patches`` (B, K, T) which of them lie in a box of it.
    """

    which: Tensor
    boxes: Tensor
    inside: Tensor
    present: Tensor
    visible: Tensor
    patches: Tensor


def cropped(which: Tensor, boxes: Tensor, windows: Tensor) -> tuple[Tensor, Tensor]:
    """Sightings (B, M) and their boxes (B, M, 4) as windows (B, 4) of the pictures show them; -1 where they do not."""
    origin, size = windows[:, None, :2], windows[:, None, 2:] - windows[:, None, :2]
    moved = (boxes - origin.repeat(1, 1, 2)) / size.repeat(1, 1, 2)
    rest = moved.clamp(0, 1)
    kept = _areas(rest) >= SMALLEST_REST * _areas(moved)
    return torch.where(kept, which, -1), rest


def shown(which: Tensor, boxes: Tensor, centres: Tensor, clues: int, kept: Tensor | None) -> Shown:
    """What pictures show of their sightings (B, M) in boxes (B, M, 4), on patches with these ``centres`` (T, 2).

    A box too small to hold a centre has the nearest patch. ``kept`` (B, T') are the patches that were not dropped.
    """
    real = which >= 0
    low, high = boxes[:, :, None, :2], boxes[:, :, None, 2:]
    away = (low - centres).clamp(min=0) + (centres - high).clamp(min=0)
    distance = away.square().sum(dim=-1)
    inside = (distance <= distance.amin(dim=-1, keepdim=True)) & real[:, :, None]
    if kept is not None:
        inside = inside.gather(2, kept[:, None, :].expand(-1, inside.shape[1], -1))
    which = which.clamp(min=0)
    present = torch.zeros(len(which), clues, device=which.device)
    present.scatter_reduce_(1, which, real.float(), "amax")
    patches = torch.zeros(len(which), clues, inside.shape[2], device=which.device)
    patches.scatter_reduce_(1, which[:, :, None].expand_as(inside), inside.float(), "amax")
    in_box = patches.bool()
    return Shown(which, boxes, inside, present, in_box.any(dim=2).float(), in_box)


def presence_loss(scores: Tensor, truth: Shown) -> Tensor:
    """Cross-entropy of presence, summed over the clues and averaged over the pictures; scores are (B, T, K).

    A clue all of whose patches were dropped counts neither way.
    """
    counted = 1 - truth.present + truth.visible
    loss = functional.binary_cross_entropy_with_logits(presence(scores), truth.present, counted, reduction="sum")
    return loss / len(scores)


def pointing_loss(scores: Tensor, truth: Shown) -> Tensor:
    """Mean over the visible clues of -log of the share of the exponentials of their scores that lies in their boxes."""
    by_clue = scores.transpose(1, 2)
    inside = by_clue.masked_fill(~truth.patches, -torch.inf)
    visible = truth.visible.bool()
    return (by_clue[visible].logsumexp(dim=1) - inside[visible].logsumexp(dim=1)).sum() / visible.sum().clamp(min=1)


def box_loss(
    head: ClueHead, tokens: Tensor, scores: Tensor, truth: Shown, centres: Tensor, patch: tuple[float, float]
) -> Tensor:
    """Mean over the sightings of what the boxes lack (Rezatofighi et al. 2019, generalised IoU), where the score is
    highest inside the sighting. ``centres`` (B, T, 2) are those of the patches.
    """
    picture, sighting = truth.inside.any(dim=2).nonzero(as_tuple=True)
    clue = truth.which[picture, sighting]
    best = scores[picture, :, clue].masked_fill(~truth.inside[picture, sighting], -torch.inf).argmax(dim=1)
    boxes = head.boxes_at(tokens[picture, best], clue, centres[picture, best], patch)
    target = truth.boxes[picture, sighting]
    distance = (boxes - target).abs().sum(dim=1)
    lacking = generalized_box_iou_loss(boxes, target, reduction="none")
    return (lacking + distance).sum() / max(len(picture), 1)


def _areas(boxes: Tensor) -> Tensor:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
