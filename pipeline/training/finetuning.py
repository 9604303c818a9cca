"""Fine-tuning of an encoder's last blocks, or all of it, on several tasks at once; one process or torchrun's many.

The heads start as the linear probe of the frozen encoder, so that the first steps do not spoil its features (Kumar et
al. 2022, LP-FT); losses are weighed by learnt uncertainties (Kendall, Gal, Cipolla 2018); the epoch with the best mean
score on validation photos is kept. Pictures are cropped and their light is varied, never mirrored: signs and traffic
have a side. Everything random follows from (seed, epoch, photo), so that a run which stops and goes on, or is spread
over processes, sees the same pictures.
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
from pipeline.training.recipe import Recipe
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
UNKNOWN = -1  # class of a photo of which a task knows nothing
READERS = 8  # processes that decode for a GPU; on a CPU decoding takes its turn
CHECKPOINT_SECONDS = 60.0

Read = Callable[[str], Image.Image]


class NothingGained(RuntimeError):
    """No epoch was better on validation photos than the encoder as it was."""


class NothingToTune(ValueError):
    """The network has no blocks, so that "the last blocks" means nothing."""


@dataclass(frozen=True)
class Schedule:
    """How to learn: ``blocks`` counts from the end, None is the whole network; a step sees ``batch`` ×
    ``accumulation`` × processes pictures; ``rate`` is the highest learning rate of the blocks; stops after
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
    """Joins the other processes that torchrun started, over NCCL on GPUs and gloo without; alone it does nothing."""
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
    """The number of this process; 0 is the one that writes and tells."""
    return distributed.get_rank() if distributed.is_initialized() else 0


@contextmanager
def first_before_others() -> Iterator[None]:
    """Lets the first process do this alone, and the others after it: what it leaves in a cache is there for them."""
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
    """The encoder tuned to the photos, stopped by the validation photos; ``read`` gives the picture of a hash.

    Goes on from ``checkpoint`` where that is of the same run. Raises NothingGained or NothingToTune.
    """
    report = report if rank() == 0 else SILENT
    partition = semantic_partition(photos.latitudes, photos.longitudes)
    wanted = {
        CELL: torch.from_numpy(targets(Recipe(), photos.vectors(), partition).astype(np.float32)),
        **{name: torch.from_numpy(_classes(values)) for name, values in photos.labels.items() if _varied(values)},
    }
    model = _probed(copy.deepcopy(encoder.network), photos, wanted).to(encoder.device)
    learning = _learning(model.network, schedule.blocks)
    of = repr((asdict(schedule), encoder.weights_sha256, photos.data_sha256(), validation.data_sha256(), _processes()))
    run = _Run(model, learning, schedule, len(photos), checkpoint, hashlib.sha256(of.encode()).hexdigest())
    spread: Any = model
    if distributed.is_initialized():
        spread = DistributedDataParallel(model, [torch.cuda.current_device()] if torch.cuda.is_available() else None)

    def check() -> float:
        return _validation_score(model, encoder, validation, partition, read) if rank() == 0 else 0.0

    if not run.scores:
        run.checked(_from_first(check()))
        report.log(f"As it is, the encoder scores {run.scores[0]:,.0f} on {len(validation)} validation photos.")
    started, seen = time.monotonic(), 0
    while run.epoch < schedule.epochs and run.waited < schedule.patience:
        for indexes, pixels in _batches(run, photos, read, encoder.preparation):
            last = (run.part + 1) % schedule.accumulation == 0
            with nullcontext() if last or spread is model else spread.no_sync():
                inputs = normalise(pixels.to(encoder.device, non_blocking=True), encoder.preparation)
                asked = {name: rows[indexes].to(encoder.device, non_blocking=True) for name, rows in wanted.items()}
                with torch.autocast(encoder.device.type, torch.bfloat16, enabled=encoder.device.type == "cuda"):
                    loss = spread(inputs, asked)
                (loss / schedule.accumulation).backward()
            seen += len(indexes)
            run.part += 1
            if last:
                run.step(report, float(loss.detach()))
        run.checked(_from_first(check()))
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
            "photos_per_s": round(seen * _processes() / elapsed, 2) if seen else None,
            "schedule": asdict(schedule),
        },
    )


