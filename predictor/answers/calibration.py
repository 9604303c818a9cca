"""Calibration on held-out photos: temperature of the probabilities, radius around a guess, threshold of doubt.

The radius is conformal, from residuals normalised by the spread (Lei et al. 2018), within groups of pictures that lie
about equally far from the nearest training photo (Mondrian conformal prediction: Vovk, Gammerman, Shafer 2005): what
resembles nothing that the model knows gets wider circles. All are fitted in `pipeline.training.choosing`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np

from predictor.geodesy import EARTH_RADIUS_KM, Floats

COVERAGE = 0.9
GROUPS = 3  # of pictures by their cosine to the nearest training photo
FEWEST_IN_GROUP = 50  # photos; with fewer there are fewer groups


@dataclass(frozen=True)
class Calibration:
    """``temperature`` divides the cells' logits, ``state_temperature`` the logarithms of their sums by state: a cell
    counts for the state that most of it lies in, so that the sums alone are too sure. ``state_doubt`` is the share of
    the probability that all states get alike: a picture may be of a state from which the version knows none.

    A factor times the spread of an estimate is the radius of the circle that holds the true position with probability
    ``coverage``. Pictures are grouped by their cosine to the nearest training photo: ``radius_cosines`` are the bounds
    between the groups, ascending, and ``radius_factors`` the factor of each. A picture whose cosine is below
    ``doubt_cosine``, as it is for one held-out photo in a hundred, is probably not of India. ``read_factor`` is the
    factor of pictures in which a text was read, None where too few were held out to tell.
    """

    temperature: float = 1.0
    state_temperature: float = 1.0
    state_doubt: float = 0.0
    radius_factors: tuple[float, ...] = (1.0,)
    radius_cosines: tuple[float, ...] = ()
    coverage: float = COVERAGE
    doubt_cosine: float = -1.0
    read_factor: float | None = None

    def radius_km(self, spread_km: float, cosine: float, read: bool = False) -> float:
        """Radius in km of the circle around a guess with this spread, for a picture with this cosine to the nearest
        training photo, in which a text was ``read`` or not; at most half the Earth's circumference.
        """
        factor = self.radius_factors[bisect_right(self.radius_cosines, cosine)]
        if read and self.read_factor is not None:
            factor = self.read_factor
        return min(factor * spread_km, np.pi * EARTH_RADIUS_KM)

    @classmethod
    def read(cls, content: dict[str, Any]) -> Calibration:
        """From stored fields. Format 2 of artifacts has one factor for all pictures, and states' sums as they are."""
        if "radius_factor" in content:
            factor = content.pop("radius_factor")
            content = {**content, "radius_factors": [factor], "radius_cosines": []}
        tuples = {name: tuple(content[name]) for name in ("radius_factors", "radius_cosines")}
        return cls(**{**content, **tuples})


def conformal_factors(
    distances_km: Floats, spreads_km: Floats, cosines: Floats, coverage: float = COVERAGE
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(factors, bounds): bounds that part N pictures into groups of equal size by their cosines (N,), and the factor on
    the spread (N,) that covers this share of each group's distances (N,).
    """
    groups = max(1, min(GROUPS, len(cosines) // FEWEST_IN_GROUP))
    bounds = np.quantile(cosines, np.arange(1, groups) / groups)
    group = np.searchsorted(bounds, cosines, side="right")
    factors = [
        conformal_factor(distances_km[group == number], spreads_km[group == number], coverage)
        for number in range(groups)
    ]
    return tuple(factors), tuple(bounds.tolist())


def conformal_factor(distances_km: Floats, spreads_km: Floats, coverage: float = COVERAGE) -> float:
    """The factor on the spread that covers this share of the distances, with split conformal's correction."""
    ratios = np.sort(distances_km / spreads_km)
    rank = int(np.ceil((len(ratios) + 1) * coverage))
    return float(ratios[min(rank, len(ratios)) - 1])
