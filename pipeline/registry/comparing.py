"""Two versions side by side on the same photos: where one gains and where it loses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from django.db.models import OuterRef, Subquery

from pipeline.evaluation.measures import interval
from pipeline.models import Collection, Measurement, Photo
from predictor.models import ModelVersion

MOST_SHOWN = 12


@dataclass(frozen=True)
class Change:
    """A photo with the points and the error in km of both."""

    photo: Photo
    points: tuple[float, float]
    away_km: tuple[float, float]

    @property
    def gain(self) -> float:
        """Points that the second has more than the first."""
        return self.points[1] - self.points[0]


@dataclass(frozen=True)
class Comparison:
    """The second version against the first: ``states`` are (mean gain, photos) by name."""

    photos: int
    only: tuple[int, int]  # photos that only the first, only the second was measured on
    gain: float
    span: tuple[float, float]
    states: dict[str, tuple[float, int]]
    better: list[Change]
    worse: list[Change]
    counts: tuple[int, int, int]  # better, the same, worse


def latest_measurements() -> dict[int, Measurement]:
    """The last measurement of each version that has one, by the version's key; what each photo got is left out."""
    last = Measurement.objects.filter(version=OuterRef("pk")).values("pk")[:1]
    keys = ModelVersion.objects.annotate(last=Subquery(last)).values_list("last", flat=True)
    return {row.version_id: row for row in Measurement.objects.filter(pk__in=list(keys)).defer("photos")}


def latest_measurement(version: ModelVersion, collection: Collection) -> Measurement | None:
    """The last time that a version was measured on a collection."""
    return Measurement.objects.filter(version=version, collection=collection).first()


def compare_measurements(first: Measurement, second: Measurement) -> Comparison | None:
    """What changes from one to the other on the photos that both were measured on; None where there are none."""
    photos = Photo.every.in_bulk(sorted(set(first.photos) & set(second.photos)), field_name="sha256")
    changes = []
    for sha256, photo in photos.items():
        (before, before_km, *_), (after, after_km, *_) = first.photos[sha256], second.photos[sha256]
        changes.append(Change(photo, (before, after), (before_km, after_km)))
    if not changes:
        return None
    gains = np.array([change.gain for change in changes])
    by_state: dict[str, list[float]] = defaultdict(list)
    for change in changes:
        by_state[change.photo.state].append(change.gain)
    low, high = interval(gains)
    changes.sort(key=lambda change: -change.gain)
    return Comparison(
        len(changes),
        (len(first.photos) - len(changes), len(second.photos) - len(changes)),
        float(gains.mean()),
        (float(low), float(high)),
        {state: (float(np.mean(rows)), len(rows)) for state, rows in sorted(by_state.items())},
        [change for change in changes[:MOST_SHOWN] if change.gain > 0],
        [change for change in reversed(changes[-MOST_SHOWN:]) if change.gain < 0],
        (int((gains > 0.5).sum()), int((np.abs(gains) <= 0.5).sum()), int((gains < -0.5).sum())),
    )
