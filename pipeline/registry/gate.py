"""Whether a version may take over: it must beat the champion on photos set aside for that, the same for both."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from pipeline.models import Collection, Photo, Split
from pipeline.reporting import SILENT, Reporter
from predictor.geodesy import Floats, haversine_km, positions, score
from predictor.models import ModelVersion
from predictor.selectors import artifact_of, champion, posterior_of, predictions_for
from predictor.services import predict_images

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
    chosen = collection or deciding_collection(version)
    try:
        if chosen is None:
            raise NotBetter("No collection decides: mark one in the workshop, choose one, or give a reason.")
        verdict = compare(version=version, serving=serving, collection=chosen, report=report)
        if verdict.difference <= 0:
            raise NotBetter(f"It does not beat the champion: {verdict}. Give a reason if it is to serve all the same.")
    except NotBetter as error:
        if not reason:
            raise
        report.log(f"{error} The reason given: {reason}")
        return None if chosen is None else _verdict_or_none(version, serving, chosen)
    report.log(f"It beats the champion: {verdict}.")
    return verdict


def deciding_collection(version: ModelVersion) -> Collection | None:
    """The collection that decides on promotions, else the one that the version learnt from."""
    decides = Collection.objects.filter(decides=True).first()
    return decides or Collection.objects.filter(name=version.card.get("collection", "")).first()


def compare(
    *, version: ModelVersion, serving: ModelVersion, collection: Collection, report: Reporter = SILENT
) -> Verdict:
    """Both on the collection's test photos that neither has learnt from. Raises NotBetter where those are too few."""
    from pipeline.evaluation import known_to
    from pipeline.measures import interval

    rows = list(collection.photos.filter(split=Split.TEST).order_by("sha256"))
    hashes = np.array([photo.sha256 for photo in rows])
    looks = np.array([int(photo.perceptual_hash, 16) for photo in rows], np.uint64)
    strange = np.ones(len(rows), bool)
    for one in (version, serving):
        if rows:
            strange &= ~known_to(artifact_of(one), hashes, looks)
    fair = [photo for photo, unseen in zip(rows, strange, strict=True) if unseen]
    if len(fair) < FEWEST:
        raise NotBetter(
            f"“{collection}” has {len(fair)} test photos that neither version knows, and {FEWEST} are needed: choose "
            "another collection, or give a reason."
        )
    ours, theirs = (_points(one, fair, report) for one in (version, serving))
    low, high = interval(ours - theirs)
    means = float(ours.mean()), float(theirs.mean())
    return Verdict(collection.name, len(fair), *means, means[0] - means[1], float(low), float(high))


def _verdict_or_none(version: ModelVersion, serving: ModelVersion, collection: Collection) -> Verdict | None:
    try:
        return compare(version=version, serving=serving, collection=collection)
    except NotBetter:
        return None


def _points(version: ModelVersion, photos: list[Photo], report: Reporter) -> Floats:
    """Unrounded points (N,) on India's scale."""
    from pipeline.evaluation import answer

    hashes = [photo.sha256 for photo in photos]
    predict_images(version=version, sha256s=hashes, progress=partial(report.progress, phase=f"Predicting: {version}"))
    seen = {row.sha256: posterior_of(row) for row in predictions_for(version, hashes)}
    cells, embeddings = (np.stack(column) for column in zip(*(seen[sha256] for sha256 in hashes), strict=True))
    latitudes, longitudes = positions(answer(artifact_of(version), cells, embeddings, report).guesses)
    truth = np.array([(photo.latitude, photo.longitude) for photo in photos])
    return score(haversine_km(truth[:, 0], truth[:, 1], latitudes, longitudes))
