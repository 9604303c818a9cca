"""Metadata of a photo, derived from its position, its capture time and its known clues."""

from pipeline.metadata.columns import TASKS, Metadata, metadata_of
from pipeline.metadata.grids import WINDOW, climate_zones, climates, elevations_m, land_covers, sample, sea_distances_km

__all__ = [
    "TASKS",
    "WINDOW",
    "Metadata",
    "climate_zones",
    "climates",
    "elevations_m",
    "land_covers",
    "metadata_of",
    "sample",
    "sea_distances_km",
]
