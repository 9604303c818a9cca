"""The head that finds clues on the patches of a vision transformer.

Each patch has a score for each clue. A clue is in the picture by the mean of the exponentials of its scores, as in
multiple-instance learning (Wang et al. 2018, "Revisiting multiple instance neural networks"), and stands where its
score is highest. The patch there tells the box, as an offset from its own middle and sizes (Ren et al. 2015).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

RARE = -4.0  # score of a clue before training: most pictures show few
LARGEST_EXPONENT = 4.0  # of a box's side in patches: e^4 patches are wider than any picture


class ClueHead(nn.Module):
    """Scores and boxes of K clues on tokens of ``dim`` numbers."""

    def __init__(self, dim: int, clues: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.scores = nn.Linear(dim, clues)
        self.boxes = nn.Linear(dim, 4 * clues)
        nn.init.constant_(self.scores.bias, RARE)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Normalised tokens (B, T, dim) and scores (B, T, K) of tokens (B, T, dim)."""
        normalised = self.norm(tokens)
        return normalised, self.scores(normalised)

    def boxes_at(self, tokens: Tensor, clue: Tensor, centres: Tensor, patch: tuple[float, float]) -> Tensor:
        """Boxes (..., 4), edges as shares of the picture, that normalised tokens (..., dim) give clues (...).

        ``centres`` (..., 2) are x and y of the patches' middles, ``patch`` is the width and height of one.
        """
        clues, dim = self.scores.weight.shape
        weight, bias = self.boxes.weight.view(clues, 4, dim)[clue], self.boxes.bias.view(clues, 4)[clue]
        x, y, wide, high = ((weight * tokens[..., None, :]).sum(dim=-1) + bias).unbind(dim=-1)
        middle_x, middle_y = centres[..., 0] + x * patch[0], centres[..., 1] + y * patch[1]
        half_x = patch[0] / 2 * wide.clamp(max=LARGEST_EXPONENT).exp()
        half_y = patch[1] / 2 * high.clamp(max=LARGEST_EXPONENT).exp()
        return torch.stack([middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y], dim=-1)


def presence(scores: Tensor) -> Tensor:
    """Logits (B, K) that a clue is in the picture, from scores (B, T, K)."""
    return scores.logsumexp(dim=1) - math.log(scores.shape[1])


def patch_centres(rows: int, columns: int) -> Tensor:
    """x and y (rows * columns, 2) of the middles of patches, as shares of the picture."""
    y, x = torch.meshgrid((torch.arange(rows) + 0.5) / rows, (torch.arange(columns) + 0.5) / columns, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)
