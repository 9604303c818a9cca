"""The own OPTICS ordering is scikit-learn's, point for point, and so are its clusters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import OPTICS

from pipeline.geocells.optics import optics
from predictor.geodesy import Floats


@st.composite
def clustered_points(draw: st.DrawFn) -> Floats:
    """A few blobs of different density (N, 2), some points several times, in any order.

    Whole metres: distances are then the same to the last bit however they are computed, and ties are ties.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(6, 90))
    middles, spread = rng.uniform(0, 1e5, (4, 2)), 10 ** rng.uniform(0, 4.5, 4)
    blob = rng.integers(0, 4, count)
    points = np.round(middles[blob] + rng.normal(size=(count, 2)) * spread[blob, None])
    copies = draw(st.integers(0, count // 2))
    points[rng.integers(0, count, copies)] = points[rng.integers(0, count, copies)]
    return points


@settings(max_examples=60)
@given(clustered_points(), st.integers(2, 12), st.sampled_from([0.2, 0.05, 0.005]))
def test_ordering_reachability_predecessors_and_clusters_are_scikit_learns(
    points: Floats, min_samples: int, xi: float
) -> None:
    min_samples = min(min_samples, len(points))
    smallest = min(len(points), 5)
    ours = optics(points, min_samples)
    with np.errstate(divide="ignore"):  # it takes ratios, and points at one place are 0 apart
        theirs = OPTICS(min_samples=min_samples, xi=xi, min_cluster_size=smallest).fit(points)
    assert ours.order.tolist() == theirs.ordering_.tolist()
    assert ours.predecessor.tolist() == theirs.predecessor_.tolist()
    assert np.allclose(ours.reachability, theirs.reachability_, rtol=1e-12, atol=0)
    assert ours.clusters(xi, smallest).tolist() == theirs.labels_.tolist()


def test_points_far_apart_are_reached_however_far_the_search_must_go() -> None:
    rng = np.random.default_rng(3)
    blobs = np.concatenate([rng.normal(0, 100, (400, 2)) + offset for offset in ([0, 0], [9e5, 0], [0, 4e6])])
    theirs = OPTICS(min_samples=5).fit(blobs)
    assert optics(blobs, 5).order.tolist() == theirs.ordering_.tolist()


@pytest.mark.parametrize("count", [2, 3])
def test_so_few_points_are_ordered_too(count: int) -> None:
    points = np.arange(2.0 * count).reshape(count, 2)
    assert optics(points, 2).order.tolist() == list(range(count))
