"""Registering versions, predicting pictures, promoting versions, forgetting training photos."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.db import transaction
from PIL import Image

from predictor.answers.artifact import Artifact, ArtifactDamaged, load_artifact, verify
from predictor.models import ModelVersion, Prediction, Promotion, Takeover
from predictor.pictures import store
from predictor.pictures.images import UnreadableImage, decode
from predictor.pictures.picture_views import views_of
from predictor.seeing.effects import StoredClues, clues_in, to_stored
from predictor.versions.selectors import artifact_of, champion, serving_version, training_hashes

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from predictor.encoders.encoder import Encoder, Input
    from predictor.seeing.detector import Detector

logger = logging.getLogger(__name__)

COMMAND_LINE = "command line"
PLACEHOLDER = Image.new("RGB", (32, 32))  # stands in for a picture that cannot be taken; its prediction is dropped

Progress = Callable[[int, int], None]  # done, total


class OtherWeights(RuntimeError):
    """The encoder on this machine is not the one the version was trained with."""


def register_version(*, folder: Path) -> ModelVersion:
    """Create or update the row of the version in this folder of MODELS_DIR. Raises ArtifactDamaged."""
    manifest = verify(folder)
    card = load_artifact(folder, manifest).card
    version, _ = ModelVersion.objects.update_or_create(
        name=folder.name, defaults={"encoder": card["encoder"], "manifest_sha256": manifest, "card": card}
    )
    return version


def encoder_of(artifact: Artifact) -> Encoder:
    """The version's encoder. Raises OtherWeights, MissingWeights or UnknownEncoder when it is not here."""
    from predictor.encoders.loading import load_encoder
    from predictor.encoders.networks import is_network_of

    encoder = load_encoder(artifact.encoder)
    if not is_network_of(encoder, artifact.card.get("encoder_identity", "")):
        raise OtherWeights(
            f"{encoder.name} is another network now than the one this version was trained with: train it again."
        )
    if encoder.weights_sha256 != artifact.card["encoder_sha256"]:
        raise OtherWeights(
            f"The weights of {encoder.name} are not those this version was trained with: train it again, or put the "
            "former weights back."
        )
    return encoder


def posteriors(artifact: Artifact, images: Iterable[Image.Image]) -> tuple[np.ndarray, np.ndarray]:
    """Cell probabilities (N, C) and projected embeddings (N, d) of pictures. Raises as `encoder_of`."""
    return posteriors_of_views(artifact, (views_of(image) for image in images))


def posteriors_of_views(artifact: Artifact, groups: Iterable[Sequence[Image.Image]]) -> tuple[np.ndarray, np.ndarray]:
    """Cell probabilities (N, C) and projected embeddings (N, d) of N groups of views, each group of one place.

    Raises as `encoder_of`.
    """
    return posteriors_of_embeddings(artifact, encoder_of(artifact).encode_views(groups))


