"""Multi-task fine-tuning of an encoder's last blocks, or all of it, in one process or in several under torchrun.

The heads start as linear probes of the frozen encoder, so that the first steps do not distort its features (Kumar et
al. 2022, LP-FT); losses are weighted by learnt uncertainties (Kendall, Gal, Cipolla 2018); the epoch with the best mean
score on validation photos is kept. Augmentation is crops and colour jitter, never mirroring: signs and the driving side
matter. All randomness follows from (seed, epoch, photo), so a resumed or distributed run sees the same pictures.
"""

from __future__ import annotations

import copy
import hashlib
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, distributed, nn
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2 as transforms

from pipeline.geocells import semantic_partition
from pipeline.support.progress import SILENT, Reporter
from pipeline.training.learning import TASK_PENALTY, Photos, targets
from pipeline.training.recipe import NARROW
from predictor.answers.partition import Partition
from predictor.encoders.encoder import Encoder, Preparation, normalise
from predictor.geodesy import Floats, distance_matrix_km, score
from predictor.network.heads import Embeddings, Projection, fit_path, softmax

PHASE = "Fine-tuning"
CELL = "cell"
CELL_PENALTY = 3e-4
HEAD_RATE = 10  # times the rate of the blocks
WEIGHT_DECAY = 0.05
LARGEST_GRADIENT = 1.0
WARM_UP = 0.1  # share of the steps
SMALLEST_CROP = 0.5  # of the picture's area
ASPECT = 1.15  # a crop may be this much wider or narrower than the network's windows
LIGHT = {"brightness": 0.3, "contrast": 0.3, "saturation": 0.3, "hue": 0.02}
UNKNOWN = -1  # class of a photo without a label for the task
READERS = 8  # processes that decode for a GPU; on a CPU decoding runs in the main process
CHECKPOINT_SECONDS = 60.0

Read = Callable[[str], Image.Image]


class NothingGained(RuntimeError):
    """No epoch was better on validation photos than the encoder before fine-tuning."""


class NothingToTune(ValueError):
    """The network is not made of blocks, so its last blocks cannot be selected."""


@dataclass(frozen=True)
class Schedule:
    """The schedule of a run: ``blocks`` counts from the end, None is the whole network; a step uses ``batch`` ×
    ``accumulation`` × processes pictures; ``rate`` is the peak learning rate of the blocks; the run stops after
    ``patience`` epochs without a better score."""

    blocks: int | None = 2
    epochs: int = 10
    batch: int = 16
    accumulation: int = 2
    rate: float = 1e-4
    patience: int = 3
    seed: int = 2026


@dataclass(frozen=True)
class FineTuned:
    """The network with the weights of its best epoch, and the figures of the run."""

    network: nn.Module
    figures: dict[str, Any]


@contextmanager
def process_group() -> Iterator[None]:
    """Join torchrun's process group, over NCCL on GPUs and gloo without; does nothing outside torchrun."""
    if "RANK" not in os.environ:
        yield
        return
    gpu = torch.cuda.is_available()
    if gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if gpu else "gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


def rank() -> int:
    """The rank of this process; only 0 writes files and reports."""
    return distributed.get_rank() if distributed.is_initialized() else 0


@contextmanager
def first_before_others() -> Iterator[None]:
    """Run the block in process 0 first, then in the others, which find its results in the cache."""
    if rank():
        distributed.barrier()
    yield
    if distributed.is_initialized() and not rank():
        distributed.barrier()


