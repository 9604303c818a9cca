"""The gate before promotion: a version must beat the champion on the same held-out photos."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.db import transaction

from pipeline.models import Collection
from pipeline.photos.selectors import TooFewPhotos
from pipeline.registry.measuring import evaluate_version
from pipeline.support.progress import SILENT, Reporter
from predictor.answers.artifact import ArtifactDamaged
from predictor.geodesy import score
from predictor.models import ModelVersion
from predictor.pictures.store import ImageMissing
from predictor.versions.selectors import champion

FEWEST = 20  # with fewer, the difference of two versions is mostly chance


class NotBetter(ValueError):
    """The version does not beat the champion, or that cannot be measured. Giving a reason overrides this."""


@dataclass(frozen=True)
class Verdict:
    """Mean points of two versions on the same photos, and the difference with its 95 % bootstrap interval."""

    collection: str
    photos: int
    challenger: float
    champion: float
    difference: float
    low: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.challenger:,.0f} points against the champion's {self.champion:,.0f} on {self.photos} photos of "
            f"“{self.collection}” ({self.difference:+,.0f}, 95 % interval {self.low:+,.0f} to {self.high:+,.0f})"
        )


def judge(
    *, version: ModelVersion, collection: Collection | None, reason: str = "", report: Reporter = SILENT
) -> Verdict | None:
    """The verdict on a version to be promoted; None where there is no other champion, or where nothing can be measured.

    ``collection`` defaults to the deciding one, or the one that the version was trained on. Raises NotBetter unless
    there is a ``reason``.
    """
    rival = champion()
    if rival is None or rival == version:
        return None
    verdict = None
    try:
        collection = _test_collection(version, collection)
        verdict = compare(version=version, rival=rival, collection=collection, report=report)
        if verdict.difference <= 0:
            raise NotBetter(f"The version does not beat the champion: {verdict}. To promote it anyway, give a reason.")
    except NotBetter as error:
        if not reason:
            raise
        report.log(f"{error} The reason given: {reason}")
    else:
        report.log(f"The version beats the champion: {verdict}.")
    return verdict


def _test_collection(version: ModelVersion, collection: Collection | None) -> Collection:
    collection = collection or deciding_collection(version)
    if collection is None:
        raise NotBetter("No collection decides: mark one in the workshop, choose one, or give a reason.")
    return collection


def deciding_collection(version: ModelVersion) -> Collection | None:
    """The collection that decides on promotions, else the one that the version was trained on."""
    deciding = Collection.objects.filter(decides=True).first()
    return deciding or Collection.objects.filter(name=version.card.get("collection", "")).first()


def compare(
    *, version: ModelVersion, rival: ModelVersion, collection: Collection, report: Reporter = SILENT
) -> Verdict:
    """Evaluate both versions on test photos of the collection that neither was trained on; stores both measurements.

    Raises NotBetter where there are too few such photos, or where a version cannot be evaluated.
    """
    from pipeline.evaluation.measures import interval
    from predictor.encoders.networks import MissingWeights, UnknownEncoder
    from predictor.versions.services import OtherWeights

    points: list[dict[str, float]] = []
    for contestant in (version, rival):
        try:
            measured = evaluate_version(version=contestant, collection=collection, report=report)
        except TooFewPhotos:
            points.append({})
        except (ArtifactDamaged, ImageMissing, MissingWeights, OtherWeights, UnknownEncoder) as error:
            raise NotBetter(f"{contestant} cannot be measured, so nothing decides without a reason. {error}") from error
        else:
            assert measured.truth.names is not None
            points.append(dict(zip(measured.truth.names.tolist(), score(measured.distances_km).tolist(), strict=True)))
    common = sorted(points[0].keys() & points[1].keys())
    if len(common) < FEWEST:
        raise NotBetter(
            f"“{collection}” has {len(common)} test photos that neither version knows, and {FEWEST} are needed: choose "
            "another collection, or give a reason."
        )
    ours, theirs = (np.array([row[sha256] for sha256 in common]) for row in points)
    low, high = interval(ours - theirs)
    means = float(ours.mean()), float(theirs.mean())
    return Verdict(collection.name, len(common), *means, means[0] - means[1], low, high)


@transaction.atomic
def set_deciding_collection(*, collection: Collection | None) -> None:
    """Let this collection's test photos decide on promotions; None: those of each version's training collection."""
    Collection.every.filter(decides=True).update(decides=False)  # including the bin, as only one row may decide
    if collection:
        collection.decides = True
        collection.save(update_fields=["decides"])
