"""Train, validation and test splits by place cluster, never by photo, so that no test place is in the training data.

Photos belong to one cluster when a chain of links joins them: positions within 1 km (the distance OSV-5M keeps between
its train and test photos), the same sequence, the same near-duplicate group, or perceptual hashes within 4 of 64 bits.
A new cluster's split is a seeded hash of the position of its anchor, the member furthest south, then west; a new photo
in an existing cluster gets the split of that cluster. Where a new photo joins clusters of different splits, train wins,
then validation: a played photo must never show a view that the model may have been trained on. Photos that have a split
keep it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from predictor.geodesy import EARTH_RADIUS_KM, unit_vectors

SEED = "geoguess-india-1"  # part of the hash; another value gives other splits
SHARES = (("train", 0.7), ("validation", 0.1), ("test", 0.2))
PLACE_KM = 1.0
HASH_BITS = 64
NEAR_DUPLICATE_BITS = 4

Edges = NDArray[np.int64]


def split_of_place(latitude: float, longitude: float) -> str:
    """The split of a new cluster anchored at a position in degrees: about 70 % train, 10 % validation, 20 % test."""
    digest = hashlib.sha256(f"{SEED}:{latitude:.4f},{longitude:.4f}".encode()).digest()
    draw = int.from_bytes(digest[:8]) / 2**64
    bound = 0.0
    for split, share in SHARES:
        bound += share
        if draw < bound:
            return split
    return SHARES[-1][0]


def assign_splits(
    *,
    latitudes: Sequence[float],
    longitudes: Sequence[float],
    sequences: Sequence[str],
    near_duplicate_groups: Sequence[str],
    perceptual_hashes: Sequence[str],
    current_splits: Sequence[str],
) -> list[str]:
    """Splits (N,) of existing and new photos together; ``current_splits`` (N,) are "" for new photos."""
    clusters = place_clusters(latitudes, longitudes, sequences, near_duplicate_groups, perceptual_hashes)
    of_cluster: dict[int, str] = {}
    for split, _ in SHARES:  # in order of precedence
        for cluster, current in zip(clusters.tolist(), current_splits, strict=True):
            if current == split:
                of_cluster.setdefault(cluster, split)
    for index in np.lexsort((longitudes, latitudes)):  # anchors first
        of_cluster.setdefault(int(clusters[index]), split_of_place(latitudes[index], longitudes[index]))
    return [current or of_cluster[cluster] for current, cluster in zip(current_splits, clusters.tolist(), strict=True)]


def place_clusters(
    latitudes: Sequence[float],
    longitudes: Sequence[float],
    sequences: Sequence[str],
    near_duplicate_groups: Sequence[str],
    perceptual_hashes: Sequence[str],
) -> NDArray[np.int64]:
    """Cluster numbers (N,) of photos by the links above; empty strings link nothing."""
    # Here, as every process of the site imports this file, and few of them cluster.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(latitudes)
    links = [
        _near_places(latitudes, longitudes),
        _same(sequences),
        _same(near_duplicate_groups),
        _near_hashes(perceptual_hashes),
    ]
    edges = np.concatenate(links)
    graph = coo_array((np.ones(len(edges), bool), (edges[:, 0], edges[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _near_places(latitudes: Sequence[float], longitudes: Sequence[float]) -> Edges:
    """Links between positions within `PLACE_KM`; photos at one position link to the first, not pairwise."""
    from scipy.spatial import cKDTree

    places, place = np.unique(np.column_stack([latitudes, longitudes]), axis=0, return_inverse=True)
    chord = 2 * np.sin(PLACE_KM / EARTH_RADIUS_KM / 2)
    pairs = cKDTree(unit_vectors(places[:, 0], places[:, 1])).query_pairs(chord, output_type="ndarray")
    first = np.zeros(len(places), np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    return np.concatenate([np.column_stack([np.arange(len(place)), first[place]]), first[pairs]])


def _same(values: Sequence[str]) -> Edges:
    """Links from each non-empty value to its first occurrence."""
    first: dict[str, int] = {}
    return _edges([(index, first.setdefault(value, index)) for index, value in enumerate(values) if value])


def _near_hashes(hashes: Sequence[str]) -> Edges:
    """Links between perceptual hashes within `NEAR_DUPLICATE_BITS`; such a pair agrees in one of five bands of bits."""
    rows = np.array([index for index, value in enumerate(hashes) if value], np.int64)
    values = np.array([int(hashes[row], 16) for row in rows], np.uint64)
    edges: list[tuple[int, int]] = []
    for band in np.array_split(np.arange(HASH_BITS, dtype=np.uint64), NEAR_DUPLICATE_BITS + 1):
        key = (values >> band[0]) & np.uint64(2 ** len(band) - 1)
        order = np.argsort(key, kind="stable")
        for bucket in np.split(order, np.flatnonzero(np.diff(key[order])) + 1):
            for position, row in enumerate(bucket[:-1]):
                rest = bucket[position + 1 :]
                near = rest[np.bitwise_count(values[rest] ^ values[row]) <= NEAR_DUPLICATE_BITS]
                edges += [(int(rows[row]), int(rows[other])) for other in near]
    return _edges(edges)


def _edges(pairs: list[tuple[int, int]]) -> Edges:
    return np.array(pairs, np.int64).reshape(-1, 2)
