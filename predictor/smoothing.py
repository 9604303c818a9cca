"""Geocell targets smoothed by haversine distance (Haas et al. 2024, PIGEON, eq. 2), here normalised to sum to one.

Without the normalisation a photo where cells are small would weigh more than one where they are large.
"""

from __future__ import annotations

import numpy as np

from predictor.geodesy import Floats, distance_matrix_km

INDIA_AREA_KM2 = 3_287_263.0  # Census of India
TAU_PER_SPACING = 0.29  # PIGEON's own ratio: 75 km to a mean cell spacing of 260 km


def automatic_tau_km(cells: int, area_km2: float = INDIA_AREA_KM2) -> float:
    """Smoothing length in km for a number of cells that tile an area: 0.29 of their mean spacing."""
    return TAU_PER_SPACING * float(np.sqrt(area_km2 / cells))


def smoothed_targets(photos: Floats, centroids: Floats, tau_km: float) -> Floats:
    """Probabilities (N, C): softmax over cells of -distance/tau, for unit vectors (N, 3) of photos, (C, 3) of cells."""
    logits = -distance_matrix_km(photos, centroids) / tau_km
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)
