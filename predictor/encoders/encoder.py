"""An encoder: pictures in, embeddings out, whatever network does it and on whatever device."""

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

from predictor.pictures.images import fitted, squeezed
from predictor.pictures.picture_views import views_of

WINDOWS = {"cpu": 8, "cuda": 256}  # encoded at a time; on a CPU more cost twice the time, in page faults
CORES = os.cpu_count() or 1
A_FEW = 16  # pictures that a thread decodes for a GPU before another one may
AHEAD = 2  # batches, on a CPU per core, that may be read before their turn

Item = TypeVar("Item")


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


def frozen(name: str, network: nn.Module, preparation: Preparation, learnt: frozenset[str] = frozenset()) -> Encoder:
    """The network as an encoder on the best device."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    return Encoder(name, network.to(device), preparation, device, learnt)


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
