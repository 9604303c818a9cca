"""The network that tells the script of a line of text: a small convolutional network over grey boxes of one height.

The rows are brought down to one, and what the columns then say is pooled over the line by mean and by maximum: a
letter anywhere in it can decide. The last layer is divided by the temperature found on held-out words (Guo et al. 2017,
"On Calibration of Modern Neural Networks"), so that the softmax of the logits is a calibrated probability.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from predictor.reading.lines import SCRIPTS

WEIGHTS = Path(__file__).with_name("scripts.safetensors")
CLASSES = (*SCRIPTS, "")  # the last: no text, no letters, or letters of another script


class ScriptClassifier(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.columns = nn.Sequential(
            *_convolution(1, 24, 5, stride=2),
            *_convolution(24, 48, 3, stride=2),
            *_convolution(48, 64, 3),
            *_convolution(64, 64, 3),
            *_convolution(64, 128, 3, stride=2),
            *_convolution(128, 128, 3),
            nn.Conv2d(128, 160, (4, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(160),
            nn.ReLU(),
        )
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(320, len(CLASSES))

    def forward(self, boxes: Tensor) -> Tensor:
        """Logits (B, 12) in the order of `CLASSES` for boxes (B, 1, 32, 192), each of mean 0 and deviation 1."""
        columns = self.columns(boxes.contiguous(memory_format=torch.channels_last)).squeeze(2)
        return self.head(self.dropout(torch.cat([columns.mean(2), columns.amax(2)], dim=1)))


def load_classifier(weights: Path = WEIGHTS) -> ScriptClassifier:
    """The network with the weights of a file, ready to be asked."""
    network = ScriptClassifier().to(memory_format=torch.channels_last).eval().requires_grad_(False)
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(weights).items()})
    return network


def _convolution(inputs: int, outputs: int, size: int, stride: int = 1) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return convolution, nn.BatchNorm2d(outputs), nn.ReLU()
