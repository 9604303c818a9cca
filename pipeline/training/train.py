"""Training: embeddings and positions of photos in, a calibrated model version out.

Nothing is tuned on a photo that the tuned part has learnt from: every choice is made on photos held out of a fold,
whole places at a time, and the final parts then learn from all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pipeline.boundary_sets.sets import BoundarySet
from pipeline.support.progress import SILENT, Reporter
from pipeline.training.choosing import TUNING_PHOTOS, HeldOut, choose
from pipeline.training.folds import Fold
from pipeline.training.learning import PENALTIES, Learnt, Photos, learn
from pipeline.training.recipe import Recipe
from predictor.answers.artifact import Artifact, Gallery
from predictor.encoders.encoder import Encoder


def train_artifact(
    photos: Photos,
    folds: list[Fold],
    *,
    encoder: Encoder,
    collection: str,
    seed: int,
    recipe: Recipe | None = None,
    learnt: int | None = None,
    boundaries: BoundarySet | None = None,
    teach: Callable[..., Learnt] = learn,
    report: Reporter = SILENT,
) -> Artifact:
    """The model that learns from the first ``learnt`` photos (or all), tuned on the photos held out of the folds.

    Its geocells start from ``boundaries``, the project's districts by default. ``teach`` is `learn`, or one that
    remembers.
    """
    recipe = recipe or Recipe()
    districts = boundaries.districts if boundaries else None
    held_out = []
    for number, (fit, tune) in enumerate(folds):
        report.progress(number, len(folds), "Fitting heads")
        parts = teach(photos.part(fit), recipe, report, districts=districts)
        tuning = photos.part(tune[:: -(-len(tune) * len(folds) // TUNING_PHOTOS)])
        held_out.append(HeldOut(parts, parts.projection(tuning.embeddings), tuning.vectors()))
    report.progress(len(folds), len(folds), "Fitting heads")
    choice = choose(held_out, recipe, report)

    report.progress(0, 1, "Fitting to all photos")
    photos = photos.part(slice(learnt))
    parts = teach(photos, recipe, report, PENALTIES[: choice.penalty + 1], districts)
    heads = parts.heads(choice.penalty, choice.shares, recipe.hierarchy)
    report.progress(1, 1, "Fitting to all photos")
    card: dict[str, Any] = {
        "encoder": encoder.name,
        "encoder_sha256": encoder.weights_sha256,
        "collection": collection,
        "photos": len(photos),
        "cells": len(parts.partition),
        "data_sha256": photos.data_sha256(),
        "seed": seed,
        "recipe": asdict(recipe),
        "boundaries": boundaries.provenance() if boundaries else None,
        "penalty": PENALTIES[choice.penalty],
        "task_shares": dict(choice.shares),
        "held_out": choice.figures,
    }
    gallery = Gallery(parts.gallery, photos.sha256, photos.perceptual_hashes)
    return Artifact(card, parts.partition, heads, parts.prototypes, gallery, choice.calibration)
