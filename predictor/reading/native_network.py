"""The network that reads a line in an Indian script: letters by connectionist temporal classification (CTC).

After Graves et al. 2006, "Connectionist Temporal Classification: Labelling Unsegmented Sequence Data with Recurrent
Neural Networks". Convolutions bring a line of one height down to one row of columns, each 4 px wide; further ones look
along the row, since what a letter is depends on its neighbours; the last layer tells the letter of each column, or the
blank between letters. The script is known beforehand, so only its letters are compared.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from predictor.reading.native_letters import CLASSES

WEIGHTS = Path(__file__).with_name("native.safetensors")


class NativeRecogniser(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.columns = nn.Sequential(
            *_convolution(1, 32, 3, stride=2),
            *_convolution(32, 64, 3, stride=2),
            Residual(64, 3),
            *_convolution(64, 128, 3, stride=(2, 1)),
            Residual(128, 3),
            nn.Conv2d(128, 256, (5, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(256),
            nn.ReLU(),
        )
        self.row = nn.Sequential(*(Residual(256, (1, 5)) for _ in range(2)))
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(256, len(CLASSES))

    def forward(self, lines: Tensor) -> Tensor:
        """Logits (B, W / 4, classes) for lines (B, 1, 40, W), W a multiple of 4, each of mean 0 and deviation 1."""
        columns = self.row(self.columns(lines.contiguous(memory_format=torch.channels_last)))
        return self.head(self.dropout(columns.squeeze(2).transpose(1, 2)))


class Residual(nn.Module):
    """Two convolutions whose result is added to what they look at (He et al. 2016)."""

    def __init__(self, channels: int, size: int | tuple[int, int]) -> None:
        super().__init__()
        self.change = nn.Sequential(
            *_convolution(channels, channels, size), *_convolution(channels, channels, size)[:2]
        )

    def forward(self, columns: Tensor) -> Tensor:
        return functional.relu(columns + self.change(columns))


def load_recogniser(weights: Path = WEIGHTS) -> NativeRecogniser:
    """The network with the weights of a file, ready to be asked."""
    network = NativeRecogniser().to(memory_format=torch.channels_last).eval().requires_grad_(False)
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(weights).items()})
    return network


def _convolution(
    inputs: int, outputs: int, size: int | tuple[int, int], stride: int | tuple[int, int] = 1
) -> tuple[nn.Module, ...]:
    padding = (size[0] // 2, size[1] // 2) if isinstance(size, tuple) else size // 2
    convolution = nn.Conv2d(inputs, outputs, size, stride, padding, bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU()
