"""Metadata of photos as columns: the source of captions and of the multi-task heads' labels in training.

At inference it is unknown: it is predicted from the picture or not used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.geography import boundaries
from pipeline.geography.landmarks import landmarks, nearest_landmarks
from pipeline.metadata.grids import climates, elevations_m, land_covers, sea_distances_km
from pipeline.metadata.languages import LANGUAGES
from pipeline.metadata.seasons import MONTH_SEASON
from pipeline.metadata.towns import SIZE_FROM, SIZES, towns, towns_of
from predictor.gazetteer.sign_languages import language_and_script
from predictor.geodesy import Floats

Strings = NDArray[np.str_]

BANDS = np.array(["lowland", "plain", "upland", "hills", "mountains", "high mountains"])
BAND_FROM_M = (150.0, 400.0, 900.0, 1800.0, 3200.0)
LANDMARK_KM = 2.0
NO_LANDMARK = "none"
SIGN_KINDS = ("name", "direction", "milestone", "plate")  # kinds of clues that can be read
SCRIPT_IN_MEANING = re.compile(r"\bin (\w+) letters")

CENTRE_KM = 2.0  # radius of a town's centre
COAST_KM = 5.0
MOUNTAINS_FROM_M = 1800.0


@dataclass(frozen=True)
class Metadata:
    """Columns (N,), a row for each photo; "" where a value is unknown.

    ``climate`` is a Köppen-Geiger code, ``land_cover`` a name of `LAND_COVERS`, ``languages`` the state's, joined by
    commas, ``script`` the Unicode name of the script on signs, ``season`` one of winter, summer, monsoon and autumn,
    ``town_size`` one of `SIZES`, ``setting`` as `_settings` says, ``landmark`` the name of the nearest one within
    `LANDMARK_KM` or "none", ``signs`` the texts of known signs, joined by semicolons. Distances are in km.
    """

    state: Strings
    district: Strings
    climate: Strings
    elevation_m: Floats
    elevation_band: Strings
    land_cover: Strings
    languages: Strings
    script: Strings
    sea_km: Floats
    season: Strings
    town: Strings
    town_km: Floats
    town_population: NDArray[np.int64]
    town_size: Strings
    setting: Strings
    landmark: Strings
    nearest_landmark: Strings
    landmark_km: Floats
    signs: Strings

    def __len__(self) -> int:
        return len(self.state)

    def __getitem__(self, rows: Any) -> Metadata:
        """The metadata of some photos: indexes, a mask or a slice."""
        return Metadata(*(getattr(self, field.name)[rows] for field in fields(self)))


# What the multi-task heads learn: labels (N,) of each task; "" is no label.
TASKS: dict[str, Callable[[Metadata], Strings]] = {
    "state": lambda metadata: metadata.state,
    "climate": lambda metadata: metadata.climate,
    "elevation_band": lambda metadata: metadata.elevation_band,
    "script": lambda metadata: metadata.script,
    "season": lambda metadata: metadata.season,
    "setting": lambda metadata: metadata.setting,
    "landmark": lambda metadata: metadata.landmark,
}


def metadata_of(
    latitudes: ArrayLike,
    longitudes: ArrayLike,
    captured_at: Sequence[datetime | None],
    clues: Sequence[list[dict[str, Any]]],
) -> Metadata:
    """The metadata of N photos from positions (N,) in degrees, times of capture and known clues (kind, meaning)."""
    latitude, longitude = np.atleast_1d(np.asarray(latitudes, float)), np.atleast_1d(np.asarray(longitudes, float))
    state, district = boundaries.locate(latitude, longitude)
    climate, cover = climates(latitude, longitude), land_covers(latitude, longitude)
    elevation, sea_km = elevations_m(latitude, longitude), sea_distances_km(latitude, longitude)
    town, town_km = towns_of(latitude, longitude)
    size = SIZES[np.digitize(towns().population[town], SIZE_FROM)]
    landmark, landmark_km = nearest_landmarks(latitude, longitude)
    return Metadata(
        state=state,
        district=district,
        climate=climate,
        elevation_m=elevation,
        elevation_band=np.where(np.isnan(elevation), "", BANDS[np.digitize(np.nan_to_num(elevation), BAND_FROM_M)]),
        land_cover=cover,
        languages=_strings(", ".join(LANGUAGES[name]) for name in state),
        script=_scripts(state, district, longitude, clues),
        sea_km=sea_km,
        season=_strings(MONTH_SEASON[when.month] if when else "" for when in captured_at),
        town=towns().name[town],
        town_km=town_km,
        town_population=towns().population[town],
        town_size=size,
        setting=_settings(climate, elevation, cover, sea_km, town_km),
        landmark=np.where(landmark_km <= LANDMARK_KM, landmarks().name[landmark], NO_LANDMARK),
        nearest_landmark=landmarks().name[landmark],
        landmark_km=landmark_km,
        signs=_strings(
            "; ".join(clue["meaning"] for clue in photo_clues if clue["kind"] in SIGN_KINDS) for photo_clues in clues
        ),
    )


def _strings(values: Any) -> Strings:
    return np.array(list(values), dtype=np.str_)


def _scripts(state: Strings, district: Strings, longitude: Floats, clues: Sequence[list[dict[str, Any]]]) -> Strings:
    """The script of a known sign in the picture, else the usual script of signs in the district."""
    on_signs = [next((match[1] for clue in photo_clues if (match := _script_match(clue))), "") for photo_clues in clues]
    usual = map(language_and_script, state.tolist(), district.tolist(), longitude.tolist())
    return _strings(script or usual_script for script, (_, usual_script) in zip(on_signs, usual, strict=True))


def _script_match(clue: dict[str, Any]) -> re.Match[str] | None:
    return SCRIPT_IN_MEANING.search(clue["meaning"]) if clue["kind"] == "script" else None


def _settings(climate: Strings, elevation: Floats, cover: Strings, sea_km: Floats, town_km: Floats) -> Strings:
    """One word for the surroundings (N,): that of the first rule that holds, else "rural"; "" outside the grids.

    urban: built-up land, or within `CENTRE_KM` of the middle of a town. coast: within `COAST_KM` of the sea. mountain:
    `MOUNTAINS_FROM_M` high, tundra or snow. desert: barren ground, or a desert climate on land that is not farmed.
    forest: forest or woodland.
    """
    rules = {
        "urban": (cover == "built-up") | (town_km <= CENTRE_KM),
        "coast": sea_km <= COAST_KM,
        "mountain": (elevation >= MOUNTAINS_FROM_M) | np.char.startswith(climate, "E") | (cover == "snow"),
        "desert": (cover == "barren") | (np.char.startswith(climate, "BW") & (cover != "cropland")),
        "forest": np.isin(cover, ["forest", "woodland"]),
    }
    return np.select([cover == "", *rules.values()], ["", *rules], "rural")
