"""The vision transformer that an encoder's network is or wraps, and the tokens of its patches."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn


def transformer_of(network: nn.Module) -> Any:
    """The vision transformer of timm that the network is or wraps, each block of which has an attention, or None."""
    for module in network.modules():
        blocks = list(getattr(module, "blocks", []))
        whole = blocks and hasattr(module, "patch_embed")  # a stage of a Swin has blocks, but sees no whole picture
        if whole and all(hasattr(getattr(block, "attn", None), "attn_drop") for block in blocks):
            return module
    return None


def patch_tokens(network: nn.Module, pixels: Tensor) -> tuple[Tensor, tuple[int, int]]:
    """The last tokens (B, rows * columns, dim) of the patches of normalised images (B, 3, H, W), and their grid.

    The network is or wraps a vision transformer, or tells its patches as those of timm do.
    """
    transformer: Any = transformer_of(network) or network
    tokens = transformer.forward_features(pixels)
    return tokens[:, transformer.num_prefix_tokens :], transformer.patch_embed.grid_size
