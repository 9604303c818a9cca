"""Smoothed targets are probabilities that fall with distance, and reach as far as the cells are apart."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.geodesy import distance_matrix_km, unit_vectors
from predictor.network.smoothing import automatic_tau_km, smoothed_targets

CENTROIDS = unit_vectors([28.6, 19.1, 13.1, 22.6], [77.2, 72.9, 80.3, 88.4])
PHOTOS = unit_vectors([28.0, 15.0], [77.0, 78.0])


def test_targets_of_a_photo_sum_to_one_however_dense_the_cells_are() -> None:
    many = np.repeat(CENTROIDS, 50, axis=0)
    assert smoothed_targets(PHOTOS, many, 75.0).sum(axis=1) == pytest.approx(1.0)


def test_a_target_is_the_exponential_of_the_distance_in_units_of_tau() -> None:
    distance = distance_matrix_km(PHOTOS, CENTROIDS)
    targets = smoothed_targets(PHOTOS, CENTROIDS, 300.0)
    ratio = np.log(targets[:, :1] / targets)
    assert np.allclose(ratio, (distance - distance[:, :1]) / 300.0)


def test_tau_is_29_percent_of_the_spacing_of_cells() -> None:
    assert automatic_tau_km(100) == pytest.approx(0.29 * 181.3, rel=1e-3)  # 3,287,263 km² in 100 cells: 181.3 km
    assert automatic_tau_km(400) == pytest.approx(automatic_tau_km(100) / 2)
