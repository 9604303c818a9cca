"""Comparison of two versions on the same photos: where the second gains and where it loses."""

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
    """A photo with the points and the error in km of both versions."""

    photo: Photo
    points: tuple[float, float]
    away_km: tuple[float, float]

    @property
    def gain(self) -> float:
        """Points of the second version minus those of the first."""
        return self.points[1] - self.points[0]


@dataclass(frozen=True)
class Comparison:
    """The second version against the first. ``states`` holds (mean gain, number of photos) by name."""

    photos: int
    only: tuple[int, int]  # photos measured only by the first, only by the second version
    gain: float
    span: tuple[float, float]  # 95 % confidence interval of the mean gain
    states: dict[str, tuple[float, int]]
    better: list[Change]
    worse: list[Change]
    counts: tuple[int, int, int]  # photos that are better, equal, worse


def latest_measurements() -> dict[int, Measurement]:
    """The latest measurement of each version, by the version's key, without the points per photo."""
    last = Measurement.objects.filter(version=OuterRef("pk")).values("pk")[:1]
    keys = ModelVersion.objects.annotate(last=Subquery(last)).values_list("last", flat=True)
    return {row.version_id: row for row in Measurement.objects.filter(pk__in=list(keys)).defer("photos")}


def latest_measurement(version: ModelVersion, collection: Collection) -> Measurement | None:
    """The latest measurement of a version on a collection."""
    return Measurement.objects.filter(version=version, collection=collection).first()


def compare_measurements(first: Measurement, second: Measurement) -> Comparison | None:
    """Compare two measurements on the photos that both contain; None where there are none."""
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
