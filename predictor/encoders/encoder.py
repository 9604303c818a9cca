"""An encoder: pictures in, embeddings out, with any network on any device."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from predictor.pictures.covering import Box
from predictor.pictures.images import centre_crop, squash
from predictor.pictures.picture_views import views_of

WINDOWS = {"cpu": 8, "cuda": 256}  # per batch; larger batches take twice as long on a CPU, because of page faults
CORES = os.cpu_count() or 1
DECODE_CHUNK = 16  # pictures that a thread decodes for a GPU at a time
PREFETCH = 2  # batches read ahead, on a CPU per core

Item = TypeVar("Item")


@dataclass(frozen=True)
class Preparation:
    """How a picture becomes input: a window of size (height, width); mean and std per channel of values in 0..1.

    With ``whole`` all of a picture is squashed into the window, which is turned for an upright picture; else the window
    is a centred crop.
    """

    size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    whole: bool = False

    def box_in(self, image: Image.Image) -> Box:
        """The part of the picture that becomes the input."""
        if self.whole:
            return 0.0, 0.0, 1.0, 1.0
        height, width = self.size
        scale = max(height / image.height, width / image.width)
        share_x, share_y = min(1.0, width / scale / image.width), min(1.0, height / scale / image.height)
        return (1 - share_x) / 2, (1 - share_y) / 2, (1 + share_x) / 2, (1 + share_y) / 2


@dataclass(frozen=True)
class Input:
    """What the network sees of a picture: ``window`` (H, W, 3), which shows the part ``box`` of the picture."""

    window: NDArray[np.uint8]
    box: Box


@dataclass(frozen=True)
class Encoder:
    """A frozen network. Embeddings are comparable where ``weights_sha256`` and ``identity`` are the same.

    ``training_hashes`` are the hashes of the stored photos that a fine-tuned network was trained on.
    """

    name: str
    network: nn.Module
    preparation: Preparation
    device: torch.device
    training_hashes: frozenset[str] = frozenset()

    @property
    def megabytes(self) -> float:
        """The memory that its weights take."""
        tensors = chain(self.network.parameters(), self.network.buffers())
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors) / 1e6

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return int(self.network.num_features)  # type: ignore[arg-type]

    @cached_property
    def weights_sha256(self) -> str:
        return _hash_of(self.network)

    @property
    def identity(self) -> str:
        """What decides about embeddings beside the weights: the architecture, the parts pooled and the preparation."""
        return f"{_architecture(self.network)}; {self.preparation}"

    def encode(self, images: Iterable[Image.Image]) -> NDArray[np.float32]:
        """Embeddings (N, dim); of a panorama or very wide picture, the mean over its views."""
        return self._concatenate(self.stream(images, views_of))

    def encode_views(self, groups: Iterable[Sequence[Image.Image]]) -> NDArray[np.float32]:
        """Embeddings (N, dim) of N groups of views, each the mean over its group."""
        return self._concatenate(self.stream(groups, lambda group: group))

    def stream(
        self, items: Iterable[Item], read_views: Callable[[Item], Sequence[Image.Image]]
    ) -> Iterator[NDArray[np.float32]]:
        """Embeddings (b, dim) of the items in their order, batch by batch; ``read_views`` gives the views of one.

        ``read_views``, which reads and decodes, is called in threads, ahead of the network.
        """
        batches = _batches(items, WINDOWS[self.device.type])
        if self.device.type == "cuda":
            yield from self._stream_on_gpu(batches, read_views)
            return
        first, second = next(batches, None), next(batches, None)
        if first is None:
            return

        def embed(batch: list[Item]) -> NDArray[np.float32]:
            return self._embed(self._stack([self._windows(item, read_views) for item in batch]))

        if second is None:  # one batch: torch may use all cores for it
            yield embed(first)
            return
        # Each thread takes a batch of its own from file to embedding: threads that share a batch wait for each other,
        # for long on a busy machine.
        with ThreadPoolExecutor(CORES, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            ready = deque[Future[NDArray[np.float32]]]()
            for batch in chain([first, second], batches):
                ready.append(pool.submit(embed, batch))
                if len(ready) > PREFETCH * CORES:
                    yield ready.popleft().result()
            for future in ready:
                yield future.result()

    def _stream_on_gpu(
        self, batches: Iterator[list[Item]], read_views: Callable[[Item], Sequence[Image.Image]]
    ) -> Iterator[NDArray[np.float32]]:
        """One thread runs the GPU, all others decode for it, a few pictures at a time."""

        def windows(items: list[Item]) -> list[list[NDArray[np.uint8]]]:
            return [self._windows(item, read_views) for item in items]

        def embed(parts: list[Future[list[list[NDArray[np.uint8]]]]]) -> NDArray[np.float32]:
            return self._embed(self._stack([item for part in parts for item in part.result()]))

        with ThreadPoolExecutor(CORES) as pool:
            ready = deque[list[Future[list[list[NDArray[np.uint8]]]]]]()
            for batch in batches:
                ready.append([pool.submit(windows, items) for items in _batches(batch, DECODE_CHUNK)])
                if len(ready) > PREFETCH:
                    yield embed(ready.popleft())
            for parts in ready:
                yield embed(parts)

    def _concatenate(self, parts: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
        return np.concatenate([np.empty((0, self.dim), np.float32), *parts])

    def window(self, image: Image.Image) -> NDArray[np.uint8]:
        """The network's input (H, W, 3) for a picture; that of such an input is the same again."""
        size = self.preparation.size
        if self.preparation.whole:
            return squash(image, *(size[::-1] if image.height > image.width else size))
        return centre_crop(image, *size)

    def input_of(self, image: Image.Image) -> Input:
        """What the network sees of a picture."""
        return Input(self.window(image), self.preparation.box_in(image))

    def _windows(self, item: Item, read_views: Callable[[Item], Sequence[Image.Image]]) -> list[NDArray[np.uint8]]:
        """The network's input for the item: a window (H, W, 3) of each view."""
        return [self.window(view) for view in read_views(item)]

    def _stack(self, items: list[list[NDArray[np.uint8]]]) -> _Batch:
        """The items' windows, stacked by shape."""
        return _Batch([len(item) for item in items], list(stacked([window for item in items for window in item])))

    def _embed(self, batch: _Batch) -> NDArray[np.float32]:
        """Embeddings (b, dim), the mean over each item's views."""
        views = np.empty((sum(batch.sizes), self.dim), np.float32)
        for rows, windows in batch.stacks:
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
    """Windows of items with ``sizes`` views each, as `stacked` gives them."""

    sizes: list[int]
    stacks: list[tuple[NDArray[np.intp], NDArray[np.uint8]]]


