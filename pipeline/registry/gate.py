"""Whether a version may take over: it must beat the champion on photos set aside for that, the same for both."""

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

FEWEST = 20  # photos; below, the better one of two is a matter of luck


class NotBetter(ValueError):
    """The version does not beat the champion, or that cannot be measured; with a reason it may serve all the same."""


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
    """The verdict on a version that is to serve; None where nothing serves, or where nothing can be measured.

    Without ``collection`` the deciding one is taken, or the one that the version learnt from. Raises NotBetter unless
    there is a ``reason``.
    """
    serving = champion()
    if serving is None or serving == version:
        return None
    verdict = None
    try:
        verdict = compare(version=version, serving=serving, collection=_chosen(version, collection), report=report)
        if verdict.difference <= 0:
            raise NotBetter(f"It does not beat the champion: {verdict}. Give a reason if it is to serve all the same.")
    except NotBetter as error:
        if not reason:
            raise
        report.log(f"{error} The reason given: {reason}")
    else:
        report.log(f"It beats the champion: {verdict}.")
    return verdict


def _chosen(version: ModelVersion, collection: Collection | None) -> Collection:
    chosen = collection or deciding_collection(version)
    if chosen is None:
        raise NotBetter("No collection decides: mark one in the workshop, choose one, or give a reason.")
    return chosen


def deciding_collection(version: ModelVersion) -> Collection | None:
    """The collection that decides on promotions, else the one that the version learnt from."""
    decides = Collection.objects.filter(decides=True).first()
    return decides or Collection.objects.filter(name=version.card.get("collection", "")).first()


def compare(
    *, version: ModelVersion, serving: ModelVersion, collection: Collection, report: Reporter = SILENT
) -> Verdict:
    """Both on the collection's test photos that neither has learnt from; both measurements are kept.

    Raises NotBetter where those photos are too few, or where one of the two cannot look at them.
    """
    from pipeline.evaluation.measures import interval
    from predictor.encoders.networks import MissingWeights, UnknownEncoder
    from predictor.versions.services import OtherWeights

    points: list[dict[str, float]] = []
    for one in (version, serving):
        try:
            measured = evaluate_version(version=one, collection=collection, report=report)
        except TooFewPhotos:
            points.append({})
        except (ArtifactDamaged, ImageMissing, MissingWeights, OtherWeights, UnknownEncoder) as error:
            raise NotBetter(f"{one} cannot be measured, so nothing decides without a reason. {error}") from error
        else:
            assert measured.truth.names is not None
            points.append(dict(zip(measured.truth.names.tolist(), score(measured.distances_km).tolist(), strict=True)))
    fair = sorted(points[0].keys() & points[1].keys())
    if len(fair) < FEWEST:
        raise NotBetter(
            f"“{collection}” has {len(fair)} test photos that neither version knows, and {FEWEST} are needed: choose "
            "another collection, or give a reason."
        )
    ours, theirs = (np.array([row[sha256] for sha256 in fair]) for row in points)
    low, high = interval(ours - theirs)
    means = float(ours.mean()), float(theirs.mean())
    return Verdict(collection.name, len(fair), *means, means[0] - means[1], low, high)


@transaction.atomic
def let_decide(*, collection: Collection | None) -> None:
    """This collection's test photos decide on promotions from now on; without one, those a version came from do."""
    Collection.every.filter(decides=True).update(decides=False)  # also one in the bin, as there can be one only
    if collection:
        collection.decides = True
        collection.save(update_fields=["decides"])
