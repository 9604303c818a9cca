"""Networks small enough for tests: the colours of sixteen fields, and transformers, one of them in parts as CLIP's."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import torch
from timm.models import VisionTransformer
from torch import nn

from predictor.encoders.clip import PARTS, ClipParts
from predictor.encoders.encoder import Preparation

NAME = "tiny"


class Fields(nn.Module):
    """Its patches of eight pixels are their colours."""

    num_features = 48
    patch_embed = SimpleNamespace(grid_size=(4, 6))
    num_prefix_tokens = 0

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(()))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.gain * nn.functional.adaptive_avg_pool2d(images, 4).flatten(1)

    def forward_features(self, images: torch.Tensor) -> torch.Tensor:
        return self.gain * nn.functional.avg_pool2d(images, 8).flatten(2).transpose(1, 2)


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


def tiny_clip(parts: Sequence[str] = PARTS) -> tuple[nn.Module, Preparation]:
    """A tower of three blocks with a projection onto sixteen dimensions; its weights are random, always the same."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tower = VisionTransformer(img_size=(32, 48), patch_size=8, embed_dim=32, depth=3, num_heads=2, num_classes=16)
    return ClipParts(tower, parts), Preparation((32, 48), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
