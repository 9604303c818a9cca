"""Calibration on held-out photos: temperature of the probabilities, radius around a guess, threshold of doubt.

The radius is conformal, from residuals normalised by the spread (Lei et al. 2018).
All are fitted in `pipeline.training.choosing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictor.geodesy import EARTH_RADIUS_KM, Floats

COVERAGE = 0.9


@dataclass(frozen=True)
class Calibration:
    """``temperature`` divides the cells' logits.

    ``radius_factor`` times the spread of an estimate is the radius of the circle that holds the true position with
    probability ``coverage``. A picture whose cosine to its nearest training photo is below ``doubt_cosine``, as it is
    for one held-out photo in a hundred, is probably not of India.
    """

    temperature: float = 1.0
    radius_factor: float = 1.0
    coverage: float = COVERAGE
    doubt_cosine: float = -1.0

    def radius_km(self, spread_km: float) -> float:
        """Radius in km of the circle around a guess with this spread, at most half the Earth's circumference."""
        return min(self.radius_factor * spread_km, np.pi * EARTH_RADIUS_KM)


def conformal_factor(distances_km: Floats, spreads_km: Floats, coverage: float = COVERAGE) -> float:
    """The factor on the spread that covers this share of the distances, with split conformal's correction."""
    ratios = np.sort(distances_km / spreads_km)
    rank = int(np.ceil((len(ratios) + 1) * coverage))
    return float(ratios[min(rank, len(ratios)) - 1])
