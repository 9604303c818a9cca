"""Fitting of geocells, projection, heads and prototypes to photos, before hyperparameters are chosen on others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.geocells import PARTITIONS, DistrictMap
from pipeline.metadata import TASKS, Metadata
from pipeline.support.progress import Reporter
from pipeline.training.prototypes import geo_embeddings, optics_prototypes, position_prototypes
from pipeline.training.recipe import PIGEON_TAU_KM, Recipe
from predictor.answers.partition import Partition
from predictor.answers.posterior import GalleryPhotos, Prototypes, Reference
from predictor.geodesy import Floats, unit_vectors
from predictor.network.heads import Adapter, Embeddings, Heads, Projection, Task, fit_path
from predictor.network.smoothing import (
    automatic_tau_km,
    hard_targets,
    smoothed_targets,
    tau_per_cell_km,
    unnormalised_targets,
)

DIMENSIONS = 512  # of projected embeddings at most: more did not help in cross-validation
PENALTIES = [3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5]  # largest first
TASK_PENALTY = 3e-4
PRETRAINING_SEED = 0
PSEUDOCOUNT = 0.5  # of each label in each cell, so that no label has probability 0


@dataclass(frozen=True)
class Photos:
    """N training photos: raw embeddings (N, r), positions (N,) in degrees, hashes (N,), perceptual hashes (N,).

    ``metadata`` describes their places and times, ``matches`` (N,), tuples, what was read in them.
    """

    embeddings: Embeddings
    latitudes: Floats
    longitudes: Floats
    sha256: NDArray[np.str_]
    perceptual_hashes: NDArray[np.uint64]
    metadata: Metadata
    matches: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.sha256)

    @property
    def labels(self) -> dict[str, NDArray[np.str_]]:
        """Labels (N,) by task; "" where unknown."""
        return {name: label(self.metadata) for name, label in TASKS.items()}

    def vectors(self) -> Floats:
        return unit_vectors(self.latitudes, self.longitudes)

    def part(self, rows: NDArray[np.intp] | slice) -> Photos:
        """Some of the photos."""
        return Photos(
            self.embeddings[rows],
            self.latitudes[rows],
            self.longitudes[rows],
            self.sha256[rows],
            self.perceptual_hashes[rows],
            self.metadata[rows],
            self.matches[rows],
        )

    def data_sha256(self) -> str:
        """Hash of the training data: images and positions, whatever their order."""
        rows = sorted(zip(self.sha256.tolist(), self.latitudes.tolist(), self.longitudes.tolist(), strict=True))
        return hashlib.sha256(repr(rows).encode()).hexdigest()


@dataclass(frozen=True)
class FittedModel:
    """All parts fitted to photos, with a pair of weights and biases of the cell head for each penalty."""

    partition: Partition
    projection: Projection
    fits: list[tuple[Embeddings, Embeddings]]
    tasks: Mapping[str, Task]
    gallery: GalleryPhotos
    prototypes: Prototypes

    @property
    def reference(self) -> Reference:
        """What pictures are compared with."""
        return Reference(self.partition.centroids, self.gallery, self.prototypes)

    def heads(self, penalty: int, shares: Mapping[str, float], hierarchy: bool) -> Heads:
        """The heads with the fit of this penalty, by index, and the weights of the tasks' evidence."""
        weight, bias = self.fits[penalty]
        tasks = {name: replace(task, share=shares.get(name, 0.0)) for name, task in self.tasks.items()}
        groups = None
        if hierarchy:
            groups = np.searchsorted(self.tasks["state"].labels, self.partition.states)
        return Heads(self.projection, weight, bias, tasks, groups)


