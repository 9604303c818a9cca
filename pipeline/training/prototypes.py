"""Prototypes of a geocell: clusters of its training photos, by position or by a second OPTICS on geo-embeddings.

A geo-embedding concatenates visual features (principal components of the embedding), metadata of the place and the
position. PIGEON (Haas et al. 2024, §3.4) clusters positions only; the fusion follows the seminar paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import OPTICS, AgglomerativeClustering
from threadpoolctl import threadpool_limits

from predictor.answers.posterior import GalleryPhotos, Prototypes
from predictor.geodesy import EARTH_RADIUS_KM, Floats
from predictor.network.heads import Embeddings, unit

PER_CELL = 16  # prototypes in a cell at most, where positions alone are clustered
DIRECTIONS = 32  # principal components of the embeddings that are used
MIN_SAMPLES, XI = 3, 0.15  # PIGEON's
METADATA_WEIGHT = 0.5
POSITION_SCALE_KM = 50.0  # a distance that counts as much as a difference of 1 in the visual features


def geo_embeddings(photos: GalleryPhotos, labels: Mapping[str, NDArray[np.str_]]) -> Floats:
    """Geo-embeddings (M, g) of training photos with labels (M,) by task; without labels of pictures and positions."""
    centred = photos.embeddings - photos.embeddings.mean(axis=0)
    _, _, directions = np.linalg.svd(centred[:5000], full_matrices=False)
    parts = [unit(centred @ directions[:DIRECTIONS].T), photos.vectors * (EARTH_RADIUS_KM / POSITION_SCALE_KM)]
    for values in labels.values():
        names, index = np.unique(values, return_inverse=True)
        parts.append(METADATA_WEIGHT / np.sqrt(len(labels)) * np.eye(len(names))[index])
    return np.concatenate(parts, axis=1)


def optics_prototypes(photos: GalleryPhotos, geo: Floats) -> Prototypes:
    """Clusters (second OPTICS) of each cell's photos by geo-embedding (M, g); noise points become singletons."""

    def cluster(members: NDArray[np.intp]) -> NDArray[np.intp]:
        if len(members) <= MIN_SAMPLES:
            return np.arange(len(members))
        with threadpool_limits(1):  # with so few photos, threads cost more than they save
            labels = OPTICS(min_samples=MIN_SAMPLES, xi=XI).fit(geo[members]).labels_
        noise = labels < 0
        labels[noise] = labels.max() + 1 + np.arange(noise.sum())
        return labels

    return _prototypes(photos, cluster)


def position_prototypes(photos: GalleryPhotos) -> Prototypes:
    """Clusters of each cell's photos by position (Ward), at most `PER_CELL`."""

    def cluster(members: NDArray[np.intp]) -> NDArray[np.intp]:
        if len(members) <= PER_CELL:
            return np.arange(len(members))
        return AgglomerativeClustering(PER_CELL).fit_predict(photos.vectors[members])

    return _prototypes(photos, cluster)


def _prototypes(photos: GalleryPhotos, cluster: Callable[[NDArray[np.intp]], NDArray[np.intp]]) -> Prototypes:
    of_picture = np.empty(len(photos.cells), np.int64)
    embeddings: list[Embeddings] = []
    cells: list[int] = []
    for cell in np.unique(photos.cells):
        members = np.flatnonzero(photos.cells == cell)
        labels = np.unique(cluster(members), return_inverse=True)[1]
        of_picture[members] = len(cells) + labels
        for label in range(labels.max() + 1):
            embeddings.append(photos.embeddings[members[labels == label]].mean(axis=0))
            cells.append(int(cell))
    return Prototypes(unit(np.stack(embeddings)), np.array(cells, np.int64), of_picture)