def finetune(
    encoder: Encoder,
    photos: Photos,
    validation: Photos,
    read: Read,
    schedule: Schedule,
    *,
    checkpoint: Path,
    report: Reporter = SILENT,
) -> FineTuned:
    """Fine-tune the encoder on the photos, with early stopping on the validation photos; ``read`` loads a picture.

    Resumes from ``checkpoint`` if it belongs to the same run. Raises NothingGained or NothingToTune.
    """
    report = report if rank() == 0 else SILENT
    partition = semantic_partition(photos.latitudes, photos.longitudes)
    task_targets = {
        CELL: torch.from_numpy(targets(NARROW, photos.vectors(), partition).astype(np.float32)),
        **{name: torch.from_numpy(_classes(values)) for name, values in photos.labels.items() if _has_several(values)},
    }
    model = _linear_probe(copy.deepcopy(encoder.network), photos, task_targets).to(encoder.device)
    trainable = _unfreeze(model.network, schedule.blocks)
    identity = repr(
        (
            asdict(schedule),
            encoder.weights_sha256,
            encoder.identity,
            photos.data_sha256(),
            validation.data_sha256(),
            _processes(),
        )
    )
    run = _Run(model, trainable, schedule, len(photos), checkpoint, hashlib.sha256(identity.encode()).hexdigest())
    parallel_model: Any = model
    if distributed.is_initialized():
        parallel_model = DistributedDataParallel(
            model, [torch.cuda.current_device()] if torch.cuda.is_available() else None
        )

    def validate() -> float:
        return _validation_score(model, encoder, validation, partition, read) if rank() == 0 else 0.0

    if not run.scores:
        run.add_score(_broadcast(validate()))
        report.log(f"As it is, the encoder scores {run.scores[0]:,.0f} on {len(validation)} validation photos.")
    started, pictures = time.monotonic(), 0
    while run.epoch < schedule.epochs and run.epochs_since_best < schedule.patience:
        for indexes, pixels in _batches(run, photos, read, encoder.preparation):
            last = (run.batches + 1) % schedule.accumulation == 0
            with nullcontext() if last or parallel_model is model else parallel_model.no_sync():
                inputs = normalise(pixels.to(encoder.device, non_blocking=True), encoder.preparation)
                batch_targets = {
                    name: rows[indexes].to(encoder.device, non_blocking=True) for name, rows in task_targets.items()
                }
                with torch.autocast(encoder.device.type, torch.bfloat16, enabled=encoder.device.type == "cuda"):
                    loss = parallel_model(inputs, batch_targets)
                (loss / schedule.accumulation).backward()
            pictures += len(indexes)
            run.batches += 1
            if last:
                run.step(report, float(loss.detach()))
        run.add_score(_broadcast(validate()))
        report.point("score", run.epoch, run.scores[-1])
        report.log(f"Epoch {run.epoch}: {run.scores[-1]:,.0f} on validation photos.")
        run.save()
    best = int(np.argmax(run.scores))
    if best == 0:
        raise NothingGained(
            f"None of {run.epoch} epochs scored better on validation photos than the encoder as it is "
            f"({run.scores[0]:,.0f}): nothing was kept. Try fewer blocks, a smaller rate, or more photos."
        )
    run.restore_best()
    elapsed = time.monotonic() - started
    return FineTuned(
        model.network.eval().requires_grad_(False),
        {
            "photos": len(photos),
            "validation_photos": len(validation),
            "epochs": run.epoch,
            "best_epoch": best,
            "validation_score": {"before": round(run.scores[0], 1), "after": round(run.scores[best], 1)},
            "task_weights": {name: round(float(value), 4) for name, value in model.weights().items()},
            "photos_per_s": round(pictures * _processes() / elapsed, 2) if pictures else None,
            "schedule": asdict(schedule),
        },
    )


class _MultiTask(nn.Module):
    """The encoder's network, a linear head on its centred unit embeddings for each task, and learnt uncertainties."""

    centre: Tensor

    def __init__(self, network: nn.Module, centre: Embeddings, heads: dict[str, nn.Linear]) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("centre", torch.from_numpy(centre))
        self.heads = nn.ModuleDict(heads)
        self.log_variances = nn.ParameterDict({name: nn.Parameter(torch.zeros(())) for name in heads})

    def forward(self, images: Tensor, task_targets: dict[str, Tensor]) -> Tensor:
        """The loss of pictures (B, 3, H, W): Σ exp(-s)·L + s/2 over the tasks, s their learnt log variance."""
        embeddings = functional.normalize(self.network(images).float() - self.centre, dim=1)
        losses = []
        for name, head in self.heads.items():
            logits, target, uncertainty = head(embeddings).float(), task_targets[name], self.log_variances[name]
            total = functional.cross_entropy(logits, target, ignore_index=UNKNOWN, reduction="sum")
            labelled = len(target) if target.is_floating_point() else (target != UNKNOWN).sum().clamp(min=1)
            losses.append((-uncertainty).exp() * total / labelled + uncertainty / 2)
        return torch.stack(losses).sum()

    def weights(self) -> dict[str, Tensor]:
        """The current weight of each task's loss."""
        return {name: (-value.detach()).exp() for name, value in self.log_variances.items()}

    def cells(self, embeddings: Embeddings) -> Floats:
        """Probabilities (N, C) for raw embeddings (N, r)."""
        rows = functional.normalize(torch.from_numpy(embeddings) - self.centre.cpu(), dim=1)
        head: Any = self.heads[CELL]
        return softmax((rows @ head.weight.detach().cpu().T + head.bias.detach().cpu()).double().numpy())


