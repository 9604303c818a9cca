"""Evaluates versions on photos that they were not trained on, and stores the measurements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.models import Collection, Measurement, Photo
from pipeline.photos.selectors import MEASURABLE, TooFewPhotos, about_unreviewed, measurable_photos
from pipeline.scenes.prop import Clue
from pipeline.scenes.sightings import seen_name
from pipeline.support.progress import SILENT, Reporter
from predictor.geodesy import positions, score
from predictor.models import ModelVersion
from predictor.pictures import store
from predictor.pictures.covering import Box, within
from predictor.pictures.images import decode
from predictor.reading.store import matches_in
from predictor.seeing.effects import SeenClue, clues_in, from_stored
from predictor.versions.selectors import artifact_of, posterior_of, predictions_for
from predictor.versions.services import predict_images

if TYPE_CHECKING:
    from pipeline.evaluation.clues import AuditedScene
    from pipeline.evaluation.evaluate import Evaluation


def evaluate_version(
    *, version: ModelVersion, collection: Collection, unreviewed: bool = False, report: Reporter = SILENT
) -> Evaluation:
    """Evaluate a version and baselines on test photos of a collection that it was not trained on; stores a measurement.

    Clues that were looked for in drawn scenes are audited, too. The photos are approved ones; with ``unreviewed`` also
    those that wait for a review. Raises TooFewPhotos, and ArtifactDamaged, OtherWeights, MissingWeights or
    ImageMissing.
    """
    from pipeline.evaluation.clues import audit
    from pipeline.evaluation.evaluate import Truth, evaluation, known_to

    artifact = artifact_of(version)
    rows = list(measurable_photos(collection, unreviewed=unreviewed))
    waiting = about_unreviewed(collection, MEASURABLE, used=unreviewed)
    if waiting:
        report.log(waiting)
    looks = np.array([int(photo.perceptual_hash, 16) for photo in rows], np.uint64)
    known = known_to(artifact, np.array([photo.sha256 for photo in rows]), looks) if rows else np.empty(0, bool)
    rows = [photo for photo, is_known in zip(rows, known, strict=True) if not is_known]
    if not rows:
        raise TooFewPhotos(
            f"“{collection.name}” has no test photo that {version} does not know: choose another. {waiting}".rstrip()
        )
    sha256s = [photo.sha256 for photo in rows]
    predict_images(version=version, sha256s=sha256s, progress=partial(report.progress, phase="Predicting"))
    predictions = {row.sha256: row for row in predictions_for(version, sha256s)}
    posteriors = {sha256: posterior_of(row) for sha256, row in predictions.items()}
    cells, embeddings = (np.stack(column) for column in zip(*(posteriors[sha256] for sha256 in sha256s), strict=True))
    latitudes, longitudes = np.array([(photo.latitude, photo.longitude) for photo in rows]).T
    truth = Truth(latitudes, longitudes, np.full(len(rows), ""), np.array(sha256s))
    matches = list(map(matches_in(sha256s).get, sha256s, [()] * len(sha256s))) if artifact.trusts else []
    measured = evaluation(artifact, cells, embeddings, truth, matches=matches, report=report)
    scenes = [
        _audited(photo, from_stored(clues))
        for photo in rows
        if photo.clues and (clues := predictions[photo.sha256].clues) is not None
    ]
    if scenes:
        measured = measured.about(clues=audit(scenes))
    store_measurement(version=version, collection=collection, measured=measured)
    return measured.about(model=version.name, collection=collection.name, left_out=int(known.sum()))


def evaluate_reasons_of(
    *,
    version: ModelVersion,
    collection: Collection,
    limit: int,
    unreviewed: bool = False,
    report: Reporter = SILENT,
) -> dict[str, Any]:
    """How faithful the version's reasons are on the collection's test photos, whose clues need not be known.

    The photos are those of `evaluate_version`, and also those that the version knows. Raises TooFewPhotos,
    NoExplanation, and as `encoder_of` or ArtifactDamaged.
    """
    from pipeline.evaluation.faithfulness import PictureWithClues, evaluate_reasons
    from predictor.versions.services import encoder_of

    artifact = artifact_of(version)
    rows = list(measurable_photos(collection, unreviewed=unreviewed)[:limit])
    _announce(rows, collection, "no test photos to measure reasons on", unreviewed, report)
    pictures = (
        PictureWithClues(decode(store.read(photo.sha256)), [box for _, box in _clues_left(photo)]) for photo in rows
    )
    return evaluate_reasons(artifact, encoder_of(artifact), pictures, len(rows), report)


def evaluate_clues_of(
    *,
    version: ModelVersion,
    collection: Collection,
    limit: int,
    unreviewed: bool = False,
    report: Reporter = SILENT,
) -> dict[str, Any]:
    """What the version sees in the collection's drawn scenes, beside the clues that these are known to hold.

    The scenes are test photos as in `evaluate_version`, and also those that the version knows. Raises TooFewPhotos,
    NoDetector, and as `encoder_of` or ArtifactDamaged.
    """
    from pipeline.evaluation.clues import NoDetector, audit
    from predictor.versions.services import detector_for, encoder_of

    artifact = artifact_of(version)
    encoder = encoder_of(artifact)
    detector = detector_for(encoder)
    if detector is None:
        raise NoDetector(
            f"{version} names no clues: there is no detector for {encoder.name} with these weights. Measure a version "
            "of the starter encoder, or make a detector: for the starter with manage.py train_starter, for another "
            "vision transformer with manage.py train_clue_head."
        )
    rows = list(measurable_photos(collection, unreviewed=unreviewed).exclude(clues=[])[:limit])
    lacking = "no test photo with known clues, which only drawn scenes have"
    _announce(rows, collection, lacking, unreviewed, report)
    scenes: list[AuditedScene] = []
    for photo in rows:
        report.progress(len(scenes), len(rows), "Looking for clues")
        picture = encoder.input_of(decode(store.read(photo.sha256)))
        scenes.append(_audited(photo, clues_in(detector, artifact, encoder, [picture])[0]))
    report.progress(len(scenes), len(rows), "Looking for clues")
    return audit(scenes)


def _announce(rows: Sequence[Photo], collection: Collection, lacking: str, unreviewed: bool, report: Reporter) -> None:
    """Tell of photos that wait for a review. Raises TooFewPhotos where there is nothing to measure."""
    waiting = about_unreviewed(collection, MEASURABLE, used=unreviewed)
    if waiting:
        report.log(waiting)
    if not rows:
        raise TooFewPhotos(f"“{collection.name}” has {lacking}. {waiting}".rstrip())


def _audited(photo: Photo, named: Sequence[SeenClue]) -> AuditedScene:
    from pipeline.evaluation.clues import AuditedScene

    known: dict[str, list[Box]] = {}
    for clue, box in _clues_left(photo):
        if name := seen_name(clue):
            known.setdefault(name, []).append(box)
    return AuditedScene(known, named)


def _clues_left(photo: Photo) -> list[tuple[Clue, Box]]:
    """The known clues that a crop has left, with their boxes on the stored picture."""
    clues = [Clue(clue["kind"], clue["meaning"], tuple(clue["box"])) for clue in photo.clues if clue.get("box")]
    return [(clue, box) for clue in clues if (box := within(clue.box, photo.crop))]


def store_measurement(*, version: ModelVersion, collection: Collection, measured: Evaluation) -> Measurement:
    """Store an evaluation whose photos are named by their hashes, with the points and the guess of each photo."""
    assert measured.truth.names is not None
    columns = (score(measured.distances_km), measured.distances_km, *positions(measured.answers.guesses))
    rows = np.round(np.column_stack(columns), 4).tolist()
    photos = dict(zip(measured.truth.names.tolist(), rows, strict=True))
    return Measurement.objects.create(
        version=version,
        collection=collection,
        collection_name=collection.name,
        figures=measured.figures,
        photos=photos,
    )
