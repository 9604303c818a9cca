"""Coverage of India by photos: by state and district, compared with population and area, and what to collect next.

Population: Census of India 2011, in thousands, for today's states (Telangana, Ladakh and the merged union territory of
Dadra and Nagar Haveli and Daman and Diu from the census's district tables). Areas are computed from the boundaries.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import shapely
from django.db.models import Count, QuerySet

from pipeline.geography.boundaries import districts, states
from pipeline.geography.plane import to_plane
from pipeline.models import Photo

POPULATION_THOUSANDS = {
    "Andaman and Nicobar Islands": 381, "Andhra Pradesh": 49_577, "Arunachal Pradesh": 1_384, "Assam": 31_206,
    "Bihar": 104_099, "Chandigarh": 1_055, "Chhattisgarh": 25_545, "Dadra and Nagar Haveli and Daman and Diu": 587,
    "Delhi": 16_788, "Goa": 1_459, "Gujarat": 60_440, "Haryana": 25_351, "Himachal Pradesh": 6_865,
    "Jammu and Kashmir": 12_267, "Jharkhand": 32_988, "Karnataka": 61_095, "Kerala": 33_406, "Ladakh": 274,
    "Lakshadweep": 64, "Madhya Pradesh": 72_627, "Maharashtra": 112_374, "Manipur": 2_856, "Meghalaya": 2_967,
    "Mizoram": 1_097, "Nagaland": 1_979, "Odisha": 41_974, "Puducherry": 1_248, "Punjab": 27_743,
    "Rajasthan": 68_548, "Sikkim": 611, "Tamil Nadu": 72_147, "Telangana": 35_004, "Tripura": 3_674,
    "Uttar Pradesh": 199_812, "Uttarakhand": 10_086, "West Bengal": 91_276,
}  # fmt: skip


@dataclass(frozen=True)
class StateCoverage:
    """Photos of a state, and the number expected from its mean share of population (thousands) and area (km²)."""

    name: str
    photos: int
    population: int
    area_km2: float
    expected: float
    districts: int
    empty_districts: int

    @property
    def missing(self) -> float:
        """Photos to collect until the expected number is reached; negative where there are more."""
        return self.expected - self.photos


def coverage(photos: QuerySet[Photo]) -> list[StateCoverage]:
    """All states, the one with the most missing photos first."""
    by_state = dict(photos.order_by().values_list("state").annotate(Count("pk", distinct=True)))
    with_photos = set(photos.order_by().values_list("state", "district").distinct())
    areas, names = areas_km2(), _districts()
    total, land, people = sum(by_state.values()), sum(areas.values()), sum(POPULATION_THOUSANDS.values())
    rows = []
    for state, area in areas.items():
        share = (POPULATION_THOUSANDS[state] / people + area / land) / 2
        empty = sum((state, district) not in with_photos for district in names[state])
        rows.append(
            StateCoverage(
                state,
                by_state.get(state, 0),
                POPULATION_THOUSANDS[state],
                area,
                share * total,
                len(names[state]),
                empty,
            )
        )
    return sorted(rows, key=lambda row: (-row.missing, row.name))


@lru_cache
def areas_km2() -> dict[str, float]:
    """Area of each state."""
    table = states()
    areas = shapely.area(to_plane(table.geometry.to_numpy())) / 1e6
    return dict(zip(table["state"].tolist(), areas.tolist(), strict=True))


@lru_cache
def _districts() -> dict[str, set[str]]:
    table = districts()
    by_state: dict[str, set[str]] = {}
    for state, district in zip(table["state"].tolist(), table["district"].tolist(), strict=True):
        by_state.setdefault(state, set()).add(district)
    return by_state