class _MultiTask(nn.Module):
    """The encoder's network, a linear head on its centred unit embeddings for each task, and their uncertainties."""

    centre: Tensor

    def __init__(self, network: nn.Module, centre: Embeddings, heads: dict[str, nn.Linear]) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("centre", torch.from_numpy(centre))
        self.heads = nn.ModuleDict(heads)
        self.log_variances = nn.ParameterDict({name: nn.Parameter(torch.zeros(())) for name in heads})

    def forward(self, images: Tensor, wanted: dict[str, Tensor]) -> Tensor:
        """The loss of pictures (B, 3, H, W): Σ exp(-s)·L + s/2 over the tasks, s their learnt log variance."""
        embeddings = functional.normalize(self.network(images).float() - self.centre, dim=1)
        losses = []
        for name, head in self.heads.items():
            logits, asked, uncertainty = head(embeddings).float(), wanted[name], self.log_variances[name]
            total = functional.cross_entropy(logits, asked, ignore_index=UNKNOWN, reduction="sum")
            known = len(asked) if asked.is_floating_point() else (asked != UNKNOWN).sum().clamp(min=1)
            losses.append((-uncertainty).exp() * total / known + uncertainty / 2)
        return torch.stack(losses).sum()

    def weights(self) -> dict[str, Tensor]:
        """What each task's loss weighs by now."""
        return {name: (-value.detach()).exp() for name, value in self.log_variances.items()}

    def cells(self, embeddings: Embeddings) -> Floats:
        """Probabilities (N, C) for raw embeddings (N, r)."""
        rows = functional.normalize(torch.from_numpy(embeddings) - self.centre.cpu(), dim=1)
        head: Any = self.heads[CELL]
        return softmax((rows @ head.weight.detach().cpu().T + head.bias.detach().cpu()).double().numpy())


class _Run:
    """Where a run stands: the model, its optimiser, the scores so far and the best weights; kept in a checkpoint."""

    def __init__(
        self,
        model: _MultiTask,
        learning: list[nn.Parameter],
        schedule: Schedule,
        photos: int,
        checkpoint: Path,
        of: str,
    ) -> None:
        self.model, self.schedule, self.checkpoint, self.of = model, schedule, checkpoint, of
        heads = [*model.heads.parameters(), *model.log_variances.parameters()]
        self.optimiser = torch.optim.AdamW(
            [{"params": learning, "lr": schedule.rate}, {"params": heads, "lr": HEAD_RATE * schedule.rate}],
            weight_decay=WEIGHT_DECAY,
        )
        whole = schedule.batch * schedule.accumulation * _processes()
        self.steps_per_epoch = math.ceil(photos / whole)
        self.steps = schedule.epochs * self.steps_per_epoch
        self.pace = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._factor)
        self.part = 0  # batches of this process so far
        self.scores: list[float] = []
        self.best: dict[str, Tensor] = {}
        self.saved_at = time.monotonic()
        self._resume()

    @property
    def epoch(self) -> int:
        """Epochs that have their score; the first is that of the encoder as it was."""
        return len(self.scores) - 1

    @property
    def waited(self) -> int:
        """Epochs since the best score."""
        return len(self.scores) - 1 - int(np.argmax(self.scores))

    def step(self, report: Reporter, loss: float) -> None:
        """One step of the optimiser, after the last batch that it learns from."""
        learning = [parameter for group in self.optimiser.param_groups for parameter in group["params"]]
        nn.utils.clip_grad_norm_(learning, LARGEST_GRADIENT)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.pace.step()
        done = self.part // self.schedule.accumulation
        report.point("loss", done, loss)
        if time.monotonic() - self.saved_at > CHECKPOINT_SECONDS:
            self.save()
        report.progress(done, self.steps, PHASE)

    def checked(self, value: float) -> None:
        """Take in an epoch's score; the weights of the best are kept."""
        self.scores.append(value)
        if value > max(self.scores[:-1], default=-math.inf):
            self.best = {name: tensor.detach().cpu().clone() for name, tensor in self._changing().items()}

    def restore_best(self) -> None:
        self.model.load_state_dict(self.best, strict=False)

    def save(self) -> None:
        """Write the checkpoint, from which the run goes on as if it had not stopped."""
        self.saved_at = time.monotonic()
        if rank():
            return
        state = {
            "of": self.of,
            "part": self.part,
            "scores": self.scores,
            "best": self.best,
            "now": self._changing(),
            "optimiser": self.optimiser.state_dict(),
            "pace": self.pace.state_dict(),
        }
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def _resume(self) -> None:
        if not self.checkpoint.exists():
            return
        saved = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        if saved["of"] != self.of:  # of other photos, another encoder or another schedule
            return
        self.model.load_state_dict(saved["now"], strict=False)
        self.optimiser.load_state_dict(saved["optimiser"])
        self.pace.load_state_dict(saved["pace"])
        self.part, self.scores, self.best = saved["part"], saved["scores"], saved["best"]

    def _changing(self) -> dict[str, Tensor]:
        return {name: value.detach() for name, value in self.model.named_parameters() if value.requires_grad}

    def _factor(self, step: int) -> float:
        """Of the learning rate: a linear warm-up, then half a cosine."""
        warm = max(1, round(WARM_UP * self.steps))
        return min((step + 1) / warm, 0.5 * (1 + math.cos(math.pi * step / self.steps)))


