"""Contrastive pretraining of images against captions, as in CLIP (Radford et al. 2021) and PIGEON (Haas et al. 2023).

Captions from metadata are often equal for several photos of a batch: all such pairs are positives, as in supervised
contrastive learning (Khosla et al. 2020), in both directions.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from pipeline.metadata import Metadata
from pipeline.support.progress import SILENT, Reporter
from pipeline.training.captions import captions_of
from pipeline.training.text_towers import TextTower, text_tower
from predictor.network.heads import Adapter, Embeddings

FIRST_TEMPERATURE, LEAST_TEMPERATURE = 0.07, 0.01  # CLIP's
BATCH = 256
RATE, WEIGHT_DECAY = 1e-3, 0.05
PATIENCE = 10  # epochs
VOCABULARY_DRAWS = 20  # draws of captions from which the vocabulary is collected
CHECK_DRAWS = 4  # draws of captions for the loss on held-out photos


def contrastive_loss(images: Tensor, texts: Tensor, same: Tensor, temperature: Tensor | float) -> Tensor:
    """Multi-positive InfoNCE of unit vectors (B, d), averaged over both directions.

    ``same`` (B, B) is true where two captions are equal: these pairs share the target probability equally.
    """
    logits = images @ texts.T / temperature
    target = same.float() / same.sum(dim=1, keepdim=True)
    return (functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)) / 2


def same_captions(captions: list[str]) -> Tensor:
    """Mask (B, B) of the pairs of equal captions."""
    _, numbers = np.unique(captions, return_inverse=True)
    return torch.from_numpy(numbers[:, None] == numbers[None, :])


def pretrain(
    embeddings: Embeddings,
    metadata: Metadata,
    *,
    seed: int,
    held_out: NDArray[np.intp],
    epochs: int = 100,
    dim: int = 256,
    text: str = "auto",
    report: Reporter = SILENT,
) -> Adapter:
    """The adapter, with a bottleneck of ``dim``, that aligns embeddings (N, d), unit vectors, with their captions.

    Trains on the photos that are not ``held_out`` (indexes), with new captions in each epoch, and returns the adapter
    with the lowest loss on the held-out photos; stops after `PATIENCE` epochs without a gain. ``text`` names a
    `text_tower`. The same seed gives the same adapter. Raises UnknownTextTower or MissingWeights.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    vocabulary = [caption for _ in range(VOCABULARY_DRAWS) for caption in captions_of(metadata, rng)]
    model = _ImageTextModel(embeddings.shape[1], dim, text_tower(text, vocabulary, embeddings.shape[1]))
    optimiser = torch.optim.AdamW(
        [parameter for parameter in model.parameters() if parameter.requires_grad], lr=RATE, weight_decay=WEIGHT_DECAY
    )
    images = torch.from_numpy(embeddings)
    training_rows = np.setdiff1d(np.arange(len(metadata)), held_out)
    checks = [captions_of(metadata[held_out], rng) for _ in range(CHECK_DRAWS)]
    best, adapter, epochs_since_best = math.inf, model.adapter(), 0
    for epoch in range(epochs):
        report.progress(epoch, epochs, "Aligning pictures with captions")
        captions = np.array(captions_of(metadata, rng), dtype=object)
        order = rng.permutation(training_rows)
        for batch in np.array_split(order, math.ceil(len(order) / BATCH)):
            report.check()
            optimiser.zero_grad()
            model(images[batch], captions[batch].tolist()).backward()
            optimiser.step()
        with torch.no_grad():
            loss = float(np.mean([model(images[held_out], check).item() for check in checks]))
        report.point("caption loss", epoch + 1, loss)
        epochs_since_best += 1
        if loss < best:
            best, adapter, epochs_since_best = loss, model.adapter(), 0
        if epochs_since_best == PATIENCE:
            break
    report.progress(epochs, epochs, "Aligning pictures with captions")
    return adapter


class _ImageTextModel(nn.Module):
    """The adapter and a text tower, with the contrastive loss between them."""

    def __init__(self, width: int, dim: int, text: TextTower) -> None:
        super().__init__()
        self.down = nn.Linear(width, dim, bias=False)
        self.up = nn.Linear(dim, width, bias=False)
        nn.init.zeros_(self.up.weight)  # the adapter starts as the identity
        self.text = text
        self.caption = nn.Identity() if text.dim == width else nn.Linear(text.dim, width)
        self.log_temperature = nn.Parameter(torch.tensor(math.log(FIRST_TEMPERATURE)))

    def forward(self, images: Tensor, captions: list[str]) -> Tensor:
        """The loss of a batch of embeddings (B, d), unit vectors, and their captions."""
        adapted = functional.normalize(images + self.up(functional.relu(self.down(images))), dim=1)
        texts = functional.normalize(self.caption(self.text.encode(captions)), dim=1)
        temperature = self.log_temperature.exp().clamp(min=LEAST_TEMPERATURE)
        return contrastive_loss(adapted, texts, same_captions(captions), temperature)

    def adapter(self) -> Adapter:
        """The adapter's weights as arrays."""
        return Adapter(*(layer.weight.detach().numpy().T.copy() for layer in (self.down, self.up)))
