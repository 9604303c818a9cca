"""Training: embeddings and positions of photos in, a calibrated model version out.

Nothing is tuned on a photo that the tuned part has learnt from: every choice is made on photos held out of a fold,
whole places at a time, and the final parts then learn from all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

from pipeline.geocells import district_partition
from pipeline.reporting import SILENT, Reporter
from predictor.artifact import Artifact, Gallery
from predictor.encoders import Encoder
from predictor.geodesy import Floats, distance_matrix_km, score, unit_vectors
from predictor.heads import Embeddings, Head, fit_path, project, softmax
from predictor.partition import Partition
from predictor.posterior import (
    Calibration,
    Places,
    best_guess,
    conformal_factor,
    density,
    neighbours,
    refined,
    spread_km,
)
from predictor.smoothing import automatic_tau_km, smoothed_targets

FOLDS = 5
PROTOTYPES_PER_CELL = 16
PENALTIES = [3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5]  # largest first
TEMPERATURES = np.geomspace(0.3, 3.0, 15)
COSINE_TEMPERATURES = [0.02, 0.04, 0.08, 0.16, 0.32]
NEIGHBOUR_SHARES = [0.0, 0.25, 0.5, 0.75, 1.0]
TUNING_PHOTOS = 1000  # held-out photos that choices inside the cells are made on

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]  # indexes to fit on, indexes to tune on


@dataclass(frozen=True)
class Photos:
    """N training photos: raw embeddings (N, d), positions (N,) in degrees, hashes (N,) of their bytes and looks."""

    embeddings: Embeddings
    latitudes: Floats
    longitudes: Floats
    sha256: NDArray[np.str_]
    perceptual_hashes: NDArray[np.uint64]

    def vectors(self) -> Floats:
        return unit_vectors(self.latitudes, self.longitudes)

    def first(self, count: int | None) -> Photos:
        """The first ``count`` photos, or all."""
        return Photos(*(getattr(self, field.name)[:count] for field in fields(self)))

    def data_sha256(self) -> str:
        """Hash of what was learnt from: images and positions, in any order."""
        rows = sorted(zip(self.sha256.tolist(), self.latitudes.tolist(), self.longitudes.tolist(), strict=True))
        return hashlib.sha256(repr(rows).encode()).hexdigest()


@dataclass(frozen=True)
class _Fitted:
    """One fold: the parts fitted on it, and the photos held out of it, projected, with logits (n, C) per penalty."""

    partition: Partition
    prototypes: Places
    gallery: Places
    embeddings: Embeddings
    vectors: Floats
    logits: list[Floats]


def grouped_folds(groups: Sequence[int] | NDArray[np.integer], seed: int, folds: int = FOLDS) -> list[Fold]:
    """Folds of photos (N,) that keep each group whole, of sizes as equal as that allows."""
    names, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    load, fold_of_group = np.zeros(folds), np.empty(len(names), int)
    for group in order[np.argsort(-sizes[order], kind="stable")]:
        fold_of_group[group] = load.argmin()
        load[fold_of_group[group]] += sizes[group]
    fold = fold_of_group[index]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(folds) if (fold == k).any()]


def train_artifact(
    photos: Photos,
    folds: list[Fold],
    *,
    encoder: Encoder,
    collection: str,
    seed: int,
    learnt: int | None = None,
    report: Reporter = SILENT,
) -> Artifact:
    """The model that learns from the first ``learnt`` photos (or all), tuned on the photos held out of the folds."""
    vectors = photos.vectors()
    fitted = []
    for number, fold in enumerate(folds):
        report.progress(number, len(folds), "Fitting heads")
        fitted.append(_fit_fold(photos, vectors, fold, report))
    report.progress(len(folds), len(folds), "Fitting heads")
    penalty, temperature = _choose_head(fitted, report)
    chosen, figures = _choose_answer(fitted, penalty, temperature, report)
    report.progress(0, 1, "Fitting to all photos")

    photos, vectors = photos.first(learnt), vectors[:learnt]
    partition = district_partition(photos.latitudes, photos.longitudes)
    centre = photos.embeddings.mean(axis=0)
    embeddings = project(photos.embeddings, centre)
    penalties = PENALTIES[: penalty + 1]
    weight, bias = fit_path(embeddings, _targets(vectors, partition), penalties, report.check)[-1]
    report.progress(1, 1, "Fitting to all photos")
    gallery = Places(embeddings, vectors, partition.cell_of(photos.latitudes, photos.longitudes))
    card: dict[str, Any] = {
        "encoder": encoder.name,
        "encoder_sha256": encoder.weights_sha256,
        "collection": collection,
        "photos": len(vectors),
        "cells": len(partition),
        "data_sha256": photos.data_sha256(),
        "seed": seed,
        "penalty": PENALTIES[penalty],
        "held_out": figures,
    }
    return Artifact(
        card,
        partition,
        Head(centre, weight, bias),
        make_prototypes(gallery),
        Gallery(gallery, photos.sha256, photos.perceptual_hashes),
        chosen,
    )


def make_prototypes(gallery: Places, per_cell: int = PROTOTYPES_PER_CELL) -> Places:
    """At most ``per_cell`` prototypes in a cell: mean embedding and position of photos that lie together (Ward)."""
    embeddings, vectors, cells = [], [], []
    for cell in np.unique(gallery.cells):
        members = np.flatnonzero(gallery.cells == cell)
        labels = np.arange(len(members))
        if len(members) > per_cell:
            labels = AgglomerativeClustering(per_cell).fit_predict(gallery.vectors[members])
        for label in np.unique(labels):
            cluster = members[labels == label]
            embeddings.append(gallery.embeddings[cluster].mean(axis=0))
            vectors.append(gallery.vectors[cluster].sum(axis=0))
            cells.append(cell)
    unit = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (np.stack(embeddings), np.stack(vectors))]
    return Places(unit[0], unit[1], np.array(cells, np.int64))


def _targets(vectors: Floats, partition: Partition) -> Floats:
    return smoothed_targets(vectors, partition.centroids, automatic_tau_km(len(partition)))


def _fit_fold(photos: Photos, vectors: Floats, fold: Fold, report: Reporter) -> _Fitted:
    fit, tune = fold
    partition = district_partition(photos.latitudes[fit], photos.longitudes[fit])
    centre = photos.embeddings[fit].mean(axis=0)
    embeddings = project(photos.embeddings[fit], centre)
    held_out = project(photos.embeddings[tune], centre)
    heads = fit_path(embeddings, _targets(vectors[fit], partition), PENALTIES, report.check)
    gallery = Places(embeddings, vectors[fit], partition.cell_of(photos.latitudes[fit], photos.longitudes[fit]))
    logits = [(held_out @ weight + bias).astype(float) for weight, bias in heads]
    return _Fitted(partition, make_prototypes(gallery), gallery, held_out, vectors[tune], logits)


def _choose_head(fitted: list[_Fitted], report: Reporter) -> tuple[int, float]:
    """(index of the penalty, temperature): the latter by likelihood, the former by mean score of the best cell."""
    targets = [_targets(fold.vectors, fold.partition) for fold in fitted]
    best = (-1.0, 0, 1.0)
    for penalty in range(len(PENALTIES)):
        losses = [
            -sum(
                (target * np.log(softmax(fold.logits[penalty] / t) + 1e-12)).sum()
                for fold, target in zip(fitted, targets, strict=True)
            )
            for t in TEMPERATURES
        ]
        temperature = float(TEMPERATURES[np.argmin(losses)])
        scores = []
        for fold in fitted:
            centroids = fold.partition.centroids
            posterior = softmax(fold.logits[penalty] / temperature)
            guesses = centroids[(posterior @ score(distance_matrix_km(centroids, centroids))).argmax(axis=1)]
            scores.append(score(_distances(guesses, fold.vectors)))
        mean = float(np.concatenate(scores).mean())
        report.point("score", penalty + 1, mean)
        best = max(best, (mean, penalty, temperature))
    return best[1], best[2]


def _choose_answer(
    fitted: list[_Fitted], penalty: int, temperature: float, report: Reporter
) -> tuple[Calibration, dict[str, float]]:
    """What is chosen inside the cells, by mean score, and the figures of the choice."""
    rows = [
        (fold, embedding, vector, cells)
        for fold in fitted
        for embedding, vector, cells in zip(
            fold.embeddings, fold.vectors, softmax(fold.logits[penalty] / temperature), strict=True
        )
    ][:TUNING_PHOTOS]
    truth = np.stack([vector for _, _, vector, _ in rows])

    def mean_score(answers: list[Any]) -> float:
        report.check()
        return float(score(_distances(np.stack([best_guess(where) for where in answers]), truth)).mean())

    report.progress(0, 2, "Choosing how to answer")
    near = {t: [neighbours(e, fold.gallery, t) for fold, e, _, _ in rows] for t in COSINE_TEMPERATURES}
    own = {t: [refined(c, e, fold.prototypes, t) for fold, e, _, c in rows] for t in COSINE_TEMPERATURES}
    near_t = max(COSINE_TEMPERATURES, key=lambda t: mean_score(near[t]))
    own_t = max(COSINE_TEMPERATURES, key=lambda t: mean_score(own[t]))
    report.progress(1, 2, "Choosing how to answer")
    how = Calibration(temperature, own_t, near_t, 0.0, 1.0)
    mixed = {}
    for share in NEIGHBOUR_SHARES:
        mixing = replace(how, neighbour_share=share)
        mixed[share] = [density(c, e, fold.prototypes, fold.gallery, mixing) for fold, e, _, c in rows]
    share = max(NEIGHBOUR_SHARES, key=lambda value: mean_score(mixed[value]))
    guesses = [best_guess(where) for where in mixed[share]]
    distances = _distances(np.stack(guesses), truth)
    spreads = np.array([spread_km(where, guess) for where, guess in zip(mixed[share], guesses, strict=True)])
    factor = conformal_factor(distances, spreads, how.coverage)
    figures = {
        "photos": len(rows),
        "score": round(float(score(distances).mean()), 1),
        "median_km": round(float(np.median(distances)), 1),
        "knn_score": round(mean_score(near[near_t]), 1),
    }
    return replace(how, neighbour_share=share, radius_factor=factor), figures


def _distances(guesses: Floats, truth: Floats) -> Floats:
    return np.diagonal(distance_matrix_km(guesses, truth))
