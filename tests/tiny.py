"""Networks small enough for tests: one whose embedding is the colours of sixteen fields, and a small transformer."""

from __future__ import annotations

import torch
from timm.models import VisionTransformer
from torch import nn

from predictor.encoders.encoder import Preparation

NAME = "tiny"


class Fields(nn.Module):
    num_features = 48

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(()))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.gain * nn.functional.adaptive_avg_pool2d(images, 4).flatten(1)


def tiny() -> tuple[nn.Module, Preparation]:
    """What an entry of the registry of encoders gives."""
    return Fields(), Preparation((32, 48), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


TINY_VIT = "tiny_vit"


def tiny_vit() -> tuple[nn.Module, Preparation]:
    """A transformer of three blocks with random weights, always the same."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = VisionTransformer(
            img_size=(32, 48), patch_size=8, embed_dim=32, depth=3, num_heads=2, num_classes=0, global_pool="avg"
        )
    return network, Preparation((32, 48), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
