"""Prototypes of a geocell: clusters of its training photos, found by a second OPTICS on their geo-embeddings.

A geo-embedding fuses what is seen (main directions of the embedding) with what is known of the place (its metadata) and
where it is. PIGEON (Haas et al. 2024, §3.4) clusters positions only; the fusion follows the seminar paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import OPTICS, AgglomerativeClustering
from threadpoolctl import threadpool_limits

from predictor.answers.posterior import Places, Prototypes
from predictor.geodesy import EARTH_RADIUS_KM, Floats
from predictor.network.heads import Embeddings, unit

PER_CELL = 16  # prototypes in a cell at most, where positions alone are clustered
DIRECTIONS = 32  # main directions of the embeddings that take part
MIN_SAMPLES, XI = 3, 0.15  # PIGEON's
METADATA_WEIGHT = 0.5
POSITION_SCALE_KM = 50.0  # two photos this far apart differ as much as two unlike pictures


def geo_embeddings(places: Places, labels: Mapping[str, NDArray[np.str_]]) -> Floats:
    """Geo-embeddings (M, g) of training photos with labels (M,) by task; no labels leave what is seen and where."""
    centred = places.embeddings - places.embeddings.mean(axis=0)
    _, _, directions = np.linalg.svd(centred[:5000], full_matrices=False)
    parts = [unit(centred @ directions[:DIRECTIONS].T), places.vectors * (EARTH_RADIUS_KM / POSITION_SCALE_KM)]
    for values in labels.values():
        names, index = np.unique(values, return_inverse=True)
        parts.append(METADATA_WEIGHT / np.sqrt(len(labels)) * np.eye(len(names))[index])
    return np.concatenate(parts, axis=1)


def optics_prototypes(places: Places, geo: Floats) -> Prototypes:
    """Clusters (second OPTICS) of each cell's photos by geo-embedding (M, g); photos in no cluster stand alone."""

    def cluster(members: NDArray[np.intp]) -> NDArray[np.intp]:
        if len(members) <= MIN_SAMPLES:
            return np.arange(len(members))
        with threadpool_limits(1):  # so few photos: threads would cost more waiting for each other
            labels = OPTICS(min_samples=MIN_SAMPLES, xi=XI).fit(geo[members]).labels_
        alone = labels < 0
        labels[alone] = labels.max() + 1 + np.arange(alone.sum())
        return labels

    return _prototypes(places, cluster)


def position_prototypes(places: Places) -> Prototypes:
    """Clusters of each cell's photos that lie together (Ward)."""

    def cluster(members: NDArray[np.intp]) -> NDArray[np.intp]:
        if len(members) <= PER_CELL:
            return np.arange(len(members))
        return AgglomerativeClustering(PER_CELL).fit_predict(places.vectors[members])

    return _prototypes(places, cluster)


def _prototypes(places: Places, cluster: Callable[[NDArray[np.intp]], NDArray[np.intp]]) -> Prototypes:
    of_picture = np.empty(len(places.cells), np.int64)
    embeddings: list[Embeddings] = []
    cells: list[int] = []
    for cell in np.unique(places.cells):
        members = np.flatnonzero(places.cells == cell)
        labels = np.unique(cluster(members), return_inverse=True)[1]
        of_picture[members] = len(cells) + labels
        for label in range(labels.max() + 1):
            embeddings.append(places.embeddings[members[labels == label]].mean(axis=0))
            cells.append(int(cell))
    return Prototypes(unit(np.stack(embeddings)), np.array(cells, np.int64), of_picture)