class _Run:
    """The state of a run: model, optimiser, scores so far and best weights; saved in a checkpoint."""

    def __init__(
        self,
        model: _MultiTask,
        trainable: list[nn.Parameter],
        schedule: Schedule,
        photos: int,
        checkpoint: Path,
        run_sha256: str,
    ) -> None:
        self.model, self.schedule, self.checkpoint, self.run_sha256 = model, schedule, checkpoint, run_sha256
        heads = [*model.heads.parameters(), *model.log_variances.parameters()]
        self.optimiser = torch.optim.AdamW(
            [{"params": trainable, "lr": schedule.rate}, {"params": heads, "lr": HEAD_RATE * schedule.rate}],
            weight_decay=WEIGHT_DECAY,
        )
        pictures_per_step = schedule.batch * schedule.accumulation * _processes()
        self.steps_per_epoch = math.ceil(photos / pictures_per_step)
        self.steps = schedule.epochs * self.steps_per_epoch
        self.rate_schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._factor)
        self.batches = 0  # of this process so far
        self.scores: list[float] = []
        self.best: dict[str, Tensor] = {}
        self.saved_at = time.monotonic()
        self._resume()

    @property
    def epoch(self) -> int:
        """Finished epochs; the first score is that of the encoder before fine-tuning."""
        return len(self.scores) - 1

    @property
    def epochs_since_best(self) -> int:
        """Finished epochs since the best score."""
        return len(self.scores) - 1 - int(np.argmax(self.scores))

    def step(self, report: Reporter, loss: float) -> None:
        """One step of the optimiser, after the last of the accumulated batches."""
        trainable = [parameter for group in self.optimiser.param_groups for parameter in group["params"]]
        nn.utils.clip_grad_norm_(trainable, LARGEST_GRADIENT)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.rate_schedule.step()
        done = self.batches // self.schedule.accumulation
        report.point("loss", done, loss)
        if time.monotonic() - self.saved_at > CHECKPOINT_SECONDS:
            self.save()
        report.progress(done, self.steps, PHASE)

    def add_score(self, mean_score: float) -> None:
        """Record an epoch's score, and its weights if it is the best so far."""
        self.scores.append(mean_score)
        if mean_score > max(self.scores[:-1], default=-math.inf):
            self.best = {name: tensor.detach().cpu().clone() for name, tensor in self._trainable().items()}

    def restore_best(self) -> None:
        self.model.load_state_dict(self.best, strict=False)

    def save(self) -> None:
        """Write the checkpoint, from which the run resumes as if it had not been interrupted."""
        self.saved_at = time.monotonic()
        if rank():
            return
        state = {
            "of": self.run_sha256,
            "part": self.batches,
            "scores": self.scores,
            "best": self.best,
            "now": self._trainable(),
            "optimiser": self.optimiser.state_dict(),
            "pace": self.rate_schedule.state_dict(),
        }
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def _resume(self) -> None:
        if not self.checkpoint.exists():
            return
        saved = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        if saved["of"] != self.run_sha256:  # a run with other photos, another encoder or another schedule
            return
        self.model.load_state_dict(saved["now"], strict=False)
        self.optimiser.load_state_dict(saved["optimiser"])
        self.rate_schedule.load_state_dict(saved["pace"])
        self.batches, self.scores, self.best = saved["part"], saved["scores"], saved["best"]

    def _trainable(self) -> dict[str, Tensor]:
        return {name: value.detach() for name, value in self.model.named_parameters() if value.requires_grad}

    def _factor(self, step: int) -> float:
        """The factor on the learning rate: linear warm-up times cosine decay, whichever is lower."""
        warm = max(1, round(WARM_UP * self.steps))
        return min((step + 1) / warm, 0.5 * (1 + math.cos(math.pi * step / self.steps)))


class _Pictures(Dataset[tuple[int, Tensor]]):
    """Augmented uint8 windows (H, W, 3) for (epoch, photo): a random crop with colour jitter."""

    def __init__(self, sha256: NDArray[np.str_], read: Read, how: Preparation, seed: int) -> None:
        height, width = how.size
        self.sha256, self.read, self.seed = sha256.tolist(), read, seed
        self.augment = transforms.Compose(
            [
                transforms.RandomResizedCrop(
                    how.size,
                    scale=(SMALLEST_CROP, 1.0),
                    ratio=(width / height / ASPECT, width / height * ASPECT),
                    interpolation=transforms.InterpolationMode.BICUBIC,
                ),
                transforms.ColorJitter(**LIGHT),
            ]
        )

    def __getitem__(self, epoch_and_index: tuple[int, int]) -> tuple[int, Tensor]:
        epoch, index = epoch_and_index
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(np.random.SeedSequence([self.seed, epoch, index]).generate_state(1)[0]))
            window = self.augment(self.read(self.sha256[index]))
        return index, torch.from_numpy(np.array(window))


