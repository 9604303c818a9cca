"""Training of the starter encoder: ViT-Ti/16 from scratch on drawn scenes, multi-task, within a time budget.

Beside cells, state, climate and height it learns which clues the scene shows, and where (`predictor.seeing.head`).

A small budget suffices because of mimetic attention (Trockman & Kolter 2023), sine-cosine positions and mean pooling
instead of a class token (Beyer et al. 2022), dropped patches (Liu et al. 2023, PatchDropout), Muon for the matrices
(Jordan 2024), and an exponential moving average of the weights (Morales-Brotons et al. 2024).
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from timm.layers.patch_dropout import PatchDropoutWithIndices
from timm.layers.pos_embed_sincos import build_sincos2d_pos_embed
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from pipeline.evaluation.faithfulness import LARGEST_CLUE
from pipeline.geocells import district_partition
from pipeline.starter.clue_losses import box_loss, cropped, pointing_loss, presence_loss, shown
from pipeline.starter.muon import Muon
from pipeline.starter.scene_cache import Scenes
from pipeline.starter.sightings import Sightings, common_names, sightings_of
from predictor.answers.partition import Partition
from predictor.encoders.networks import STARTER_PREPARATION, STARTER_SIZE, starter_network
from predictor.geodesy import distance_matrix_km, score, unit_vectors
from predictor.network.smoothing import automatic_tau_km, smoothed_targets
from predictor.seeing.head import ClueHead, patch_centres

ELEVATION_BANDS_M = (150.0, 400.0, 900.0, 1800.0, 3200.0)
TASK_WEIGHTS = {
    "cell": 1.0,
    "state": 0.5,
    "climate": 0.2,
    "elevation": 0.2,
    "clues": 0.05,
    "pointing": 0.2,
    "boxes": 0.2,
}
BATCH = 64
RATE, MATRIX_RATE, WEIGHT_DECAY = 1e-3, 0.003, 0.05
WARM_UP = 0.03  # share of the budget
DROPPED_PATCHES = 0.5  # share, until FULL_PICTURES of the budget is spent: almost twice the pictures per second
FULL_PICTURES = 0.7
AVERAGE_DECAY = 0.99  # of the average of the weights, per step
SMALLEST_CROP = 0.5  # of the picture's area
ASPECT, SATURATION, CONTRAST, BRIGHTNESS, TINT = 0.15, 0.4, 0.3, 0.3, 0.08  # largest relative change of each
GRAIN = 6.0  # largest standard deviation of the noise, of 255
CHECKPOINT_SECONDS = 120.0
REPORT_SECONDS = 300.0
QUICK_CHECK = 500  # held-out scenes used for the reports during training


class KeptPatches(nn.Module):
    """Drops patches in training, and knows which it kept: ``kept`` (B, T), or None for all."""

    def __init__(self) -> None:
        super().__init__()
        self.drop = PatchDropoutWithIndices(DROPPED_PATCHES, num_prefix_tokens=0)
        self.kept: Tensor | None = None

    def forward(self, tokens: Tensor) -> Tensor:
        tokens, self.kept = self.drop(tokens)
        return tokens


@dataclass(frozen=True)
class Output:
    """Logits (B, classes) by task; normalised tokens (B, T, dim) and scores (B, T, K) of the head for clues."""

    logits: dict[str, Tensor]
    tokens: Tensor
    scores: Tensor


class MultiTask(nn.Module):
    """The encoder with one linear head per task, and a head on the patches for ``clues`` clues."""

    def __init__(self, sizes: dict[str, int], clues: int) -> None:
        super().__init__()
        self.network: Any = starter_network()
        self.network.patch_drop = KeptPatches()
        self.heads = nn.ModuleDict({task: nn.Linear(192, size) for task, size in sizes.items()})
        self.clues = ClueHead(192, clues)

    def forward(self, images: Tensor) -> Output:
        """What the network makes of normalised images (B, 3, H, W)."""
        patches = self.network.forward_features(images)
        embedding = self.network.forward_head(patches, pre_logits=True)
        tokens, scores = self.clues(patches)
        return Output({task: head(embedding) for task, head in self.heads.items()}, tokens, scores)


@dataclass(frozen=True)
class Trained:
    """The encoder, the head for the clues of these ``names``, and their figures on held-out scenes."""

    network: nn.Module
    clues: ClueHead
    names: tuple[str, ...]
    figures: dict[str, Any]


@dataclass(frozen=True)
class TaskTargets:
    """Targets of N scenes: smoothed cells (N, C), class numbers (N,) of other tasks, sightings of common clues.

    ``names`` are those of the classes.
    """

    partition: Partition
    cells: NDArray[np.float32]
    classes: dict[str, NDArray[np.int64]]
    sightings: Sightings
    names: dict[str, NDArray[np.str_]]

    @classmethod
    def of(cls, scenes: Scenes) -> TaskTargets:
        records = scenes.records
        partition = district_partition(records["latitude"], records["longitude"])
        vectors = unit_vectors(records["latitude"], records["longitude"])
        cells = smoothed_targets(vectors, partition.centroids, automatic_tau_km(len(partition)))
        states, state = np.unique(records["state"], return_inverse=True)
        climates, climate = np.unique(records["climate"], return_inverse=True)
        texts = records["sightings"].tolist()
        elevation = np.digitize(records["elevation_m"], ELEVATION_BANDS_M)
        return cls(
            partition,
            cells.astype(np.float32),
            {"state": state, "climate": climate, "elevation": elevation},
            sightings_of(texts, common_names(texts)),
            {"state": states, "climate": climates},
        )

    def sizes(self) -> dict[str, int]:
        """Classes per task."""
        named = {task: len(names) for task, names in self.names.items()}
        return {"cell": len(self.partition), **named, "elevation": len(ELEVATION_BANDS_M) + 1}


def train(scenes: Scenes, held_out: Scenes, *, minutes: float, seed: int, checkpoint: Path) -> Trained:
    """The encoder and the head for clues, trained; resumes from ``checkpoint`` if that exists."""
    torch.manual_seed(seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    targets = TaskTargets.of(scenes)
    model = MultiTask(targets.sizes(), len(targets.sightings.names))
    initialise_mimetically(model.network)
    model = model.to(device)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(AVERAGE_DECAY))
    optimisers = _optimisers(model)
    generator = np.random.default_rng(seed)
    spent_s, pictures_seen = 0.0, 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        for optimiser, state in zip(optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        spent_s, pictures_seen = saved["spent"], saved["seen"]
        generator = np.random.default_rng([seed, pictures_seen])

    budget = 60.0 * minutes
    by_task = {"cell": targets.cells, **targets.classes}
    tensors = {task: torch.from_numpy(values) for task, values in by_task.items()}
    which, boxes = torch.from_numpy(targets.sightings.which), torch.from_numpy(targets.sightings.boxes)
    saved_at = reported_at = spent_s
    start = time.monotonic() - spent_s
    order = np.empty(0, np.intp)
    bar = tqdm(desc="Training", unit="scene", initial=pictures_seen)
    while spent_s < budget:
        if len(order) < BATCH:
            order = np.concatenate([order, generator.permutation(len(scenes))])
        rows, order = np.sort(order[:BATCH]), order[BATCH:]
        share = spent_s / budget
        model.network.patch_drop.drop.prob = DROPPED_PATCHES if share < FULL_PICTURES else 0.0
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * min(share / WARM_UP, 0.5 * (1 + math.cos(math.pi * share)))
        pixels = torch.from_numpy(scenes.images[rows]).to(device, non_blocking=True)
        batch_targets = {task: values[rows].to(device, non_blocking=True) for task, values in tensors.items()}
        model.train()
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            images, windows = augment(pixels)
            output = model(images)
        losses = {
            task: functional.cross_entropy(logits.float(), batch_targets[task])
            for task, logits in output.logits.items()
        }
        seen = cropped(which[rows].to(device), boxes[rows].to(device), windows)
        losses |= _clue_losses(model, output, *seen)
        loss = torch.stack([TASK_WEIGHTS[task] * value for task, value in losses.items()]).sum()
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
        average.update_parameters(model)
        pictures_seen += BATCH
        spent_s = time.monotonic() - start
        bar.update(BATCH)
        bar.set_postfix({task: f"{value.item():.2f}" for task, value in losses.items()}, refresh=False)
        if spent_s - saved_at > CHECKPOINT_SECONDS:
            saved_at = spent_s
            _save_checkpoint(checkpoint, model, average, optimisers, spent_s, pictures_seen)
        if spent_s - reported_at > REPORT_SECONDS:
            reported_at = spent_s
            figures = validate(average.module, targets, held_out, min(QUICK_CHECK, len(held_out)))
            bar.write(f"{spent_s / 60:.0f} min, {pictures_seen:,} pictures: {figures}", file=sys.stderr)
    bar.close()
    trained: Any = average.module
    _save_checkpoint(checkpoint, model, average, optimisers, spent_s, pictures_seen)
    figures = {
        "pictures": pictures_seen,
        "minutes": round(spent_s / 60, 1),
        **validate(trained, targets, held_out, len(held_out)),
    }
    return Trained(trained.network, trained.clues, targets.sightings.names, figures)


def _clue_losses(model: MultiTask, output: Output, which: Tensor, boxes: Tensor) -> dict[str, Tensor]:
    rows, columns = model.network.patch_embed.grid_size
    centres = patch_centres(rows, columns).to(which.device)
    kept = model.network.patch_drop.kept
    scores = output.scores.float()
    truth = shown(which, boxes, centres, scores.shape[2], kept)
    places = centres[kept] if kept is not None else centres.expand(len(which), -1, -1)
    return {
        "clues": presence_loss(scores, truth),
        "pointing": pointing_loss(scores, truth),
        "boxes": box_loss(model.clues, output.tokens.float(), scores, truth, places, (1 / columns, 1 / rows)),
    }


@torch.no_grad()
def validate(model: nn.Module, targets: TaskTargets, scenes: Scenes, count: int) -> dict[str, float]:
    """State accuracy, and mean score of the cell centroid of highest expected score, on the first ``count`` scenes.

    And how often the highest score of a clue that a scene shows in small boxes lies in one of them.
    """
    model.eval()
    device = next(model.parameters()).device
    records = scenes.records[:count]
    outputs: dict[str, list[Tensor]] = {"cell": [], "state": []}
    sightings = sightings_of(records["sightings"].tolist(), targets.sightings.names)
    hits: list[Tensor] = []
    for start in range(0, count, BATCH):
        rows = slice(start, min(start + BATCH, count))
        output = model(validation_input(torch.from_numpy(scenes.images[rows]).to(device)))
        for task, parts in outputs.items():
            parts.append(output.logits[task].float().softmax(dim=1).cpu())
        hits.append(_hits(model, output.scores.float().cpu(), sightings.which[rows], sightings.boxes[rows]))
    posterior = torch.cat(outputs["cell"]).numpy().astype(float)
    states = targets.names["state"][torch.cat(outputs["state"]).argmax(dim=1).numpy()]
    centroids = targets.partition.centroids
    guesses = centroids[(posterior @ score(distance_matrix_km(centroids, centroids))).argmax(axis=1)]
    truth = unit_vectors(records["latitude"], records["longitude"])
    distances = np.diagonal(distance_matrix_km(truth, guesses))
    return {
        "state_accuracy": round(float((states == records["state"]).mean()), 4),
        "score": round(float(score(distances).mean()), 1),
        "median_km": round(float(np.median(distances)), 1),
        "pointing": round(float(torch.cat(hits).float().mean()), 4),
    }


def _hits(model: Any, scores: Tensor, which: NDArray[np.int64], boxes: NDArray[np.float32]) -> Tensor:
    """Whether each clue that a picture shows in small boxes only has its highest score in one of them."""
    sizes = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    large = np.zeros((len(scores), scores.shape[2]), bool)
    np.logical_or.at(
        large, (np.arange(len(scores))[:, None], np.maximum(which, 0)), (which >= 0) & (sizes > LARGEST_CLUE)
    )
    centres = patch_centres(*model.network.patch_embed.grid_size)
    truth = shown(torch.from_numpy(which), torch.from_numpy(boxes), centres, scores.shape[2], None)
    best = scores.argmax(dim=1)
    pointed = truth.patches.gather(2, best[:, :, None])[:, :, 0]
    return pointed[truth.visible.bool() & ~torch.from_numpy(large)]


def validation_input(pixels: Tensor) -> Tensor:
    """Network input from uint8 pictures (B, H, W, 3), cropped to the network's shape as an encoder does."""
    whole = torch.ones(len(pixels))
    return _normalise(_windows(pixels, torch.zeros(len(pixels), 2), whole, whole))


