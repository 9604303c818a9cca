"""The network CenterFace (Xu et al. 2019), which finds faces as the points in their middle.

It is a MobileNetV2 (Sandler et al. 2018) whose features of four scales meet at a quarter of the picture's. Batch
normalisations are folded into the convolutions before them. The head for eyes, nose and mouth is left out.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor, nn

WEIGHTS = Path(__file__).parent / "data" / "centerface.safetensors"
STRIDE = 4  # pixels of the picture for one of the output
COARSEST = 32  # the picture's sides must be multiples of this
# Channels, blocks, stride and expansion of each stage.
STAGES = ((16, 1, 1, 1), (24, 2, 2, 6), (32, 3, 2, 6), (64, 4, 2, 6), (96, 3, 1, 6), (160, 3, 2, 6), (320, 1, 1, 6))
TAPPED = (6, 4, 2, 1)  # stages whose output is used, the coarsest first
WIDTH = 24  # channels where they meet


class Block(nn.Module):
    """An inverted residual: wider, spread within each channel, narrower again."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        widen = [_convolution(inputs, wide)] if expansion > 1 else []
        self.layers = nn.Sequential(
            *widen, _convolution(wide, wide, 3, stride, groups=wide), nn.Conv2d(wide, outputs, 1)
        )
        self.adds = inputs == outputs and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.adds else self.layers(x)


class CenterFace(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = _convolution(3, 32, 3, stride=2)
        channels = [32, *(stage[0] for stage in STAGES)]
        self.stages = nn.ModuleList(
            nn.Sequential(
                Block(inputs, outputs, stride, expansion),
                *(Block(outputs, outputs, 1, expansion) for _ in range(blocks - 1)),
            )
            for (inputs, outputs), (_, blocks, stride, expansion) in zip(pairwise(channels), STAGES, strict=True)
        )
        self.narrow = nn.ModuleList(_convolution(STAGES[stage][0], WIDTH) for stage in TAPPED)
        self.merge = _convolution(WIDTH, WIDTH, 3)
        self.enlarge = nn.ModuleList(nn.ConvTranspose2d(WIDTH, WIDTH, 2, stride=2) for _ in TAPPED[1:])
        self.heads = nn.Conv2d(WIDTH, 5, 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """From RGB pictures (B, 3, H, W) in 0 to 255, for each of (H / 4, W / 4) cells: how likely a face has its
        middle there (B, …), the logarithm of its height and width in cells (B, 2, …), and how far down and to the right
        of the cell's own middle its middle lies, in cells (B, 2, …).
        """
        x, outputs = self.stem(pictures), []
        for stage in self.stages:
            x = stage(x)
            outputs.append(x)
        coarsest, *finer = (narrow(outputs[stage]) for narrow, stage in zip(self.narrow, TAPPED, strict=True))
        x = coarsest
        for enlarge, fine in zip(self.enlarge, finer, strict=True):
            x = enlarge(x).relu() + fine
        likelihood, sizes, shifts = self.heads(self.merge(x)).split([1, 2, 2], dim=1)
        return likelihood[:, 0].sigmoid(), sizes, shifts


def load() -> CenterFace:
    """The network with the weights that ship."""
    network = CenterFace().eval().requires_grad_(False)
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(WEIGHTS).items()})
    return network


def _convolution(inputs: int, outputs: int, size: int = 1, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups), nn.ReLU())
