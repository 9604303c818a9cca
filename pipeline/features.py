"""Embeddings of stored images, computed once per encoder and image and kept under ``GEOGUESS_DATA/cache``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file
from tqdm import tqdm

from predictor.encoders import Encoder
from predictor.heads import Embeddings

SHARD = 256  # images between two saves


def cached_embeddings(
    encoder: Encoder, sha256s: Sequence[str], read: Callable[[str], Image.Image], cache: Path
) -> Embeddings:
    """Embeddings (N, dim) of the images with these hashes; ``read`` gives the picture of one that is not cached yet."""
    key = f"{encoder.weights_sha256}-{encoder.preparation}"
    folder = cache / f"features-{encoder.name.replace(':', '-')}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, Embeddings] = {}
    for shard in sorted(folder.glob("*.safetensors")):
        known |= load_file(shard)
    missing = [sha256 for sha256 in dict.fromkeys(sha256s) if sha256 not in known]
    with tqdm(
        total=len(sha256s), initial=len(sha256s) - len(missing), desc=f"Encoding ({encoder.name})", unit="photo"
    ) as bar:
        for start in range(0, len(missing), SHARD):
            batch = missing[start : start + SHARD]
            fresh = dict(zip(batch, encoder.encode(map(read, batch)), strict=True))
            save_file(fresh, folder / f"{hashlib.sha256(''.join(batch).encode()).hexdigest()}.safetensors")
            known |= fresh
            bar.update(len(batch))
    return np.stack([known[sha256] for sha256 in sha256s])
