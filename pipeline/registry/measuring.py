"""Measurements are kept when they are made; of a photo that was taken down nothing stays in them."""

from __future__ import annotations

from collections.abc import Collection as Container
from typing import TYPE_CHECKING

import numpy as np

from pipeline.models import Collection, Measurement
from predictor.geodesy import positions, score
from predictor.models import ModelVersion

if TYPE_CHECKING:
    from pipeline.evaluation import Evaluation


def keep_measurement(*, version: ModelVersion, collection: Collection, measured: Evaluation) -> Measurement:
    """An evaluation whose photos are named by their hashes, with what each photo got."""
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


def forget_measured(*, sha256s: Container[str]) -> None:
    """Drop what was measured on these photos: a guess may tell where a picture was taken. Figures of all stay."""
    for sha256 in sha256s:
        for measurement in Measurement.objects.filter(photos__has_key=sha256):
            del measurement.photos[sha256]
            measurement.save(update_fields=["photos"])