def stacked(windows: Sequence[NDArray[np.uint8]]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.uint8]]]:
    """Windows (H, W, 3) of the same shape stacked (v, H, W, 3), with their indices (v,)."""
    heights = np.array([window.shape[0] for window in windows])
    for height in np.unique(heights):
        rows = np.flatnonzero(heights == height)
        yield rows, np.stack([windows[row] for row in rows.tolist()])


def normalise(pixels: Tensor, preparation: Preparation) -> Tensor:
    """uint8 (B, H, W, 3) to float (B, 3, H, W), channels last in memory."""
    mean, std = (torch.tensor(values, device=pixels.device) for values in (preparation.mean, preparation.std))
    return ((pixels.float() / 255.0 - mean) / std).permute(0, 3, 1, 2)


def frozen_encoder(
    name: str, network: nn.Module, preparation: Preparation, training_hashes: frozenset[str] = frozenset()
) -> Encoder:
    """The network as an encoder on the best device."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    return Encoder(name, network.to(device), preparation, device, training_hashes)


def _architecture(network: nn.Module) -> str:
    """What the network says it is, else its name in timm, else its class."""
    timms: dict[str, str] = getattr(network, "pretrained_cfg", {})
    return str(getattr(network, "architecture", "")) or timms.get("architecture") or type(network).__name__


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
