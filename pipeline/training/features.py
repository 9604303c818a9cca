"""Embeddings of stored images, computed once per encoder and image and kept under ``GEOGUESS_DATA/cache``."""

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

SHARD = 256  # images between two saves


def cached_embeddings(
    encoder: Encoder,
    sha256s: Sequence[str],
    read: Callable[[str], Image.Image],
    cache: Path,
    report: Reporter = SILENT,
) -> Embeddings:
    """Embeddings (N, dim) of the images with these hashes; ``read`` gives the picture of one that is not cached yet.

    It is called from several threads.
    """
    key = f"{encoder.weights_sha256}-{encoder.preparation}-views"
    folder = cache / f"features-{encoder.name.replace(':', '-')}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, Embeddings] = {}
    for shard in sorted(folder.glob("*.safetensors")):
        known |= load_file(shard)
    missing = [sha256 for sha256 in dict.fromkeys(sha256s) if sha256 not in known]
    done, phase = len(sha256s) - len(missing), f"Encoding ({encoder.name})"

    for start in range(0, len(missing), SHARD):
        batch = missing[start : start + SHARD]
        report.progress(done, len(sha256s), phase)
        rows: list[Embeddings] = []
        for part in encoder.stream(batch, lambda sha256: views_of(read(sha256))):
            rows.append(part)
            done += len(part)
            report.progress(done, len(sha256s), phase)
        fresh = dict(zip(batch, np.concatenate(rows), strict=True))
        shard = folder / f"{hashlib.sha256(''.join(batch).encode()).hexdigest()}.safetensors"
        save_file(fresh, shard.with_suffix(".unfinished"))
        shard.with_suffix(".unfinished").rename(shard)  # a shard is there whole or not at all, however this run ends
        known |= fresh
    report.progress(len(sha256s), len(sha256s), phase)
    return np.stack([known[sha256] for sha256 in sha256s])


def averaged(embeddings: Embeddings, groups: Sequence[str]) -> Embeddings:
    """Embeddings (N, dim), each the mean of those with the same name in ``groups`` (N,); "" belongs to none."""
    names = [name or f"\0{row}" for row, name in enumerate(groups)]
    _, index, count = np.unique(names, return_inverse=True, return_counts=True)
    if len(count) == len(names):
        return embeddings
    sums = np.zeros((len(count), embeddings.shape[1]))
    np.add.at(sums, index, embeddings)
    return (sums / count[:, None])[index].astype(np.float32)
