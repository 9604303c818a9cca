"""Services that train a version, fine-tune an encoder or run the ablation on a collection."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings

from pipeline.models import Collection, Photo, Split
from pipeline.photos.makers import maker
from pipeline.photos.selectors import (
    FEWEST_PHOTOS,
    LEARNABLE,
    TooFewPhotos,
    about_unreviewed,
    measurable_photos,
    photos_to_learn_from,
)
from pipeline.photos.splits import place_clusters
from pipeline.support.progress import SILENT, Reporter
from pipeline.training.getting import weights_at_hand
from predictor.encoders import tuned as tuned_encoders
from predictor.models import ModelVersion
from predictor.pictures import store
from predictor.pictures.images import decode
from predictor.reading.store import matches_in
from predictor.versions.selectors import artifact_of, posterior_of, predictions_for, training_hashes
from predictor.versions.services import predict_images, register_version, version_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.boundary_sets.sets import BoundarySet
    from pipeline.training.finetuning import Schedule
    from pipeline.training.learning import Photos
    from pipeline.training.recipe import Recipe
    from predictor.answers.artifact import Artifact
    from predictor.encoders.encoder import Encoder
    from predictor.network.heads import Embeddings

SEED = 2026
SUITED = ""  # in the place of an encoder's name: the one that suits the collection
DRAWN_ENCODER = "starter_vit"


class EncoderHasSeenPhotos(ValueError):
    """A fine-tuned encoder has learnt from photos that would be used for tuning or testing."""


def photograph_encoder() -> str:
    """The best encoder for photographs that has its weights on this machine."""
    return "vit_b16" if weights_at_hand() else "efficientnet_lite0"


def suited_encoder(collection: Collection) -> str:
    """The encoder for what the collection holds: drawn scenes or photographs."""
    return DRAWN_ENCODER if collection.illustrated else photograph_encoder()


def train_version(
    *,
    collection: Collection,
    encoder_name: str = SUITED,
    seed: int = SEED,
    boundaries: str | None = None,
    recipe: Recipe | None = None,
    unreviewed: bool = False,
    report: Reporter = SILENT,
) -> ModelVersion:
    """A new version trained on the collection's train and validation photos; if cancelled, nothing is left of it.

    A fine-tuned encoder has seen the train photos: then the validation photos are used for tuning only.
    ``boundaries`` names the imported set that geocells start from. Raises TooFewPhotos, SetMissing for the boundaries,
    and EncoderHasSeenPhotos, UnknownEncoder or MissingWeights for the encoder.
    """
    from pipeline.training.folds import folds_of_makers, groups_of_makers
    from pipeline.training.train import train_artifact

    encoder = _encoder(encoder_name, collection, report)
    rows = _photos(collection, unreviewed, report)
    training_count, makers, clusters = None, _makers(rows), _clusters(rows)
    if encoder.training_hashes:
        training_count = _train_photos_first(rows, encoder)
        folds = [(np.arange(training_count), np.arange(training_count, len(rows)))]
    else:
        folds = folds_of_makers(makers, clusters, seed)
    artifact = train_artifact(
        _learning_photos(rows, encoder, report),
        folds,
        groups=groups_of_makers(makers, clusters),
        encoder=encoder,
        collection=collection.name,
        seed=seed,
        recipe=recipe,
        training_count=training_count,
        boundaries=imported_boundaries(boundaries),
        report=report,
    )
    report.check()
    return _register(artifact, f"{collection.slug}-{_slug(encoder.name)}", report.folder or settings.CACHE_DIR)


def teach_reading(
    *, version: ModelVersion, collection: Collection, unreviewed: bool = False, report: Reporter = SILENT
) -> ModelVersion:
    """A new version that differs from this one only in how far it trusts texts in pictures, fitted to the collection's
    test photos that it does not know and whose texts have been read; circles and levels follow.

    Raises TooFewPhotos, ArtifactDamaged, and as `encoder_of`.
    """
    from pipeline.evaluation.evaluate import Truth
    from pipeline.training.heeding import heeding

    artifact = artifact_of(version)
    photos = list(measurable_photos(collection, unreviewed=unreviewed))
    known = training_hashes(version)
    read = matches_in([photo.sha256 for photo in photos if photo.sha256 not in known])
    rows = [photo for photo in photos if photo.sha256 in read]
    if len(rows) < FEWEST_PHOTOS:
        raise TooFewPhotos(
            f"“{collection.name}” has {len(rows)} test photos that were read and that {version} does not know; "
            f"{FEWEST_PHOTOS} are needed. Read them first: manage.py read_pictures."
        )
    sha256s = [photo.sha256 for photo in rows]
    predict_images(version=version, sha256s=sha256s, progress=partial(report.progress, phase="Predicting"))
    posteriors = {row.sha256: posterior_of(row) for row in predictions_for(version, sha256s)}
    cells, embeddings = (np.stack(column) for column in zip(*(posteriors[sha256] for sha256 in sha256s), strict=True))
    latitudes, longitudes = np.array([(photo.latitude, photo.longitude) for photo in rows]).T
    truth = Truth(latitudes, longitudes, np.full(len(rows), ""))
    taught = heeding(artifact, cells, embeddings, [read[sha256] for sha256 in sha256s], truth)
    card = {**artifact.card, "reading": {"collection": collection.name, "photos": len(rows)}}
    return _register(replace(taught, card=card), f"{version.name}-reading", report.folder or settings.CACHE_DIR)


def finetune_encoder(
    *,
    collection: Collection,
    encoder_name: str = SUITED,
    schedule: Schedule,
    unreviewed: bool = False,
    report: Reporter = SILENT,
) -> tuple[str, dict[str, Any]]:
    """Fine-tune an encoder on the collection's train photos, with early stopping on its validation photos.

    Returns the name and figures of the new encoder. An interrupted run resumes from its checkpoint. Raises
    TooFewPhotos, NothingGained, NothingToTune, and EncoderHasSeenPhotos, UnknownEncoder or MissingWeights for the
    encoder.
    """
    from pipeline.training.finetuning import finetune, first_before_others, rank

    encoder = _encoder(encoder_name, collection, report)
    if encoder.training_hashes:
        raise EncoderHasSeenPhotos(f"{encoder.name} is fine-tuned already: start from the encoder it came from.")
    rows = _photos(collection, unreviewed, report)
    parts = [[photo for photo in rows if photo.split == split] for split in (Split.TRAIN, Split.VALIDATION)]
    if min(map(len, parts)) < FEWEST_PHOTOS:
        raise TooFewPhotos(
            f"“{collection.name}” has {len(parts[0])} train and {len(parts[1])} validation photos, and {FEWEST_PHOTOS} "
            "of each are needed: import more."
        )
    with first_before_others():
        train, validation = (_learning_photos(part, encoder, report) for part in parts)
    folder = report.folder or settings.CACHE_DIR
    checkpoint = folder / f"finetuning-{collection.slug}-{_slug(encoder.name)}.pt"
    result = finetune(
        encoder,
        train,
        validation,
        lambda sha256: decode(store.read(sha256)),
        schedule,
        checkpoint=checkpoint,
        report=report,
    )
    stem, number = f"{collection.slug}-{_slug(encoder.name)}", 1
    while (settings.ENCODERS_DIR / f"{stem}-{number}").exists():
        number += 1
    name = f"{stem}-{number}"
    if rank() == 0:
        card = {**result.figures, "collection": collection.name, "data_sha256": train.data_sha256()}
        tuned = tuned_encoders.TunedEncoder(
            encoder.name, asdict(encoder.preparation), sorted(train.sha256.tolist()), card, encoder.identity
        )
        weights = {key: tensor.cpu().numpy() for key, tensor in result.network.state_dict().items()}
        tuned_encoders.save_tuned(settings.ENCODERS_DIR / name, weights, tuned)
        checkpoint.unlink()
    return f"{tuned_encoders.PREFIX}{name}", result.figures


def ablate_collection(
    *,
    collection: Collection,
    encoder_name: str = SUITED,
    seeds: Sequence[int] | None = None,
    parts: Sequence[str] = (),
    unreviewed: bool = False,
    report: Reporter = SILENT,
) -> dict[str, Any]:
    """The ablation table: the effect of each part of the method on photos of makers that a version never met.

    It is made of the collection's train and validation photos. ``parts`` names rows of the table; without names it has
    all. Raises UnknownPart, TooFewPhotos, and EncoderHasSeenPhotos, UnknownEncoder or MissingWeights for the encoder.
    """
    from pipeline.training.ablation import SEEDS, ablate, select_recipes, task_variants, variants
    from pipeline.training.recipe import Recipe

    encoder = _encoder(encoder_name, collection, report)
    if encoder.training_hashes:
        raise EncoderHasSeenPhotos(
            f"{encoder.name} is fine-tuned and knows photos that the table would choose on: ablate what it came from."
        )
    rows = _photos(collection, unreviewed, report)
    photos = _learning_photos(rows, encoder, report)
    return ablate(
        photos,
        _makers(rows),
        _clusters(rows),
        encoder=encoder,
        collection=collection.name,
        recipes=select_recipes(variants(Recipe(), len(rows)) | task_variants(Recipe(), photos.labels), parts),
        seeds=seeds or SEEDS,
        report=report,
    )


def imported_boundaries(name: str | None) -> BoundarySet | None:
    """The imported set of this name; None without a name, for the project's districts. Raises SetMissing."""
    from pipeline.boundary_sets.sets import BoundarySet

    return BoundarySet.load(settings.BOUNDARIES_DIR, name) if name else None