def posteriors_of_embeddings(artifact: Artifact, raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cell probabilities (N, C) and projected embeddings (N, d) of an encoder's embeddings (N, r)."""
    embeddings = artifact.heads.project(raw)
    return artifact.heads.posterior(embeddings, artifact.calibration.temperature), embeddings


def predict_images(*, version: ModelVersion, sha256s: Iterable[str], progress: Progress | None = None) -> int:
    """Predict the stored images that this version has no prediction for, and return how many it predicted.

    Predictions are stored batch by batch, so that an interrupted run can be continued. An image that is missing or
    cannot be read is named in the log and skipped.
    """
    predicted = set(Prediction.objects.filter(version=version).values_list("sha256", flat=True))
    missing = [sha256 for sha256 in dict.fromkeys(sha256s) if sha256 not in predicted]
    if not missing:
        return 0
    artifact, done = artifact_of(version), 0
    encoder = encoder_of(artifact)
    detector = detector_for(encoder)
    skipped: set[str] = set()
    inputs: dict[str, Input] = {}  # in which clues are looked for

    def read_views(sha256: str) -> Sequence[Image.Image]:
        try:
            views = views_of(decode(store.read(sha256)))
            if detector and len(views) == 1:
                inputs[sha256] = encoder.input_of(views[0])
                return [Image.fromarray(inputs[sha256].window)]
            return views
        except (UnreadableImage, store.ImageMissing) as error:
            logger.warning("No prediction for the image %s: %s", sha256, error)
            skipped.add(sha256)
            return [PLACEHOLDER]

    for part in encoder.stream(missing, read_views):
        cells, embeddings = posteriors_of_embeddings(artifact, part)
        batch = missing[done : done + len(part)]
        kept = [index for index, sha256 in enumerate(batch) if sha256 not in skipped]
        hashes = [batch[index] for index in kept]
        clues = clues_of(
            detector, artifact, encoder, {sha256: inputs.pop(sha256) for sha256 in hashes if sha256 in inputs}
        )
        store_predictions(version, hashes, cells[kept], embeddings[kept], [clues.get(sha256) for sha256 in hashes])
        done += len(part)
        if progress:
            progress(done, len(missing))
    return len(missing) - len(skipped)


def detector_for(encoder: Encoder) -> Detector | None:
    """What finds clues in pictures for versions with this encoder, if anything does: predictions need none."""
    from predictor.seeing.detector import detector_of

    try:
        return detector_of(encoder)
    except Exception:
        logger.exception("The detector of clues for %s cannot be loaded.", encoder.name)
        return None


def clues_of(
    detector: Detector | None, artifact: Artifact, encoder: Encoder, inputs: Mapping[str, Input]
) -> dict[str, StoredClues]:
    """The clues in pictures, by their names, with their effects; a panorama or very wide picture has no one input.

    None for any without a detector and where they cannot be found: an answer without clues is better than none. After a
    failure the pictures are tried in halves, so that one which fails costs no other its clues.
    """
    if not detector or not inputs:
        return {}
    try:
        found = clues_in(detector, artifact, encoder, list(inputs.values()))
    except Exception:
        names = list(inputs)
        if len(names) > 1:
            halves = names[: len(names) // 2], names[len(names) // 2 :]
            first, second = (
                clues_of(detector, artifact, encoder, {name: inputs[name] for name in half}) for half in halves
            )
            return first | second
        logger.exception("No clues for the image %s.", names[0])
        return {}
    return {name: to_stored(clues) for name, clues in zip(inputs, found, strict=True)}


def known_clues(version: ModelVersion, sha256s: Iterable[str]) -> dict[str, StoredClues]:
    """The clues of images in which this version has looked for them."""
    looked_at = Prediction.objects.filter(version=version, sha256__in=list(sha256s), clues__isnull=False)
    return {prediction.sha256: prediction.clues or [] for prediction in looked_at.only("sha256", "clues")}


def store_predictions(
    version: ModelVersion,
    sha256s: list[str],
    cells: np.ndarray,
    embeddings: np.ndarray,
    clues: Sequence[StoredClues | None],
) -> None:
    """Store a version's predictions for images. Of those that are stored already only missing clues are added."""
    Prediction.objects.bulk_create(
        [
            Prediction(
                version=version,
                sha256=sha256,
                posterior=float16_bytes(row),
                embedding=float16_bytes(embedding),
                clues=seen,
            )
            for sha256, row, embedding, seen in zip(sha256s, cells, embeddings, clues, strict=True)
        ],
        ignore_conflicts=True,
    )
    found = {sha256: seen for sha256, seen in zip(sha256s, clues, strict=True) if seen is not None}
    for prediction in Prediction.objects.filter(version=version, sha256__in=found, clues__isnull=True):
        prediction.clues = found[prediction.sha256]
        prediction.save(update_fields=["clues"])


def float16_bytes(row: np.ndarray) -> bytes:
    """A row of numbers as float16 bytes."""
    return row.astype(np.float16).tobytes()


def promote(
    *,
    version: ModelVersion,
    sha256s: Iterable[str],
    collection: str = "",
    kept: Iterable[str] = (),
    user: User | None = None,
    actor: str = COMMAND_LINE,
    reason: str = "",
    figures: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> Promotion:
    """Make this version the champion, or let it take over the collection with this slug.

    First it predicts all of these images, so that no game waits for a prediction. A collection that the champion takes
    over follows the site's default again. Where the champion changes, collections ``kept`` stay with the former one.
    """
    predict_images(version=version, sha256s=sha256s, progress=progress)
    with transaction.atomic():
        if not collection:
            previous = champion()
            ModelVersion.objects.filter(is_champion=True).update(is_champion=False)
            ModelVersion.objects.filter(pk=version.pk).update(is_champion=True)
            version.is_champion = True
            if previous and previous != version:
                Takeover.objects.bulk_create(Takeover(collection=slug, version=previous) for slug in kept)
        else:
            previous = serving_version(collection)
            Takeover.objects.filter(collection=collection).delete()
            if version != champion():
                Takeover.objects.create(collection=collection, version=version)
        return Promotion.objects.create(
            collection=collection,
            version=version,
            previous=previous,
            promoted_by=user,
            actor=user.get_username() if user else actor,
            reason=reason[:300],
            figures=figures or {},
        )


def set_title(*, version: ModelVersion, title: str) -> None:
    """Give the version the title that players read; an empty one means its default. Raises ValidationError."""
    version.title = title.strip()
    version.clean_fields(exclude=[field.name for field in version._meta.fields if field.name != "title"])
    version.save(update_fields=["title"])


def forget_images(*, sha256s: Collection[str]) -> list[ModelVersion]:
    """Delete pictures from the galleries of all versions, and their predictions.

    Returns the versions that were trained on them. These are flagged (``forgotten``), as their weights still depend on
    the pictures.
    """
    Prediction.objects.filter(sha256__in=sha256s).delete()
    flagged = []
    for version in ModelVersion.objects.all():
        try:
            training_photos = sorted(set(sha256s) & training_hashes(version))
        except ArtifactDamaged:
            continue  # a gallery that cannot be loaded is shown nowhere
        if not training_photos:
            continue
        folder = version_folder(version.name)
        with (
            tempfile.TemporaryDirectory(prefix="unfinished-", dir=settings.MODELS_DIR) as temporary,
            transaction.atomic(),
        ):
            manifest = artifact_of(version).without(frozenset(training_photos)).save(Path(temporary) / "new")
            version.manifest_sha256, version.forgotten = manifest, [*version.forgotten, *training_photos]
            version.save(update_fields=["manifest_sha256", "forgotten"])
            folder.rename(Path(temporary) / "old")
            (Path(temporary) / "new").rename(folder)
        flagged.append(version)
    return flagged


def version_folder(name: str) -> Path:
    """The folder of the artifact of a version with this name."""
    return settings.MODELS_DIR / name
