"""CLIP's image tower, ViT-B/16 (Radford et al. 2021), as an encoder: several embeddings of one pass, side by side.

Its networks were trained with QuickGELU, x · σ(1.702 x); with GELU the same weights give other embeddings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import timm
import torch
from timm.data import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD
from torch import Tensor, nn
from torch.nn import functional

from predictor.encoders.encoder import Preparation

ARCHITECTURE = "vit_base_patch16_clip_quickgelu_224"  # in timm
PROJECTED = 512  # dimensions of the space that pictures share with texts
# The parts of an embedding, out of "projection" (the class token in that space), "class" (that token) and "patches"
# (the mean of the patches' tokens): on photos of unknown photographers the others add nothing (docs/model.md).
PARTS = ("projection",)
PREPARATION = Preparation((224, 224), OPENAI_CLIP_MEAN, OPENAI_CLIP_STD)


def tower(file: str | None = None) -> Any:
    """CLIP's tower from timm with random weights, or those of a checkpoint file of timm's or open_clip's."""
    return timm.create_model(
        f"{ARCHITECTURE}.openai",
        num_classes=PROJECTED,
        pretrained=bool(file),
        pretrained_cfg_overlay={"file": file} if file else None,
    )


class ClipParts(nn.Module):
    """CLIP's tower as an encoder: pictures (B, 3, 224, 224) to embeddings (B, num_features).

    An embedding is the ``parts`` side by side, each of unit length: "projection" (512), "class" (768), "patches" (768).
    """

    def __init__(self, network: Any, parts: Sequence[str] = PARTS) -> None:
        super().__init__()
        self.network = network
        self.parts = tuple(parts)
        self.architecture = f"{ARCHITECTURE} ({' + '.join(self.parts)})"
        self.num_features = sum(network.num_classes if part == "projection" else network.num_features for part in parts)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.network.forward_features(images)  # (B, 1 + 196, 768), after the last normalisation
        first = tokens[:, 0]
        pooled = {"class": first, "patches": tokens[:, 1:].mean(dim=1)}
        if "projection" in self.parts:
            pooled["projection"] = self.network.head(first)
        return torch.cat([functional.normalize(pooled[part].float(), dim=1) for part in self.parts], dim=1)
