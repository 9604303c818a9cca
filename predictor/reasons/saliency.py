"""Saliency maps: how much each part of the picture counts for the likeliest geocell.

Transformers: attention rollout (Abnar & Zuidema 2020), or attention weighted by its gradient (Chefer, Gur, Wolf 2021),
which is specific to one cell, and the latter in stages: what counts most is covered, and the network asked again. Other
networks: Grad-CAM on their last maps (Selvaraju et al. 2017). Their faithfulness is measured by
`pipeline.evaluation.faithfulness`; docs/model.md has the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from predictor.answers.artifact import Artifact
from predictor.encoders.encoder import Encoder, normalise
from predictor.encoders.patches import transformer_of
from predictor.geodesy import Floats
from predictor.network.heads import Heads
from predictor.pictures.covering import Box, only_patches

ROLLOUT, GRADIENT_ATTENTION, GRAD_CAM = "rollout", "gradient attention", "Grad-CAM"
STAGED = f"{GRADIENT_ATTENTION} in stages"
STAGES = 7
LARGE_MB = 100  # of a network
REGIONS = 3
REGION_SHARE = 0.25  # side of a region as a share of the network's input window


class NoExplanation(RuntimeError):
    """A saliency map tells no part of the picture from another: it is constant or not finite."""


def methods(encoder: Encoder) -> tuple[str, ...]:
    """The methods that fit this encoder; pages show the first one.

    That is stages where these are quick: on a CPU a large network would keep all who ask waiting for seconds.
    """
    if not transformer_of(encoder.network):
        return (GRAD_CAM,)
    quick = encoder.device.type == "cuda" or encoder.megabytes < LARGE_MB
    return (STAGED, GRADIENT_ATTENTION, ROLLOUT) if quick else (GRADIENT_ATTENTION, STAGED, ROLLOUT)


def saliency(encoder: Encoder, artifact: Artifact, image: Image.Image, method: str | None = None) -> Floats:
    """Saliency map (rows, columns) of the network's input for its likeliest cell, from 0 to 1.

    Raises NoExplanation.
    """
    method = method or methods(encoder)[0]
    window = encoder.window(image)
    one_map = GRADIENT_ATTENTION if method == STAGED else method
    values, cell = _relevance(encoder, artifact, window, one_map)
    low, high = values.min(), values.max()
    if np.isclose(low, high, atol=0):
        raise NoExplanation(f"The {method} map of {encoder.name} is constant: {low}.")
    if method == STAGED:
        values = _in_stages(encoder, artifact, window, values, cell)
    return (values - low) / (high - low)


def _in_stages(encoder: Encoder, artifact: Artifact, window: NDArray[np.uint8], first: Floats, cell: int) -> Floats:
    """The values of a first map, given to the patches in the order in which they count once the others are covered.

    What a patch shows may be shown by others too: only the picture without those tells what is left to go by.
    """
    seen, values, left = Image.fromarray(window), first, np.ones(first.shape, bool)
    order: list[int] = []
    for patches in np.array_split(np.arange(first.size), STAGES):
        if order:
            values, _ = _relevance(encoder, artifact, np.asarray(only_patches(seen, left)), GRADIENT_ATTENTION, cell)
        chosen = np.argsort(-np.where(left, values, -np.inf), axis=None, kind="stable")[: len(patches)]
        left.flat[chosen] = False
        order += chosen.tolist()
    ordered = np.empty_like(first)
    ordered.flat[order] = np.sort(first, axis=None)[::-1]
    return ordered


def _relevance(
    encoder: Encoder, artifact: Artifact, window: NDArray[np.uint8], method: str, cell: int | None = None
) -> tuple[Floats, int]:
    """How much each part (rows, columns) of the input (H, W, 3) counts for a cell, by default the likeliest; and it.

    Raises NoExplanation where that is not finite.
    """
    pixels = normalise(torch.tensor(window)[None].to(encoder.device), encoder.preparation).requires_grad_()
    with torch.enable_grad(), _recorded(encoder.network) as (attentions, maps):
        logits = _cell_logits(encoder.network(pixels).float(), artifact.heads)
        cell = int(logits.argmax()) if cell is None else cell
        belief = functional.log_softmax(logits / artifact.calibration.temperature, dim=1)[0, cell]
        if method == ROLLOUT:
            relevance = _rollout([attention.mean(dim=1)[0] for attention in attentions])
        elif method == GRADIENT_ATTENTION:
            gradients = torch.autograd.grad(belief, attentions)
            weighted = [(a * g).clamp(min=0).mean(dim=1)[0] for a, g in zip(attentions, gradients, strict=True)]
            relevance = _accumulate(weighted)
        else:
            relevance = _grad_cam(belief, maps[-1])
    values = relevance.detach().cpu().numpy().astype(float)
    if not np.isfinite(values).all():
        raise NoExplanation(f"The {method} map of {encoder.name} is not finite.")
    return (_grid(values, transformer_of(encoder.network)) if values.ndim == 1 else values), cell


def top_regions(values: Floats, box: Box, count: int = REGIONS) -> list[Box]:
    """Boxes, without overlap, around the highest values of a saliency map (rows, columns) that covers ``box``."""
    left, top, right, bottom = box
    rows, columns = values.shape
    high, wide = max(1, round(REGION_SHARE * rows)), max(1, round(REGION_SHARE * columns))
    windows = np.lib.stride_tricks.sliding_window_view(values, (high, wide)).mean(axis=(2, 3)).copy()
    boxes: list[Box] = []
    for _ in range(count):
        row, column = np.unravel_index(windows.argmax(), windows.shape)
        if not np.isfinite(windows[row, column]):
            break
        windows[max(0, row - high + 1) : row + high, max(0, column - wide + 1) : column + wide] = -np.inf
        x, y = (right - left) / columns, (bottom - top) / rows
        boxes.append((left + column * x, top + row * y, left + (int(column) + wide) * x, top + (int(row) + high) * y))
    return [tuple(round(float(edge), 4) for edge in box) for box in boxes]  # type: ignore[misc]


def _cell_logits(raw: Tensor, heads: Heads) -> Tensor:
    """The cell head on an encoder's embeddings (1, r), as `Heads.logits` computes it, but with gradients."""

    def tensor(array: NDArray[np.float32]) -> Tensor:
        return torch.from_numpy(array).to(raw.device)

    projection = heads.projection
    embedding = raw - tensor(projection.centre)
    if projection.basis is not None:
        embedding = embedding @ tensor(projection.basis)
    embedding = functional.normalize(embedding, dim=1)
    if projection.adapter is not None:
        moved = functional.relu(embedding @ tensor(projection.adapter.down)) @ tensor(projection.adapter.up)
        embedding = functional.normalize(embedding + moved, dim=1)
    return embedding @ tensor(heads.weight) + tensor(heads.bias)