class _Pictures(Dataset[tuple[int, Tensor]]):
    """Windows (H, W, 3) of uint8 for (epoch, photo): a random crop in a random light."""

    def __init__(self, sha256: NDArray[np.str_], read: Read, how: Preparation, seed: int) -> None:
        height, width = how.size
        self.sha256, self.read, self.seed = sha256.tolist(), read, seed
        self.vary = transforms.Compose(
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

    def __getitem__(self, which: tuple[int, int]) -> tuple[int, Tensor]:
        epoch, index = which
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(np.random.SeedSequence([self.seed, epoch, index]).generate_state(1)[0]))
            window = self.vary(self.read(self.sha256[index]))
        return index, torch.from_numpy(np.array(window))


def _batches(run: _Run, photos: Photos, read: Read, how: Preparation) -> Iterator[tuple[Tensor, Tensor]]:
    """This process's batches of the rest of the epoch: indexes (B,) of photos and windows (B, H, W, 3)."""
    schedule, processes, epoch = run.schedule, _processes(), run.epoch
    order = np.random.default_rng([schedule.seed, epoch]).permutation(len(photos))
    order = np.resize(order, run.steps_per_epoch * schedule.accumulation * processes * schedule.batch)
    mine = order.reshape(-1, processes, schedule.batch)[:, rank()]
    begun = run.part - epoch * len(mine)
    gpu = torch.cuda.is_available()
    loader = DataLoader(
        _Pictures(photos.sha256, read, how, schedule.seed),
        batch_sampler=[[(epoch, int(index)) for index in batch] for batch in mine[begun:]],
        num_workers=min(READERS, os.cpu_count() or 1) if gpu else 0,
        pin_memory=gpu,
    )
    yield from loader


def _probed(network: nn.Module, photos: Photos, wanted: dict[str, Tensor]) -> _MultiTask:
    """The network with heads as fitted to its frozen embeddings."""
    projection = Projection(photos.embeddings.mean(axis=0))
    embeddings = projection(photos.embeddings)
    heads = {}
    for name, asked in wanted.items():
        if name == CELL:
            weight, bias = fit_path(embeddings, asked.double().numpy(), [CELL_PENALTY])[0]
        else:
            known = asked.numpy() != UNKNOWN
            classes = np.eye(int(asked.max()) + 1)[asked.numpy()[known]]
            weight, bias = fit_path(embeddings[known], classes, [TASK_PENALTY])[0]
        heads[name] = nn.Linear(*weight.shape)
        heads[name].load_state_dict({"weight": torch.from_numpy(weight.T), "bias": torch.from_numpy(bias)})
    return _MultiTask(network, projection.centre, heads)


def _learning(network: nn.Module, blocks: int | None) -> list[nn.Parameter]:
    """The parameters that learn, from the first of the last ``blocks`` on, the others frozen. Raises NothingToTune.

    The network stays in evaluation mode: statistics of a small batch would harm it, and there is no dropout.
    """
    named = list(network.eval().requires_grad_(True).named_parameters())
    start = 0
    if blocks is not None:
        found = [(name, part) for name, part in network.named_modules() if name.split(".")[-1] == "blocks"]
        if not found:
            raise NothingToTune("This encoder has no blocks: fine-tune all of it.")
        name, part = found[0]
        first = f"{name}.{max(0, len(list(part.children())) - blocks)}."
        start = next(index for index, (parameter, _) in enumerate(named) if parameter.startswith(first))
    for _, parameter in named[:start]:
        parameter.requires_grad_(False)
    return [parameter for _, parameter in named[start:]]


def _validation_score(model: _MultiTask, encoder: Encoder, photos: Photos, partition: Partition, read: Read) -> float:
    """Mean score of the cell centroids that maximise it on average."""
    tuned = replace(encoder, network=model.network)
    cells = model.cells(tuned.encode(read(sha256) for sha256 in photos.sha256))
    centroids = partition.centroids
    guesses = centroids[(cells @ score(distance_matrix_km(centroids, centroids))).argmax(axis=1)]
    return float(score(np.diagonal(distance_matrix_km(guesses, photos.vectors()))).mean())


def _classes(values: NDArray[np.str_]) -> NDArray[np.int64]:
    """Numbers (N,) of labels (N,), `UNKNOWN` for ""."""
    _, numbers = np.unique(values[values != ""], return_inverse=True)
    classes = np.full(len(values), UNKNOWN, np.int64)
    classes[values != ""] = numbers
    return classes


def _varied(values: NDArray[np.str_]) -> bool:
    return len(np.unique(values[values != ""])) > 1


def _processes() -> int:
    return distributed.get_world_size() if distributed.is_initialized() else 1


def _from_first(value: float) -> float:
    """The first process's value, in all of them."""
    if not distributed.is_initialized():
        return value
    values = [value]
    distributed.broadcast_object_list(values)
    return values[0]