def augment(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Network input from uint8 pictures (B, H, W, 3) with a random crop, colour jitter and grain.

    And the crops (B, 4), their edges as shares of the pictures. Never mirrored, as signs and the driving side matter.
    """
    count, device = len(pixels), pixels.device

    def factor(spread: float, channels: int = 1) -> Tensor:
        return 1 + spread * (2 * torch.rand(count, channels, 1, 1, device=device) - 1)

    area, aspect = 1 - (1 - SMALLEST_CROP) * torch.rand(count), torch.exp(ASPECT * (2 * torch.rand(count) - 1))
    height, width = (area / aspect).sqrt().clamp(max=1), (area * aspect).sqrt().clamp(max=1)
    centre = 2 * torch.rand(count, 2) - 1
    picture = _windows(pixels, centre, height, width)
    grey = picture.mean(dim=1, keepdim=True)
    picture = grey + (picture - grey) * factor(SATURATION)
    average = picture.mean(dim=(1, 2, 3), keepdim=True)
    picture = (average + (picture - average) * factor(CONTRAST)) * factor(BRIGHTNESS) * factor(TINT, 3)
    grain = GRAIN * torch.rand(count, 1, 1, 1, device=device) * torch.randn_like(picture[:1])
    size = torch.stack([width, height], dim=1)
    middle = (1 + centre * (1 - size)) / 2
    return _normalise((picture + grain).clamp(0, 255)), torch.cat([middle - size / 2, middle + size / 2], dim=1).to(
        device
    )


def _windows(pixels: Tensor, centre: Tensor, height: Tensor, width: Tensor) -> Tensor:
    """Windows, float (B, 3, *STARTER_SIZE) in 0..255, of uint8 pictures (B, H, W, 3).

    Height and width (B,) are shares of the largest window of the network's shape; ``centre`` (B, 2) in -1..1 shifts it.
    """
    aspect = (pixels.shape[2] / pixels.shape[1]) / (STARTER_SIZE[1] / STARTER_SIZE[0])
    width, height = width * min(1 / aspect, 1.0), height * min(aspect, 1.0)
    affine = torch.zeros(len(pixels), 2, 3)
    affine[:, 0, 0], affine[:, 1, 1] = width, height
    affine[:, :, 2] = centre * torch.stack([1 - width, 1 - height], dim=1)
    grid = functional.affine_grid(affine.to(pixels.device), [len(pixels), 3, *STARTER_SIZE], align_corners=False)
    images = pixels.permute(0, 3, 1, 2).contiguous().float()
    return functional.grid_sample(images, grid, align_corners=False, padding_mode="border")


def _normalise(pictures: Tensor) -> Tensor:
    mean, std = (
        torch.tensor(v, device=pictures.device).view(3, 1, 1)
        for v in (STARTER_PREPARATION.mean, STARTER_PREPARATION.std)
    )
    return (pictures / 255 - mean) / std


def initialise_mimetically(network: Any) -> None:
    """Mimetic initialisation: W_q W_k^T near +I, W_v W_o near -I, as in trained networks; sine-cosine positions.

    Constants of Trockman & Kolter 2023 ("Mimetic initialization of self-attention layers"), table for DeiT-Ti.
    """
    network.pos_embed.data = build_sincos2d_pos_embed(list(network.patch_embed.grid_size), dim=192).view_as(
        network.pos_embed
    )
    for block in network.blocks:
        attention = block.attn
        dim, heads = attention.qkv.in_features, attention.num_heads
        query, key, value = attention.qkv.weight.data.chunk(3)
        for head in range(heads):
            rows = slice(head * dim // heads, (head + 1) * dim // heads)
            u, s, v = torch.linalg.svd(0.7 * torch.randn(dim, dim) / dim**0.5 + 0.7 * torch.eye(dim))
            root = s[: dim // heads, None].sqrt()
            query[rows], key[rows] = root * u.T[: dim // heads], root * v[: dim // heads]
        u, s, v = torch.linalg.svd(0.4 * torch.randn(dim, dim) / dim**0.5 - 0.4 * torch.eye(dim))
        value.copy_(s.sqrt()[:, None] * u.T)
        attention.proj.weight.data.copy_(v.T * s.sqrt())


def _optimisers(model: MultiTask) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for all else; ``peak`` is each group's highest learning rate."""
    matrices = [p for p in model.network.blocks.parameters() if p.ndim == 2]
    inside = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in inside]
    muon = Muon([{"params": matrices, "peak": MATRIX_RATE}], lr=MATRIX_RATE, weight_decay=WEIGHT_DECAY)
    adamw = torch.optim.AdamW([{"params": others, "peak": RATE}], weight_decay=WEIGHT_DECAY, fused=True)
    return [muon, adamw]


def _save_checkpoint(
    path: Path,
    model: nn.Module,
    average: nn.Module,
    optimisers: list[torch.optim.Optimizer],
    spent_s: float,
    pictures_seen: int,
) -> None:
    state = {
        "model": model.state_dict(),
        "average": average.state_dict(),
        "optimisers": [optimiser.state_dict() for optimiser in optimisers],
        "spent": spent_s,
        "seen": pictures_seen,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)
