"""The gate before promotion: a version must beat the one that serves, on the same held-out photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.db import transaction

from pipeline.models import Collection
from pipeline.photos.selectors import MEASURABLE, TooFewPhotos, about_unreviewed
from pipeline.registry.measuring import evaluate_version
from pipeline.support.progress import SILENT, Reporter
from predictor.answers.artifact import ArtifactDamaged
from predictor.geodesy import score
from predictor.models import ModelVersion
from predictor.pictures.store import ImageMissing
from predictor.versions.selectors import champion, serving_version

FEWEST = 20  # with fewer, the difference of two versions is mostly chance


class NotBetter(ValueError):
    """The version does not beat what serves, or that cannot be measured. Giving a reason overrides this."""


@dataclass(frozen=True)
class Verdict:
    """Mean points of two versions on the same photos, and the difference with its 95 % bootstrap interval.

    ``champion`` has the points of the ``rival``, the version that serves the collection.
    """

    collection: str
    rival: str
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
            f"{self.challenger:,.0f} points against the {self.champion:,.0f} of {self.rival} on {self.photos} photos "
            f"of “{self.collection}” ({self.difference:+,.0f}, 95 % interval {self.low:+,.0f} to {self.high:+,.0f})"
        )


def judge(
    *,
    version: ModelVersion,
    collections: Sequence[Collection],
    default: bool,
    collection: Collection | None = None,
    unreviewed: bool = False,
    reason: str = "",
    report: Reporter = SILENT,
) -> dict[str, Verdict]:
    """The verdicts on a version that is to serve these collections, by slug; none where it has no rival.

    A version to become the ``default`` must beat the champion on one collection, by default the deciding one or the one
    that it was trained on, and must not be certainly worse on the others. Without that it must beat, on each, the
    version that serves it. Raises NotBetter unless there is a ``reason``.
    """
    rivals = {each: serving_version(each.slug) for each in collections}
    to_beat, faults = set(collections), []
    if default and champion() not in (None, version):
        deciding = collection or deciding_collection(version)
        if deciding is None:
            faults.append("No collection decides: mark one in the workshop, choose one, or give a reason.")
        else:
            rivals, to_beat = {deciding: champion()} | rivals, {deciding}
    verdicts: dict[str, Verdict] = {}
    for each, rival in rivals.items():
        if rival is None or rival == version:
            continue
        try:
            verdict = compare(version=version, rival=rival, collection=each, unreviewed=unreviewed, report=report)
        except NotBetter as error:
            if each in to_beat:
                faults.append(str(error))
            else:
                report.log(str(error))
            continue
        verdicts[each.slug] = verdict
        if each in to_beat and verdict.difference <= 0:
            faults.append(f"The version does not beat {rival}: {verdict}. To promote it anyway, give a reason.")
        elif verdict.high < 0:
            faults.append(f"Play gets worse: {verdict}. Leave this collection out, or give a reason.")
        else:
            report.log(f"The version is {'better' if verdict.difference > 0 else 'not certainly worse'}: {verdict}.")
    if faults and not reason:
        raise NotBetter(" ".join(faults))
    for fault in faults:
        report.log(f"{fault} The reason given: {reason}")
    return verdicts


def deciding_collection(version: ModelVersion) -> Collection | None:
    """The collection that decides on promotions, else the one that the version was trained on."""
    deciding = Collection.objects.filter(decides=True).first()
    return deciding or Collection.objects.filter(name=version.card.get("collection", "")).first()


def compare(
    *,
    version: ModelVersion,
    rival: ModelVersion,
    collection: Collection,
    unreviewed: bool = False,
    report: Reporter = SILENT,
) -> Verdict:
    """Evaluate both versions on test photos of the collection that neither was trained on; stores both measurements.

    The photos are as in `evaluate_version`.

    Raises NotBetter where there are too few such photos, or where a version cannot be evaluated.
    """
    from pipeline.evaluation.measures import interval
    from predictor.encoders.networks import MissingWeights, UnknownEncoder
    from predictor.versions.services import OtherWeights

    points: list[dict[str, float]] = []
    for contestant in (version, rival):
        try:
            measured = evaluate_version(version=contestant, collection=collection, unreviewed=unreviewed, report=report)
        except TooFewPhotos:
            points.append({})
        except (ArtifactDamaged, ImageMissing, MissingWeights, OtherWeights, UnknownEncoder) as error:
            raise NotBetter(f"{contestant} cannot be measured, so nothing decides without a reason. {error}") from error
        else:
            assert measured.truth.names is not None
            points.append(dict(zip(measured.truth.names.tolist(), score(measured.distances_km).tolist(), strict=True)))
    common = sorted(points[0].keys() & points[1].keys())
    if len(common) < FEWEST:
        waiting = about_unreviewed(collection, MEASURABLE, used=unreviewed)
        raise NotBetter(
            f"“{collection}” has {len(common)} test photos that neither version knows, and {FEWEST} are needed: choose "
            f"another collection, or give a reason. {waiting}".rstrip()
        )
    ours, theirs = (np.array([row[sha256] for sha256 in common]) for row in points)
    low, high = interval(ours - theirs)
    means = float(ours.mean()), float(theirs.mean())
    return Verdict(collection.name, str(rival), len(common), *means, means[0] - means[1], low, high)


@transaction.atomic
def set_deciding_collection(*, collection: Collection | None) -> None:
    """Let this collection's test photos decide on promotions; None: those of each version's training collection."""
    Collection.every.filter(decides=True).update(decides=False)  # including the bin, as only one row may decide
    if collection:
        collection.decides = True
        collection.save(update_fields=["decides"])
