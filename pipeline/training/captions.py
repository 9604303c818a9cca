"""Captions of photos from their metadata, by templates whose parts are dropped and shuffled at random.

The idea, and roughly the shares, are PIGEON's (Haas et al. 2023); the parts suit a single country: state,
district, script, land and sea instead of country and driving side.
"""

from __future__ import annotations

import numpy as np

from pipeline.metadata import Metadata
from pipeline.metadata.columns import NO_LANDMARK

NEAR_TOWN_KM = 25.0  # towns farther away are not mentioned
NEAR_LANDMARK_KM = 25.0
SHORE_KM, INLAND_KM = 5.0, 300.0

# Share of the captions that mention a part, where it is known. PIGEON: region .6, town .4, climate .4, month .3.
PLACE_SHARES = {"town": 0.4, "district": 0.4, "state": 0.8}
SHARES = {
    "climate": 0.4, "height": 0.3, "land": 0.3, "landmark": 0.5, "script": 0.4, "sea": 0.3, "season": 0.3,
    "setting": 0.4, "signs": 0.2,
}  # fmt: skip

DRY_CLIMATES = {
    "BWh": "a hot desert", "BWk": "a cold desert", "BSh": "hot and half-dry", "BSk": "cold and half-dry",
    "ET": "too cold for trees", "EF": "icy all the year",
}  # fmt: skip
WARMTH = {"A": "hot", "C": "mild", "D": "cold"}
RAIN = {"f": "rain in every season", "m": "a heavy monsoon", "w": "a dry winter", "s": "a dry summer"}
LAND = {
    "forest": "forest", "woodland": "open woods", "shrubland": "scrub", "savanna": "grass with scattered trees",
    "grassland": "grass", "wetland": "marsh", "cropland": "fields", "built-up": "houses and streets",
    "snow": "snow and ice", "barren": "bare ground",
}  # fmt: skip
SETTINGS = {
    "urban": "in a town", "rural": "in the countryside", "coast": "on the coast", "forest": "in the woods",
    "mountain": "in the mountains", "desert": "in the desert",
}  # fmt: skip
SEASONS = {
    "winter": "in winter", "summer": "in the hot months before the rains", "monsoon": "during the monsoon",
    "autumn": "in autumn, after the rains",
}  # fmt: skip
SCRIPT_NAMES = {"Bengali": "Bengali-Assamese", "Oriya": "Odia", "Arabic": "Urdu"}  # Unicode's name to the usual one


def captions_of(metadata: Metadata, rng: np.random.Generator) -> list[str]:
    """A random caption for each of N photos: each call draws other parts in another order."""
    count, names = len(metadata), list(SHARES)
    sentences = _sentences(metadata)
    mentioned = rng.random((count, len(names))) < list(SHARES.values())
    order = rng.random((count, len(names))).argsort(axis=1)
    captions = []
    for photo, opening in enumerate(_openings(metadata, rng)):
        parts = [sentences[names[part]][photo] for part in order[photo] if mentioned[photo, part]]
        captions.append(" ".join([opening, *filter(None, parts)]))
    return captions


def climate_in_words(code: str) -> str:
    """A Köppen-Geiger code described by warmth and rain; "" for none."""
    if code in DRY_CLIMATES or not code:
        return DRY_CLIMATES.get(code, "")
    return f"{WARMTH[code[0]]}, with {RAIN[code[1]]}"


def _openings(metadata: Metadata, rng: np.random.Generator) -> list[str]:
    """Opening sentences (N,) such as "A picture taken near T, in D district, in S.", with parts left out at random."""
    near = metadata.town_km <= NEAR_TOWN_KM
    mentioned = rng.random((len(metadata), len(PLACE_SHARES))) < list(PLACE_SHARES.values())
    openings = []
    for town, close, district, state, (say_town, say_district, say_state) in zip(
        metadata.town, near, metadata.district, metadata.state, mentioned, strict=True
    ):
        parts = [f"near {town}"] if close and say_town else []
        parts += [f"in {district} district"] if say_district else []
        parts += [f"in {state}"] if say_state else []
        openings.append(f"A picture taken {', '.join(parts)}." if parts else "A picture taken in India.")
    return openings


def _sentences(metadata: Metadata) -> dict[str, list[str]]:
    """N sentences for each part of `SHARES`; "" where its metadata are unknown."""
    return {
        "climate": [
            f"The climate is {words}." if (words := climate_in_words(code)) else "" for code in metadata.climate
        ],
        "height": [f"It lies in the {band}." if band else "" for band in metadata.elevation_band],
        "land": [f"The land around is {LAND[cover]}." if cover else "" for cover in metadata.land_cover],
        "landmark": [
            f"This is {at}." if at != NO_LANDMARK else f"{name} is not far." if km <= NEAR_LANDMARK_KM else ""
            for at, name, km in zip(metadata.landmark, metadata.nearest_landmark, metadata.landmark_km, strict=True)
        ],
        "script": [
            f"Signs are in {SCRIPT_NAMES.get(script, script)} letters." if script else "" for script in metadata.script
        ],
        "sea": [
            "The sea is close." if km <= SHORE_KM else "The sea is far away." if km >= INLAND_KM else ""
            for km in metadata.sea_km
        ],
        "season": [f"It was taken {SEASONS[season]}." if season else "" for season in metadata.season],
        "setting": [f"It shows a place {SETTINGS[setting]}." if setting else "" for setting in metadata.setting],
        "signs": [f"A sign says: {signs}." if signs else "" for signs in metadata.signs],
    }
