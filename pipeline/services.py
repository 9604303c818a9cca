"""From a collection to a trained version, and from a version to the champion."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.db.models import QuerySet

from pipeline.models import Collection, Photo, Split
from pipeline.reporting import SILENT, Reporter
from pipeline.selectors import playable_photos
from pipeline.splits import place_clusters
from predictor import store
from predictor.images import decode
from predictor.models import ModelVersion, Promotion
from predictor.selectors import artifact_of, posterior_of, predictions_for
from predictor.services import COMMAND_LINE, Progress, predict_images, promote, register_version, version_folder

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from pipeline.boundary_sets import BoundarySet
    from pipeline.evaluation import Evaluation
    from pipeline.learning import Photos
    from predictor.artifact import Artifact
    from predictor.encoders import Encoder
    from predictor.heads import Embeddings

SEED = 2026
FEWEST_PHOTOS = 20


class TooFewPhotos(ValueError):
    """The collection does not hold enough photos to learn from."""


def train_version(
    *,
    collection: Collection,
    encoder_name: str,
    seed: int = SEED,
    boundaries: str | None = None,
    report: Reporter = SILENT,
) -> ModelVersion:
    """A new version that has learnt from the collection's train and validation photos; nothing of it when cancelled.

    ``boundaries`` names the imported set that geocells start from. Raises TooFewPhotos, SetMissing for the boundaries,
    and UnknownEncoder or MissingWeights for the encoder.
    """
    from pipeline.folds import grouped_folds
    from pipeline.training import train_artifact
    from predictor.encoders import load_encoder

    encoder = load_encoder(encoder_name)
    rows = list(photos_to_learn_from(collection))
    ground = imported_boundaries(boundaries)
    photos = _learning_photos(rows, encoder, report)
    folds = grouped_folds(_clusters(rows), seed)
    artifact = train_artifact(
        photos, folds, encoder=encoder, collection=collection.name, seed=seed, boundaries=ground, report=report
    )
    report.check()
    stem = f"{collection.slug}-{encoder_name.replace(':', '-').replace('.', '-')}"
    return _register(artifact, stem, report.folder or settings.CACHE_DIR)


def ablate_collection(
    *, collection: Collection, encoder_name: str, seeds: Sequence[int] | None = None, report: Reporter = SILENT
) -> dict[str, Any]:
    """What each part of the method buys on this collection's test photos, learning from its others.

    Raises TooFewPhotos, and UnknownEncoder or MissingWeights for the encoder.
    """
    from pipeline.ablation import SEEDS, ablate, task_variants, variants
    from pipeline.evaluation import Truth
    from pipeline.recipe import Recipe
    from predictor.encoders import load_encoder

    encoder = load_encoder(encoder_name)
    rows = list(photos_to_learn_from(collection))
    test = list(collection.photos.filter(split=Split.TEST).order_by("sha256"))
    if not test:
        raise TooFewPhotos(f"“{collection.name}” has no test photos to measure on: import more.")
    photos = _learning_photos(rows, encoder, report)
    latitudes, longitudes = np.array([(photo.latitude, photo.longitude) for photo in test]).T
    return ablate(
        photos,
        _clusters(rows),
        _embeddings(test, encoder, report),
        Truth(latitudes, longitudes, np.full(len(test), "")),
        encoder=encoder,
        collection=collection.name,
        recipes=variants(Recipe(), len(rows)) | task_variants(Recipe(), photos.labels),
        seeds=seeds or SEEDS,
        report=report,
    )


def promote_version(
    *, name: str, user: User | None = None, actor: str = COMMAND_LINE, progress: Progress | None = None
) -> Promotion:
    """Predict every playable photo with this version, then make it the champion. Raises ModelVersion.DoesNotExist."""
    version = ModelVersion.objects.get(name=name)
    return promote(version=version, sha256s=playable_hashes(), user=user, actor=actor, progress=progress)


def evaluate_version(*, version: ModelVersion, collection: Collection, report: Reporter = SILENT) -> Evaluation:
    """How well the version and baselines do on the collection's test photos that it has not learnt from.

    Raises TooFewPhotos, and ArtifactDamaged, OtherWeights, MissingWeights or ImageMissing.
    """
    from pipeline.evaluation import Truth, evaluation, known_to

    artifact = artifact_of(version)
    rows = list(collection.photos.filter(split=Split.TEST).order_by("sha256"))
    looks = np.array([int(photo.perceptual_hash, 16) for photo in rows], np.uint64)
    known = known_to(artifact, np.array([photo.sha256 for photo in rows]), looks) if rows else np.empty(0, bool)
    rows = [photo for photo, seen in zip(rows, known, strict=True) if not seen]
    if not rows:
        raise TooFewPhotos(f"“{collection.name}” has no test photo that {version} does not know: choose another.")
    sha256s = [photo.sha256 for photo in rows]
    predict_images(version=version, sha256s=sha256s, progress=partial(report.progress, phase="Predicting"))
    seen_by = {row.sha256: posterior_of(row) for row in predictions_for(version, sha256s)}
    cells, embeddings = (np.stack(column) for column in zip(*(seen_by[sha256] for sha256 in sha256s), strict=True))
    latitudes, longitudes = np.array([(photo.latitude, photo.longitude) for photo in rows]).T
    truth = Truth(latitudes, longitudes, np.full(len(rows), ""), np.array(sha256s))
    measured = evaluation(artifact, cells, embeddings, truth, report=report)
    return measured.about(model=version.name, collection=collection.name, left_out=int(known.sum()))


def photos_to_learn_from(collection: Collection) -> QuerySet[Photo]:
    """The train and validation photos, by hash. Raises TooFewPhotos."""
    photos = collection.photos.filter(split__in=[Split.TRAIN, Split.VALIDATION]).order_by("sha256")
    if (count := photos.count()) < FEWEST_PHOTOS:
        raise TooFewPhotos(
            f"“{collection.name}” has {count} photos to learn from, and {FEWEST_PHOTOS} are needed: import more."
        )
    return photos


def imported_boundaries(name: str | None) -> BoundarySet | None:
    """The imported set of this name; none for none, which stands for the project's districts. Raises SetMissing."""
    from pipeline.boundary_sets import BoundarySet

    return BoundarySet.load(settings.BOUNDARIES_DIR, name) if name else None


def playable_hashes() -> list[str]:
    """Hashes of every playable photo, oldest first."""
    return list(playable_photos().order_by("pk").values_list("sha256", flat=True))


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


def _learning_photos(rows: list[Photo], encoder: Encoder, report: Reporter) -> Photos:
    from pipeline.learning import Photos
    from pipeline.metadata import metadata_of

    latitudes, longitudes = np.array([(photo.latitude, photo.longitude) for photo in rows]).T
    return Photos(
        _embeddings(rows, encoder, report),
        latitudes,
        longitudes,
        np.array([photo.sha256 for photo in rows]),
        np.array([int(photo.perceptual_hash, 16) for photo in rows], np.uint64),
        metadata_of(latitudes, longitudes, [photo.captured_at for photo in rows], [photo.clues for photo in rows]),
    )


def _embeddings(rows: list[Photo], encoder: Encoder, report: Reporter) -> Embeddings:
    from pipeline.features import cached_embeddings

    sha256s = [photo.sha256 for photo in rows]
    return cached_embeddings(encoder, sha256s, lambda sha256: decode(store.read(sha256)), settings.CACHE_DIR, report)


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