@contextmanager
def _recorded(network: nn.Module) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
    """Record the attentions (1, heads, T, T) and feature maps (1, C, h, w) of forward passes in two lists."""
    attentions: list[Tensor] = []
    maps: list[Tensor] = []
    hooks, fused = [], []
    transformer = transformer_of(network)

    def keep_attention(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
        if output.requires_grad:  # other threads predict with the same network meanwhile
            attentions.append(output)

    for attention in [block.attn for block in transformer.blocks] if transformer else []:
        fused.append((attention, attention.fused_attn))
        attention.fused_attn = False
        hooks.append(attention.attn_drop.register_forward_hook(keep_attention))

    def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and output.ndim == 4 and output.shape[2] > 1 and output.requires_grad:
            maps.append(output)

    hooks += [module.register_forward_hook(keep) for module in network.modules() if not list(module.children())]
    try:
        yield attentions, maps
    finally:
        for hook in hooks:
            hook.remove()
        for attention, before in fused:
            attention.fused_attn = before


def _rollout(attentions: list[Tensor]) -> Tensor:
    """Relevance (T,) of each token to the output, from attentions (T, T) averaged over heads, with residuals."""
    size = len(attentions[0])
    joint = torch.eye(size, device=attentions[0].device)
    for attention in attentions:
        mixed = (attention + torch.eye(size, device=attention.device)) / 2
        joint = mixed / mixed.sum(dim=1, keepdim=True) @ joint
    return joint.mean(dim=0)


def _accumulate(relevances: list[Tensor]) -> Tensor:
    """The same for gradient-weighted attentions, which are added to the residual, not averaged with it."""
    size = len(relevances[0])
    joint = torch.eye(size, device=relevances[0].device)
    for relevance in relevances:
        joint = joint + relevance @ joint
    return (joint - torch.eye(size, device=joint.device)).mean(dim=0)


def _grad_cam(objective: Tensor, maps: Tensor) -> Tensor:
    """Maps (1, C, h, w) weighted by the mean gradient of each channel: (h, w)."""
    (gradient,) = torch.autograd.grad(objective, maps)
    return (gradient.mean(dim=(2, 3), keepdim=True) * maps).sum(dim=1)[0].clamp(min=0)


def _grid(tokens: Floats, transformer: Any) -> Floats:
    """Values (T,) of tokens as (rows, columns) of patches, without class tokens."""
    rows, columns = transformer.patch_embed.grid_size
    return tokens[-rows * columns :].reshape(rows, columns)
