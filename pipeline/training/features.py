"""Embeddings of stored images, computed once per encoder and image and cached under ``GEOGUESS_DATA/cache``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file

from pipeline.support.progress import SILENT, Reporter
from predictor.encoders.encoder import Encoder
from predictor.network.heads import Embeddings
from predictor.pictures.picture_views import views_of

SHARD = 256  # images per file of the cache


def cached_embeddings(
    encoder: Encoder,
    sha256s: Sequence[str],
    read: Callable[[str], Image.Image],
    cache: Path,
    report: Reporter = SILENT,
) -> Embeddings:
    """Embeddings (N, dim) of the images with these hashes; ``read`` loads those that are not cached yet.

    ``read`` is called from several threads.
    """
    key = f"{encoder.weights_sha256}-{encoder.identity}-views"
    folder = cache / f"features-{encoder.name.replace(':', '-')}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    cached: dict[str, Embeddings] = {}
    for shard in sorted(folder.glob("*.safetensors")):
        cached |= load_file(shard)
    missing = [sha256 for sha256 in dict.fromkeys(sha256s) if sha256 not in cached]
    done, phase = len(sha256s) - len(missing), f"Encoding ({encoder.name})"

    for start in range(0, len(missing), SHARD):
        batch = missing[start : start + SHARD]
        report.progress(done, len(sha256s), phase)
        rows: list[Embeddings] = []
        for part in encoder.stream(batch, lambda sha256: views_of(read(sha256))):
            rows.append(part)
            done += len(part)
            report.progress(done, len(sha256s), phase)
        new = dict(zip(batch, np.concatenate(rows), strict=True))
        shard = folder / f"{hashlib.sha256(''.join(batch).encode()).hexdigest()}.safetensors"
        save_file(new, shard.with_suffix(".unfinished"))
        shard.with_suffix(".unfinished").rename(shard)  # atomic: no incomplete shard remains if the run is interrupted
        cached |= new
    report.progress(len(sha256s), len(sha256s), phase)
    return np.stack([cached[sha256] for sha256 in sha256s])


def average_by_group(embeddings: Embeddings, groups: Sequence[str]) -> Embeddings:
    """Embeddings (N, dim), each replaced by the mean of its group, named in ``groups`` (N,); "" is no group."""
    names = [name or f"\0{row}" for row, name in enumerate(groups)]
    _, index, count = np.unique(names, return_inverse=True, return_counts=True)
    if len(count) == len(names):
        return embeddings
    sums = np.zeros((len(count), embeddings.shape[1]))
    np.add.at(sums, index, embeddings)
    return (sums / count[:, None])[index].astype(np.float32)
