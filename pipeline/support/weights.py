"""How the weights of networks that ship are written."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import save as serialised
from torch import nn


def save(network: nn.Module, file: Path) -> None:
    """Write the weights in half precision."""
    weights = {name: tensor.half().cpu().contiguous() for name, tensor in network.state_dict().items()}
    file.write_bytes(serialised(weights))
