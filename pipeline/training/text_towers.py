"""Text towers, which embed captions, behind one interface.

``compact`` is trained from scratch on the few hundred words of the captions: mean token embeddings and a projection (a
deep averaging network, Iyyer et al. 2015). ``clip`` is the frozen text tower of CLIP (Radford et al. 2021).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from django.conf import settings
from torch import Tensor, nn

from predictor.encoders.networks import MissingWeights

WORD = re.compile(r"\w+")
WIDTH = 128  # of a token's embedding
CLIP_BATCH = 256


class UnknownTextTower(ValueError):
    """No text tower has this name."""


class TextTower(nn.Module):
    """A module that maps captions to embeddings (N, ``dim``), not normalised."""

    dim: int

    def encode(self, captions: Sequence[str]) -> Tensor:
        raise NotImplementedError


class CompactTower(TextTower):
    """A tower with the vocabulary of these captions, ignoring other words; its weights are random, to be trained."""

    def __init__(self, captions: Sequence[str], dim: int) -> None:
        super().__init__()
        self.dim = dim
        words = sorted({word for caption in captions for word in _words(caption)})
        self.numbers = {word: number for number, word in enumerate(words)}
        self.tokens = nn.EmbeddingBag(len(words), WIDTH, mode="mean")
        self.projection = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, dim), nn.GELU(), nn.Linear(dim, dim))

    def encode(self, captions: Sequence[str]) -> Tensor:
        token_numbers = [[self.numbers[word] for word in _words(text) if word in self.numbers] for text in captions]
        starts = torch.tensor([0, *map(len, token_numbers)]).cumsum(0)[:-1]
        tokens = torch.tensor([number for numbers in token_numbers for number in numbers], dtype=torch.long)
        device = self.tokens.weight.device
        return self.projection(self.tokens(tokens.to(device), starts.to(device)))


class ClipTower(TextTower):
    """The frozen text tower of an open_clip model."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__()
        self.model, self.tokenizer = model.requires_grad_(False).eval(), tokenizer
        self.dim = int(model.text_projection.shape[1])

    @torch.no_grad()
    def encode(self, captions: Sequence[str]) -> Tensor:
        device = self.model.text_projection.device
        tokens = self.tokenizer(list(captions)).to(device)
        return torch.cat([self.model.encode_text(batch) for batch in tokens.split(CLIP_BATCH)]).float()


def _words(caption: str) -> list[str]:
    return WORD.findall(caption.lower())


def text_tower(name: str, captions: Sequence[str], dim: int) -> TextTower:
    """The tower of this name: ``compact``, with the vocabulary of ``captions`` and width ``dim``, or ``clip``.

    ``auto`` is CLIP's if the settings name its weights, else the compact one. Raises UnknownTextTower, or
    MissingWeights if CLIP's cannot be loaded.
    """
    if name == "auto":
        name = "clip" if settings.CLIP_WEIGHTS else "compact"
    if name == "compact":
        return CompactTower(captions, dim)
    if name == "clip":
        return _clip(settings.CLIP_MODEL, settings.CLIP_WEIGHTS)
    raise UnknownTextTower(f"No text tower is named {name!r}: use auto, compact or clip.")


def _clip(model_name: str, weights: str) -> ClipTower:
    if not weights:
        raise MissingWeights("The text tower `clip` needs weights: name a checkpoint file in GEOGUESS_CLIP_WEIGHTS.")
    if not Path(weights).is_file():
        raise MissingWeights(f"GEOGUESS_CLIP_WEIGHTS names {weights}, which does not exist.")
    try:
        import open_clip
    except ModuleNotFoundError as error:
        raise MissingWeights(
            "The text tower `clip` needs the package open-clip-torch, the project's extra `clip`: "
            ".venv/bin/python -m pip install -r requirements-clip.txt -c constraints.txt"
        ) from error
    try:
        model = open_clip.create_model(model_name, pretrained=weights)
    except (AssertionError, RuntimeError) as error:  # raised by open_clip for unknown names or mismatched shapes
        raise MissingWeights(
            f"{weights} does not fit {model_name}, which GEOGUESS_CLIP_MODEL names ({error})."
        ) from error
    return ClipTower(model, open_clip.get_tokenizer(model_name))