def targets(recipe: Recipe, vectors: Floats, partition: Partition) -> Floats:
    """The cell head's targets (N, C) for photos at unit vectors (N, 3)."""
    if recipe.smoothing == "none":
        nearest = (vectors @ partition.centroids.T).argmax(axis=1)
        return hard_targets(nearest, len(partition))
    if recipe.smoothing == "pigeon":
        return unnormalised_targets(vectors, partition.centroids, PIGEON_TAU_KM)
    tau: float | Floats
    if recipe.tau_per_cell:
        tau = tau_per_cell_km(partition.centroids, recipe.tau_per_spacing)
    else:
        tau = recipe.tau_km or automatic_tau_km(len(partition), recipe.tau_per_spacing)
    return smoothed_targets(vectors, partition.centroids, tau)


def divide(photos: Photos, recipe: Recipe, districts: DistrictMap | None = None) -> Partition:
    """The recipe's geocells for the photos, from ``districts`` or India's."""
    return PARTITIONS[recipe.cells](
        photos.latitudes, photos.longitudes, minimum=recipe.minimum, maximum=recipe.maximum, districts=districts
    )


def learn(
    photos: Photos,
    recipe: Recipe,
    report: Reporter,
    penalties: list[float] = PENALTIES,
    districts: DistrictMap | None = None,
    partition: Partition | None = None,
    fitted_tasks: Mapping[str, Task] | None = None,
) -> FittedModel:
    """Fit all parts to the photos, the cell head for each penalty, largest first.

    The geocells are those of ``partition``; without one they start from ``districts``, India's by default. Of
    ``fitted_tasks``, fitted to the same photos and projection, the weights are kept.
    """
    vectors = photos.vectors()
    partition = partition or divide(photos, recipe, districts)
    report.check()
    projection = Projection.pca(photos.embeddings, DIMENSIONS)
    if recipe.contrastive:
        projection = replace(
            projection, adapter=_pretrained(projection(photos.embeddings), photos.metadata, recipe, report)
        )
    embeddings = projection(photos.embeddings)
    fits = fit_path(embeddings, targets(recipe, vectors, partition), penalties, report.check, margin=recipe.margin)
    cells = partition.cell_of(photos.latitudes, photos.longitudes).astype(np.int64)
    gallery = GalleryPhotos(embeddings, vectors, cells)
    tasks = {
        name: _task(
            embeddings[known],
            values[known],
            gallery.cells[known],
            len(partition),
            report,
            (fitted_tasks or {}).get(name),
        )
        for name, values in photos.labels.items()
        if len(np.unique(values[known := values != ""])) > 1
    }
    report.check()
    if recipe.second_optics:
        prototypes = optics_prototypes(gallery, geo_embeddings(gallery, photos.labels if recipe.metadata else {}))
    else:
        prototypes = position_prototypes(gallery)
    return FittedModel(partition, projection, fits, tasks, gallery, prototypes)


def _pretrained(embeddings: Embeddings, metadata: Metadata, recipe: Recipe, report: Reporter) -> Adapter:
    """Contrastive pretraining with early stopping on every fifth district, which is held out."""
    from pipeline.training.contrastive import pretrain

    places = np.char.add(np.char.add(metadata.state, "/"), metadata.district)
    held_out = np.flatnonzero(np.unique(places, return_inverse=True)[1] % 5 == 0)
    return pretrain(
        embeddings, metadata, seed=PRETRAINING_SEED, held_out=held_out, text=recipe.text_tower, report=report
    )


def _task(
    embeddings: Embeddings,
    values: NDArray[np.str_],
    cells: NDArray,
    count: int,
    report: Reporter,
    fitted: Task | None,
) -> Task:
    labels, index = np.unique(values, return_inverse=True)
    if fitted:
        weight, bias = fitted.weight, fitted.bias
    else:
        weight, bias = fit_path(embeddings, np.eye(len(labels))[index], [TASK_PENALTY], report.check)[0]
    given_cell = np.full((len(labels), count), PSEUDOCOUNT)
    np.add.at(given_cell, (index, cells), 1.0)
    return Task(labels, weight, bias, given_cell / given_cell.sum(axis=0))
