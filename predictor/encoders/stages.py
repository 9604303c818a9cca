"""Embeddings of a convolutional network from several of its stages: texture and colour as well as content.

The last stage distinguishes a beach from a fort; earlier ones hold the colour of the earth or haze. Each part is pooled
over the picture, power-normalised as Fisher vectors are (Perronnin, Sánchez, Mensink 2010) and scaled to unit length.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

STAGES = {
    2: 0.5,
    3: 0.7,
    4: 1.0,
}  # of timm's feature_info: weight of each mean beside the last feature maps
TINY = 1e-16  # below this the square root is replaced by a straight line


class PooledStages(nn.Module):
    """A timm network without its classifier: pictures (B, 3, H, W) to embeddings (B, num_features)."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network
        self.architecture = f"{network.pretrained_cfg['architecture']} (stages {STAGES})"
        channels = [int(stage["num_chs"]) for stage in network.feature_info]
        self.num_features = 2 * network.num_features + sum(channels[stage] for stage in STAGES)

    def forward(self, images: Tensor) -> Tensor:
        last, stages = self.network.forward_intermediates(images, indices=list(STAGES))
        means = [weight * _part(maps.mean((2, 3))) for weight, maps in zip(STAGES.values(), stages, strict=True)]
        return torch.cat([_part(last.mean((2, 3))), _part(_root(last.var((2, 3)))), *means], dim=1)


def _part(pooled: Tensor) -> Tensor:
    return functional.normalize(_root(pooled), dim=1)


def _root(values: Tensor) -> Tensor:
    """The square root of the size of each value, with its sign. Its slope is finite at 0, where a silent channel is."""
    return values / values.abs().clamp(min=TINY).sqrt()