def _encoder(name: str, collection: Collection, report: Reporter) -> Encoder:
    """The encoder of this name, or the one that suits the collection, which is written to the log."""
    from predictor.encoders.loading import load_encoder

    if name == SUITED:
        name = suited_encoder(collection)
        content = "drawn scenes" if collection.illustrated else "photographs"
        report.log(f"Encoder: {name}, as “{collection.name}” holds {content}.")
    return load_encoder(name)


def _register(artifact: Artifact, stem: str, temporary_parent: Path) -> ModelVersion:
    """Register the artifact as a version named after ``stem``; if that fails, no files are left among the models."""
    temporary_parent.mkdir(parents=True, exist_ok=True)
    settings.MODELS_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="unfinished-", dir=temporary_parent) as unfinished:
        artifact.save(Path(unfinished) / "artifact")
        folder = version_folder(_free_name(stem))
        (Path(unfinished) / "artifact").rename(folder)
    try:
        return register_version(folder=folder)
    except BaseException:
        shutil.rmtree(folder)
        raise


def _learning_photos(rows: list[Photo], encoder: Encoder, report: Reporter) -> Photos:
    from pipeline.metadata import metadata_of
    from pipeline.training.features import average_by_group
    from pipeline.training.learning import Photos

    latitudes, longitudes = np.array([(photo.latitude, photo.longitude) for photo in rows]).T
    return Photos(
        average_by_group(_embeddings(rows, encoder, report), [photo.view_group for photo in rows]),
        latitudes,
        longitudes,
        np.array([photo.sha256 for photo in rows]),
        np.array([int(photo.perceptual_hash, 16) for photo in rows], np.uint64),
        metadata_of(latitudes, longitudes, [photo.captured_at for photo in rows], [photo.clues for photo in rows]),
        _matches(rows, report),
    )


