"""The class of landscapes, and values that several share: lushness and crops by season."""

from __future__ import annotations

from dataclasses import dataclass, field

Weights = dict[str, float]
Crops = dict[str, tuple[str, ...]]

# lushness 0 (parched) .. 1 (after rain) by season
WET = {"winter": 0.8, "summer": 0.72, "monsoon": 1.0, "autumn": 0.92}
MOIST = {"winter": 0.55, "summer": 0.32, "monsoon": 1.0, "autumn": 0.8}
DRY = {"winter": 0.3, "summer": 0.1, "monsoon": 0.78, "autumn": 0.5}
ARID = {"winter": 0.08, "summer": 0.0, "monsoon": 0.35, "autumn": 0.15}
COLD = {"winter": 0.25, "summer": 0.75, "monsoon": 0.95, "autumn": 0.5}
IRRIGATED = {"winter": 0.85, "summer": 0.4, "monsoon": 0.95, "autumn": 0.7}


@dataclass(frozen=True)
class Landscape:
    """One kind of landscape. Weights need not sum to one; keys are those of the modules that draw them."""

    name: str
    relief: Weights
    hill: str  # colour of the hills
    air: str  # key of sky.AIR
    soil: str
    grass: tuple[str, str]  # parched, lush
    lush: dict[str, float]
    trees: Weights
    far_trees: Weights
    shrubs: Weights
    crops: Crops
    settings: Weights  # composition -> weight
    water: str = "#5f8a8c"
    density: float = 1.0  # of trees
    snow_winter: bool = False
    soil_clue: tuple[str, str] | None = None
    relief_clue: str | None = None
    sand: str = "#e0cfa0"
    extra: Weights = field(default_factory=dict)


NORTH_CROPS: Crops = {
    "winter": ("wheat", "mustard", "mustard", "potato"),
    "summer": ("wheat_ripe", "stubble", "wheat_ripe"),
    "monsoon": ("paddy_young", "paddy", "sugarcane"),
    "autumn": ("paddy_ripe", "sugarcane", "stubble"),
}
EAST_CROPS: Crops = {
    "winter": ("paddy_ripe", "mustard", "potato", "stubble"),
    "summer": ("paddy", "jute", "stubble"),
    "monsoon": ("paddy_young", "paddy", "jute"),
    "autumn": ("paddy", "paddy_ripe"),
}
SOUTH_PADDY: Crops = {
    "winter": ("paddy", "paddy_ripe", "sugarcane"),
    "summer": ("paddy", "stubble", "groundnut"),
    "monsoon": ("paddy_young", "paddy", "sugarcane"),
    "autumn": ("paddy", "paddy_young", "paddy"),
}
DECCAN_CROPS: Crops = {
    "winter": ("cotton", "jowar", "sugarcane", "wheat"),
    "summer": ("ploughed", "ploughed", "sugarcane"),
    "monsoon": ("cotton", "soya", "jowar"),
    "autumn": ("cotton", "cotton", "jowar", "sugarcane"),
}
TEA: Crops = dict.fromkeys(("winter", "summer", "monsoon", "autumn"), ("tea",))
HILL_TERRACES: Crops = {
    "winter": ("wheat", "mustard", "stubble"),
    "summer": ("wheat_ripe", "potato", "maize"),
    "monsoon": ("paddy_young", "paddy", "maize"),
    "autumn": ("paddy_ripe", "maize", "stubble"),
}