def _batches(run: _Run, photos: Photos, read: Read, how: Preparation) -> Iterator[tuple[Tensor, Tensor]]:
    """This process's remaining batches of the epoch: indexes (B,) of photos and windows (B, H, W, 3)."""
    schedule, processes, epoch = run.schedule, _processes(), run.epoch
    order = np.random.default_rng([schedule.seed, epoch]).permutation(len(photos))
    order = np.resize(order, run.steps_per_epoch * schedule.accumulation * processes * schedule.batch)
    batches = order.reshape(-1, processes, schedule.batch)[:, rank()]
    done = run.batches - epoch * len(batches)
    gpu = torch.cuda.is_available()
    loader = DataLoader(
        _Pictures(photos.sha256, read, how, schedule.seed),
        batch_sampler=[[(epoch, int(index)) for index in batch] for batch in batches[done:]],
        num_workers=min(READERS, os.cpu_count() or 1) if gpu else 0,
        pin_memory=gpu,
    )
    yield from loader


def _linear_probe(network: nn.Module, photos: Photos, task_targets: dict[str, Tensor]) -> _MultiTask:
    """The network with heads fitted to its frozen embeddings."""
    projection = Projection(photos.embeddings.mean(axis=0))
    embeddings = projection(photos.embeddings)
    heads = {}
    for name, target in task_targets.items():
        if name == CELL:
            weight, bias = fit_path(embeddings, target.double().numpy(), [CELL_PENALTY])[0]
        else:
            labelled = target.numpy() != UNKNOWN
            classes = np.eye(int(target.max()) + 1)[target.numpy()[labelled]]
            weight, bias = fit_path(embeddings[labelled], classes, [TASK_PENALTY])[0]
        heads[name] = nn.Linear(*weight.shape)
        heads[name].load_state_dict({"weight": torch.from_numpy(weight.T), "bias": torch.from_numpy(bias)})
    return _MultiTask(network, projection.centre, heads)


def _unfreeze(network: nn.Module, blocks: int | None) -> list[nn.Parameter]:
    """Freeze all parameters before the last ``blocks``; the trainable ones. Raises NothingToTune.

    The network stays in evaluation mode: small batches would harm its batch statistics, and it has no dropout.
    """
    named = list(network.eval().requires_grad_(True).named_parameters())
    start = 0
    if blocks is not None:
        stacks = [(name, stack) for name, stack in network.named_modules() if name.split(".")[-1] == "blocks"]
        if not stacks:
            raise NothingToTune("This encoder has no blocks: fine-tune all of it.")
        name, stack = stacks[0]
        first = f"{name}.{max(0, len(list(stack.children())) - blocks)}."
        start = next(index for index, (parameter, _) in enumerate(named) if parameter.startswith(first))
    for _, parameter in named[:start]:
        parameter.requires_grad_(False)
    return [parameter for _, parameter in named[start:]]


def _validation_score(model: _MultiTask, encoder: Encoder, photos: Photos, partition: Partition, read: Read) -> float:
    """Mean score on the photos, guessing the cell centroid of highest expected score."""
    tuned = replace(encoder, network=model.network)
    cells = model.cells(tuned.encode(read(sha256) for sha256 in photos.sha256))
    centroids = partition.centroids
    guesses = centroids[(cells @ score(distance_matrix_km(centroids, centroids))).argmax(axis=1)]
    return float(score(np.diagonal(distance_matrix_km(guesses, photos.vectors()))).mean())


def _classes(values: NDArray[np.str_]) -> NDArray[np.int64]:
    """Class numbers (N,) of labels (N,), `UNKNOWN` for ""."""
    _, numbers = np.unique(values[values != ""], return_inverse=True)
    classes = np.full(len(values), UNKNOWN, np.int64)
    classes[values != ""] = numbers
    return classes


def _has_several(values: NDArray[np.str_]) -> bool:
    return len(np.unique(values[values != ""])) > 1


def _processes() -> int:
    return distributed.get_world_size() if distributed.is_initialized() else 1


def _broadcast(value: float) -> float:
    """Process 0's value, in every process."""
    if not distributed.is_initialized():
        return value
    values = [value]
    distributed.broadcast_object_list(values)
    return values[0]
