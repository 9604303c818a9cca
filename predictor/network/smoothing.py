"""Geocell targets smoothed by haversine distance (Haas et al. 2024, PIGEON, eq. 2), here normalised to sum to one.

Without the normalisation a photo among small cells weighs more in the loss than one among large cells; PIGEON's own
form is there for comparison.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from predictor.geodesy import Floats, distance_matrix_km

INDIA_AREA_KM2 = 3_287_263.0  # Census of India
TAU_PER_SPACING = 0.29  # PIGEON's own ratio: 75 km to a mean cell spacing of 260 km
NEIGHBOUR = 4  # rank of the centroid that is one spacing away, as on a regular grid


def spacing_km(cells: int, area_km2: float = INDIA_AREA_KM2) -> float:
    """Mean distance in km between neighbouring cells that tile an area."""
    return float(np.sqrt(area_km2 / cells))


def automatic_tau_km(cells: int, per_spacing: float = TAU_PER_SPACING) -> float:
    """Smoothing length in km for a number of cells that tile India: this share of their mean spacing."""
    return per_spacing * spacing_km(cells)


def tau_per_cell_km(centroids: Floats, per_spacing: float = TAU_PER_SPACING) -> Floats:
    """Smoothing lengths (C,) in km: this share of the spacing around each of the centroids (C, 3)."""
    rank = min(NEIGHBOUR, len(centroids) - 1)
    return per_spacing * np.maximum(np.sort(distance_matrix_km(centroids, centroids), axis=1)[:, rank], 1.0)


def smoothed_targets(photos: Floats, centroids: Floats, tau_km: float | Floats) -> Floats:
    """Probabilities (N, C): softmax over cells of -distance/tau, for unit vectors (N, 3) of photos, (C, 3) of cells.

    ``tau_km`` is one length or one for each cell (C,).
    """
    weights = unnormalised_targets(photos, centroids, tau_km)
    return weights / weights.sum(axis=1, keepdims=True)


def unnormalised_targets(photos: Floats, centroids: Floats, tau_km: float | Floats) -> Floats:
    """PIGEON's form (N, C): exp(-(distance - nearest)/tau), whose rows have a larger sum where cells are dense."""
    logits = -distance_matrix_km(photos, centroids) / tau_km
    return np.exp(logits - logits.max(axis=1, keepdims=True))


def hard_targets(cell: NDArray[np.intp], cells: int) -> Floats:
    """One-hot rows (N, C) for the cells (N,) that photos lie in."""
    return np.eye(cells)[cell]