def _matches(rows: list[Photo], report: Reporter) -> NDArray[np.object_]:
    """What was read in each photo; the log says how many nobody has read."""
    from pipeline.training.trusting import as_array

    read = matches_in([photo.sha256 for photo in rows])
    if unread := len(rows) - len(read):
        report.log(f"Texts in {unread} photos have not been read: what they say is not learnt from.")
    return as_array([read.get(photo.sha256, ()) for photo in rows])


def _embeddings(rows: list[Photo], encoder: Encoder, report: Reporter) -> Embeddings:
    from pipeline.training.features import cached_embeddings

    sha256s = [photo.sha256 for photo in rows]
    return cached_embeddings(encoder, sha256s, lambda sha256: decode(store.read(sha256)), settings.CACHE_DIR, report)


def _makers(rows: list[Photo]) -> list[str]:
    return [maker(photo.author, photo.sequence_id, photo.source) for photo in rows]


def _photos(collection: Collection, unreviewed: bool, report: Reporter) -> list[Photo]:
    """The photos to learn from, approved unless ``unreviewed`` ones may be among them. Raises TooFewPhotos."""
    if waiting := about_unreviewed(collection, LEARNABLE, used=unreviewed):
        report.log(waiting)
    return list(photos_to_learn_from(collection, unreviewed=unreviewed))


def _clusters(rows: list[Photo]) -> np.ndarray:
    return place_clusters(
        [photo.latitude for photo in rows],
        [photo.longitude for photo in rows],
        [photo.sequence_id for photo in rows],
        [photo.near_duplicate_group for photo in rows],
        [photo.perceptual_hash for photo in rows],
    )


def _train_photos_first(rows: list[Photo], encoder: Encoder) -> int:
    """Sort the train photos, from which a fine-tuned encoder may have learnt, to the front. Returns how many.

    Raises EncoderHasSeenPhotos if it has learnt from others, or if too few photos are left for tuning.
    """
    rows.sort(key=lambda photo: photo.split != Split.TRAIN)
    train = [photo.sha256 for photo in rows if photo.split == Split.TRAIN]
    if others := len(encoder.training_hashes - set(train)):
        raise EncoderHasSeenPhotos(
            f"{encoder.name} has learnt from {others} photo{'s' if others > 1 else ''} that this collection does not "
            "train on: train it on the collection that it was fine-tuned on."
        )
    if len(rows) - len(train) < FEWEST_PHOTOS:
        raise EncoderHasSeenPhotos(
            f"{encoder.name} is fine-tuned, so that validation photos must choose, and {FEWEST_PHOTOS} are needed."
        )
    return len(train)


def _slug(encoder_name: str) -> str:
    return encoder_name.replace(":", "-").replace(".", "-")


def _free_name(stem: str) -> str:
    """``stem`` with the lowest number that no version has."""
    names = set(ModelVersion.objects.filter(name__startswith=stem).values_list("name", flat=True))
    number = 1
    while f"{stem}-{number}" in names or version_folder(f"{stem}-{number}").exists():
        number += 1
    return f"{stem}-{number}"
