"""Training: from embeddings and positions of photos to a calibrated artifact.

Nothing is tuned on a photo that the tuned part was fitted to: hyperparameters are chosen on photos held out of a fold,
by whole makers and place clusters, and the final parts are then fitted to all photos.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.boundary_sets.sets import BoundarySet
from pipeline.support.progress import SILENT, Reporter
from pipeline.training.choosing import TUNING_PHOTOS, HeldOutFold, choose
from pipeline.training.folds import Fold
from pipeline.training.learning import PENALTIES, FittedModel, Photos, learn
from pipeline.training.recipe import Recipe
from pipeline.training.trusting import fit_trusts
from predictor.answers.artifact import Artifact, Gallery
from predictor.encoders.encoder import Encoder


def train_artifact(
    photos: Photos,
    folds: list[Fold],
    *,
    groups: NDArray[np.integer] | None = None,
    encoder: Encoder,
    collection: str,
    seed: int,
    recipe: Recipe | None = None,
    training_count: int | None = None,
    boundaries: BoundarySet | None = None,
    learner: Callable[..., FittedModel] = learn,
    report: Reporter = SILENT,
) -> Artifact:
    """The artifact fitted to the first ``training_count`` photos (or all), tuned on the photos held out of the folds.

    Photos of one of the ``groups`` (N,) are right or wrong together: what is chosen on few groups is doubted. Without
    groups each photo counts by itself. The geocells start from ``boundaries``, the project's districts by default.
    ``learner`` is `learn`, or a version of it with a cache.
    """
    recipe = recipe or Recipe()
    groups = np.arange(len(photos)) if groups is None else groups
    districts = boundaries.districts if boundaries else None
    held_out = []
    for number, (fit, tune) in enumerate(folds):
        report.progress(number, len(folds), "Fitting heads")
        parts = learner(photos.part(fit), recipe, report, districts=districts)
        tune = tune[:: -(-len(tune) * len(folds) // TUNING_PHOTOS)]
        tuning = photos.part(tune)
        embeddings = parts.projection(tuning.embeddings)
        held_out.append(
            HeldOutFold(parts, embeddings, tuning.vectors(), tuning.metadata.state, groups[tune], tuning.matches)
        )
    report.progress(len(folds), len(folds), "Fitting heads")
    # Of the photos that choose only: those that the last fit is on may be the encoder's, which knows them.
    tuned = np.unique(np.concatenate([tune for _, tune in folds]))
    trusts = fit_trusts(photos.matches[tuned], photos.vectors()[tuned]) if recipe.reading else {}
    choice = choose(held_out, recipe, trusts, report)

    report.progress(0, 1, "Fitting to all photos")
    photos = photos.part(slice(training_count))
    parts = learner(photos, recipe, report, PENALTIES[: choice.penalty + 1], districts)
    heads = parts.heads(choice.penalty, choice.shares, recipe.hierarchy)
    report.progress(1, 1, "Fitting to all photos")
    card: dict[str, Any] = {
        "encoder": encoder.name,
        "encoder_sha256": encoder.weights_sha256,
        "encoder_identity": encoder.identity,
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
    return Artifact(
        card,
        parts.partition,
        heads,
        parts.prototypes,
        gallery,
        choice.calibration,
        choice.method,
        choice.levels,
        trusts,
    )
