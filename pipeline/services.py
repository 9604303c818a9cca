"""From a collection to a trained version, and from a version to the champion."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings

from pipeline.models import Collection, Photo, Split
from pipeline.reporting import SILENT, Reporter
from pipeline.selectors import playable_photos
from pipeline.splits import place_clusters
from predictor import store
from predictor.images import decode
from predictor.models import ModelVersion, Promotion
from predictor.services import COMMAND_LINE, Progress, promote, register_version, version_folder

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from predictor.artifact import Artifact

SEED = 2026
FEWEST_PHOTOS = 20


class TooFewPhotos(ValueError):
    """The collection does not hold enough photos to learn from."""


def train_version(
    *, collection: Collection, encoder_name: str, seed: int = SEED, report: Reporter = SILENT
) -> ModelVersion:
    """A new version that has learnt from the collection's train and validation photos; nothing of it when cancelled.

    Raises TooFewPhotos, and UnknownEncoder or MissingWeights for the encoder.
    """
    from pipeline.features import cached_embeddings
    from pipeline.training import Photos, grouped_folds, train_artifact
    from predictor.encoders import load_encoder

    encoder = load_encoder(encoder_name)
    rows = list(collection.photos.filter(split__in=[Split.TRAIN, Split.VALIDATION]).order_by("sha256"))
    if len(rows) < FEWEST_PHOTOS:
        raise TooFewPhotos(
            f"“{collection.name}” has {len(rows)} photos to learn from, and {FEWEST_PHOTOS} are needed: import more."
        )
    sha256s = [photo.sha256 for photo in rows]
    photos = Photos(
        cached_embeddings(encoder, sha256s, lambda sha256: decode(store.read(sha256)), settings.CACHE_DIR, report),
        np.array([photo.latitude for photo in rows]),
        np.array([photo.longitude for photo in rows]),
        np.array(sha256s),
        np.array([int(photo.perceptual_hash, 16) for photo in rows], np.uint64),
    )
    folds = grouped_folds(_clusters(rows), seed)
    artifact = train_artifact(photos, folds, encoder=encoder, collection=collection.name, seed=seed, report=report)
    report.check()
    stem = f"{collection.slug}-{encoder_name.replace(':', '-').replace('.', '-')}"
    return _register(artifact, stem, report.folder or settings.CACHE_DIR)


def promote_version(
    *, name: str, user: User | None = None, actor: str = COMMAND_LINE, progress: Progress | None = None
) -> Promotion:
    """Predict every playable photo with this version, then make it the champion. Raises ModelVersion.DoesNotExist."""
    version = ModelVersion.objects.get(name=name)
    return promote(version=version, sha256s=_playable_hashes(), user=user, actor=actor, progress=progress)


def _register(artifact: Artifact, stem: str, beside: Path) -> ModelVersion:
    """The artifact as a version named after ``stem``: among the models whole and registered, or not at all."""
    beside.mkdir(parents=True, exist_ok=True)
    settings.MODELS_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=beside) as unfinished:
        artifact.save(Path(unfinished) / "artifact")
        folder = version_folder(_free_name(stem))
        (Path(unfinished) / "artifact").rename(folder)
    try:
        return register_version(folder=folder)
    except BaseException:
        shutil.rmtree(folder)
        raise


def _playable_hashes() -> list[str]:
    return list(playable_photos().order_by("pk").values_list("sha256", flat=True))


def _clusters(rows: list[Photo]) -> np.ndarray:
    return place_clusters(
        [photo.latitude for photo in rows],
        [photo.longitude for photo in rows],
        [photo.sequence_id for photo in rows],
        [photo.near_duplicate_group for photo in rows],
        [photo.perceptual_hash for photo in rows],
    )


def _free_name(stem: str) -> str:
    """``stem`` with the first number behind it that no version has."""
    taken = set(ModelVersion.objects.filter(name__startswith=stem).values_list("name", flat=True))
    number = 1
    while f"{stem}-{number}" in taken or version_folder(f"{stem}-{number}").exists():
        number += 1
    return f"{stem}-{number}"
