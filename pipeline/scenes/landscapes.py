"""The landscapes of India and which one a place lies in: relief, air, soil, plants, crops and water by region.

After the physiographic divisions and agro-climatic zones of India (Survey of India; Planning Commission 1989), told by
state, position, height and distance to the sea.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.scenes.place import Place

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
    """One kind of country. Weights need not add up to one; keys are those of the modules that draw them."""

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

LAND = {
    item.name: item
    for item in (
        Landscape(
            "cold_desert",
            {"barren": 1},
            "#ab8f70",
            "alpine",
            "#bfa985",
            ("#b7a57c", "#a5a46a"),
            {"winter": 0.1, "summer": 0.55, "monsoon": 0.6, "autumn": 0.3},
            {"poplar": 4, "willow": 3},
            {"poplar": 3, "willow": 2},
            {"seabuckthorn": 2, "juniper": 1, "scrub": 2},
            {
                "winter": ("stubble",),
                "summer": ("barley", "stubble"),
                "monsoon": ("barley", "barley"),
                "autumn": ("stubble", "barley"),
            },
            {"road": 2, "open": 3, "river": 2, "field": 1, "street": 0.6, "village": 2},
            "#3f8f9c",
            0.55,
            soil_clue=("soil", "Bare grey-brown gravel: the cold desert behind the Himalaya"),
            relief_clue="Bare, folded mountains: Ladakh, Spiti or Zanskar",
        ),
        Landscape(
            "kashmir",
            {"himalaya": 1},
            "#3f6a58",
            "mountain",
            "#8a7256",
            ("#a59a60", "#7fae4f"),
            COLD,
            {"poplar": 4, "chinar": 3, "willow": 3, "apple": 2},
            {"poplar": 6, "willow": 2, "chinar": 1},
            {"hedge": 1, "grass": 3},
            {
                "winter": ("stubble", "ploughed"),
                "summer": ("mustard", "wheat"),
                "monsoon": ("paddy", "paddy"),
                "autumn": ("saffron", "paddy_ripe", "paddy_ripe"),
            },
            {"road": 2, "lake": 3, "field": 3, "street": 1.2, "village": 2, "orchard": 1},
            "#5f8f9e",
            1.0,
            True,
            relief_clue="A flat green valley under snow peaks: Kashmir",
        ),
        Landscape(
            "high_himalaya",
            {"himalaya": 1},
            "#2f5545",
            "mountain",
            "#7d6b52",
            ("#a8985c", "#79a44a"),
            COLD,
            {"deodar": 6, "fir": 2, "oak": 1, "apple": 2},
            {"deodar": 5, "fir": 3},
            {"hedge": 1, "grass": 3, "fern": 1},
            {
                "winter": ("stubble",),
                "summer": ("potato", "wheat"),
                "monsoon": ("maize", "potato"),
                "autumn": ("stubble", "maize"),
            },
            {"ghat": 4, "open": 2, "river": 2, "orchard": 2, "village": 2, "street": 1.2},
            "#6fa3a4",
            1.2,
            True,
            relief_clue="Snow peaks over deodar forest: the western Himalaya",
        ),
        Landscape(
            "mid_himalaya",
            {"far_snow": 1},
            "#446b4a",
            "mountain",
            "#937552",
            ("#a99a5a", "#7da548"),
            MOIST,
            {"pine": 5, "oak": 2, "rhododendron": 1, "deodar": 1},
            {"pine": 4, "oak": 2},
            {"hedge": 1, "lantana": 1, "grass": 3},
            HILL_TERRACES,
            {"ghat": 4, "terraces": 3, "river": 2, "village": 2, "street": 1.2, "road": 1},
            "#6f9d98",
            1.0,
            relief_clue="Ridge behind ridge with pine and terraces: the Himalayan foothills",
        ),
        Landscape(
            "east_himalaya",
            {"himalaya": 1},
            "#2c5a40",
            "mountain",
            "#7d6346",
            ("#8f9a50", "#6aa046"),
            WET,
            {"fir": 2, "rhododendron": 2, "jungle": 2, "bamboo": 2, "oak": 2},
            {"jungle": 3, "fir": 2, "bamboo": 1},
            {"fern": 3, "grass": 2},
            {
                "winter": ("stubble", "potato"),
                "summer": ("maize",),
                "monsoon": ("paddy", "maize"),
                "autumn": ("paddy_ripe", "maize"),
            },
            {"ghat": 4, "terraces": 2, "river": 2, "village": 2, "street": 1.2},
            "#6f9f9a",
            1.4,
            relief_clue="One great snow massif over wet green forest: the eastern Himalaya",
        ),
        Landscape(
            "punjab_plain",
            {"none": 1},
            "#7f9a70",
            "plain",
            "#b59b72",
            ("#b5a562", "#7fa646"),
            IRRIGATED,
            {"poplar": 4, "eucalyptus": 4, "neem": 2, "peepal": 1},
            {"poplar": 4, "eucalyptus": 4, "mango": 1},
            {"grass": 4, "hedge": 1},
            {
                "winter": ("wheat", "mustard", "wheat", "mustard"),
                "summer": ("wheat_ripe", "wheat_ripe", "stubble"),
                "monsoon": ("paddy", "paddy_young"),
                "autumn": ("paddy_ripe", "paddy_ripe", "sugarcane"),
            },
            {"road": 3, "field": 4, "canal": 2, "street": 1.2, "village": 2},
            "#6f8f82",
            0.85,
            relief_clue="Level to the horizon, field after field: the northern plain",
        ),
        Landscape(
            "ganges_plain",
            {"none": 1},
            "#7f9a70",
            "plain",
            "#bfa57c",
            ("#b9a868", "#82a24a"),
            MOIST,
            {"mango": 4, "neem": 3, "peepal": 2, "banyan": 1, "eucalyptus": 1},
            {"mango": 5, "neem": 2, "palmyra": 0.5},
            {"grass": 4, "hedge": 1, "lantana": 1},
            NORTH_CROPS,
            {"road": 3, "field": 3, "river": 2, "street": 1.8, "village": 2},
            "#8c9a86",
            0.9,
            soil_clue=("soil", "Pale silt: the alluvium of the great plain"),
            relief_clue="Level to the horizon: the Ganges plain",
        ),
        Landscape(
            "bihar_plain",
            {"none": 1},
            "#7a9a6c",
            "plain",
            "#b59a74",
            ("#ada25e", "#78a344"),
            MOIST,
            {"mango": 4, "palmyra": 3, "bamboo": 2, "peepal": 1, "date": 1},
            {"mango": 4, "palmyra": 3, "bamboo": 1},
            {"grass": 4, "banana": 1},
            {
                "winter": ("wheat", "mustard", "maize"),
                "summer": ("wheat_ripe", "maize"),
                "monsoon": ("paddy_young", "paddy", "jute"),
                "autumn": ("paddy_ripe", "sugarcane"),
            },
            {"road": 3, "field": 3, "river": 3, "street": 1.2, "village": 2},
            "#8f9c88",
            1.0,
            relief_clue="Level fields with palms and mango groves: the middle Ganges plain",
        ),
        Landscape(
            "bengal_delta",
            {"none": 1},
            "#6f9a6a",
            "humid",
            "#8f7d62",
            ("#98a052", "#6ea63e"),
            WET,
            {"coconut": 3, "date": 3, "banana": 3, "bamboo": 2, "mango": 2, "areca": 1},
            {"coconut": 2, "bamboo": 3, "mango": 3, "date": 2},
            {"grass": 3, "fern": 1, "banana": 2},
            EAST_CROPS,
            {"road": 2, "field": 3, "pond": 4, "river": 2, "street": 1.2, "village": 3},
            "#6d8a72",
            1.2,
            relief_clue="No hill in sight, water everywhere: the Bengal delta",
        ),
        Landscape(
            "dooars",
            {"blue_hills": 1},
            "#4a6f60",
            "humid",
            "#8a7a5e",
            ("#98a052", "#66a03e"),
            WET,
            {"shade_tree": 4, "sal": 2, "areca": 2, "bamboo": 2},
            {"shade_tree": 3, "sal": 3, "bamboo": 1},
            {"grass": 3, "fern": 2},
            TEA,
            {"tea": 5, "road": 2, "river": 2, "street": 1.2, "village": 1},
            "#7d9c96",
            1.1,
            relief_clue="Tea plains below a blue wall of hills: the Dooars and Terai",
        ),
        Landscape(
            "assam",
            {"blue_hills": 1},
            "#4f7568",
            "humid",
            "#8d7d62",
            ("#96a050", "#66a53c"),
            WET,
            {"areca": 5, "bamboo": 4, "banana": 3, "shade_tree": 2},
            {"areca": 3, "bamboo": 4, "jungle": 2, "shade_tree": 1},
            {"grass": 3, "banana": 2, "fern": 1},
            {
                "winter": ("mustard", "paddy_ripe", "tea"),
                "summer": ("tea", "paddy", "jute"),
                "monsoon": ("paddy", "paddy_young", "tea"),
                "autumn": ("paddy", "tea", "paddy_ripe"),
            },
            {"tea": 4, "field": 2, "river": 3, "pond": 1, "road": 2, "street": 1.2, "village": 2},
            "#8a9f98",
            1.2,
            relief_clue="A wide river plain under a faint line of blue hills: Assam",
        ),
        Landscape(
            "khasi",
            {"plateau_gorge": 1},
            "#4f7d48",
            "humid",
            "#a05f3c",
            ("#a5a054", "#84b04a"),
            WET,
            {"khasi_pine": 6, "areca": 1, "bamboo": 1},
            {"khasi_pine": 5, "jungle": 1},
            {"fern": 2, "grass": 4},
            {
                "winter": ("stubble", "potato"),
                "summer": ("potato", "maize"),
                "monsoon": ("potato", "paddy"),
                "autumn": ("paddy_ripe", "potato"),
            },
            {"open": 4, "ghat": 3, "river": 1, "village": 2, "street": 1.2},
            "#6d969a",
            0.9,
            relief_clue="Rolling green tableland cut by gorges: the Khasi hills",
        ),
        Landscape(
            "naga_hills",
            {"steep_green": 1},
            "#35664a",
            "humid",
            "#8f6444",
            ("#97994e", "#5f983c"),
            WET,
            {"jungle": 3, "bamboo": 4, "khasi_pine": 1, "banana": 2},
            {"jungle": 4, "bamboo": 3},
            {"fern": 3, "grass": 2, "banana": 1},
            {
                "winter": ("stubble", "mustard"),
                "summer": ("maize",),
                "monsoon": ("paddy", "paddy_young"),
                "autumn": ("paddy_ripe", "paddy"),
            },
            {"ghat": 4, "terraces": 4, "village": 2, "street": 1.2, "river": 1},
            "#7d9a88",
            1.4,
            relief_clue="Steep wet ridges one behind another: the hills along Myanmar",
        ),
        Landscape(
            "mizo_hills",
            {"steep_green": 1},
            "#3f7350",
            "humid",
            "#a5663f",
            ("#9c9a4c", "#6aa23e"),
            WET,
            {"bamboo": 7, "banana": 3, "jungle": 1},
            {"bamboo": 6, "jungle": 2},
            {"fern": 2, "banana": 2, "grass": 2},
            {"winter": ("stubble",), "summer": ("maize",), "monsoon": ("maize", "paddy"), "autumn": ("paddy_ripe",)},
            {"ghat": 6, "village": 3, "street": 1.8, "open": 1},
            "#7d9a88",
            1.4,
            relief_clue="Sharp parallel ridges full of bamboo: the Lushai hills",
        ),
        Landscape(
            "manipur_valley",
            {"steep_green": 1},
            "#4a7263",
            "mountain",
            "#8c7556",
            ("#a39a54", "#74a846"),
            MOIST,
            {"bamboo": 4, "khasi_pine": 1, "willow": 1, "banana": 2},
            {"bamboo": 4, "jungle": 2},
            {"grass": 4, "fern": 1},
            {
                "winter": ("mustard", "stubble"),
                "summer": ("paddy_young",),
                "monsoon": ("paddy", "paddy_young"),
                "autumn": ("paddy_ripe", "paddy"),
            },
            {"lake": 5, "field": 3, "road": 2, "street": 1.2, "village": 2},
            "#6f98a8",
            0.9,
            relief_clue="A flat valley with a wide lake ringed by hills: Manipur",
        ),
        Landscape(
            "tripura",
            {"low_hills": 1},
            "#4a7a4a",
            "humid",
            "#a96a45",
            ("#9a9c4e", "#68a23e"),
            WET,
            {"rubber": 5, "bamboo": 3, "banana": 3, "areca": 2},
            {"rubber": 4, "bamboo": 3, "jungle": 1},
            {"fern": 2, "grass": 2, "banana": 1},
            {
                "winter": ("pineapple", "paddy_ripe"),
                "summer": ("pineapple", "paddy"),
                "monsoon": ("paddy", "pineapple"),
                "autumn": ("paddy_ripe", "pineapple"),
            },
            {"road": 3, "field": 3, "plantation": 2, "pond": 2, "street": 1.2, "village": 2},
            "#71907a",
            1.3,
        ),
        Landscape(
            "arunachal",
            {"steep_green": 2, "himalaya": 1},
            "#2f5f4a",
            "humid",
            "#7f6a4e",
            ("#8f9a50", "#5c9440"),
            WET,
            {"jungle": 5, "bamboo": 3, "fern": 1, "banana": 1},
            {"jungle": 6, "bamboo": 2},
            {"fern": 4, "grass": 1},
            {
                "winter": ("stubble", "mustard"),
                "summer": ("maize",),
                "monsoon": ("paddy",),
                "autumn": ("paddy_ripe", "paddy_ripe"),
            },
            {"river": 5, "ghat": 3, "terraces": 1, "village": 2, "street": 0.6},
            "#5f9fa0",
            1.5,
            relief_clue="Forested walls over a fast green river: Arunachal",
        ),
        Landscape(
            "thar",
            {"dunes": 3, "none": 1},
            "#dfb777",
            "desert",
            "#e0bd82",
            ("#cdb077", "#a8a55c"),
            ARID,
            {"khejri": 5, "babul": 2, "prosopis": 1},
            {"khejri": 3, "prosopis": 2},
            {"scrub": 5, "grass": 1},
            {
                "winter": ("mustard", "stubble"),
                "summer": ("stubble",),
                "monsoon": ("bajra",),
                "autumn": ("bajra", "stubble"),
            },
            {"desert": 5, "road": 3, "village": 2, "street": 1.2},
            "#7a9a96",
            0.35,
            soil_clue=("soil", "Yellow sand: the Thar desert"),
            relief_clue="Dunes: the Thar desert",
        ),
        Landscape(
            "aravalli",
            {"aravalli": 1},
            "#a07f62",
            "desert",
            "#c99c68",
            ("#bfa268", "#8fa050"),
            DRY,
            {"khejri": 3, "neem": 3, "babul": 3, "palash": 1},
            {"babul": 3, "neem": 2, "khejri": 2},
            {"scrub": 4, "grass": 2},
            {
                "winter": ("mustard", "mustard", "wheat"),
                "summer": ("stubble", "ploughed"),
                "monsoon": ("bajra", "maize"),
                "autumn": ("bajra", "stubble"),
            },
            {"road": 3, "field": 3, "street": 1.2, "village": 2, "lake": 1, "open": 1},
            "#6d938f",
            0.6,
            relief_clue="Low bare rocky ridges: the Aravalli",
        ),
        Landscape(
            "kutch",
            {"none": 3, "aravalli": 1},
            "#b09a80",
            "desert",
            "#d2bd98",
            ("#c4ae7c", "#9fa45e"),
            ARID,
            {"prosopis": 5, "babul": 2, "date": 1},
            {"prosopis": 4, "babul": 1},
            {"scrub": 5},
            {
                "winter": ("cotton", "mustard"),
                "summer": ("stubble",),
                "monsoon": ("bajra", "groundnut"),
                "autumn": ("cotton", "groundnut"),
            },
            {"salt": 5, "road": 3, "street": 1.2, "village": 2, "coast": 1},
            "#8fa8a8",
            0.35,
            soil_clue=("soil", "White salt flats: the Rann of Kutch"),
        ),
        Landscape(
            "gujarat_plain",
            {"none": 2, "aravalli": 1},
            "#a39273",
            "plateau",
            "#9a7a58",
            ("#bda667", "#88a24c"),
            DRY,
            {"neem": 4, "banyan": 2, "babul": 3, "prosopis": 1, "mango": 1},
            {"neem": 3, "babul": 3},
            {"scrub": 2, "grass": 3, "hedge": 1},
            {
                "winter": ("cotton", "wheat", "cotton"),
                "summer": ("ploughed", "groundnut"),
                "monsoon": ("cotton", "groundnut", "bajra"),
                "autumn": ("cotton", "groundnut"),
            },
            {"road": 3, "field": 4, "street": 1.8, "village": 2},
            "#7a9690",
            0.7,
        ),
        Landscape(
            "malwa",
            {"low_hills": 1},
            "#7f8758",
            "plateau",
            "#5a4636",
            ("#bfa566", "#80a046"),
            DRY,
            {"teak": 4, "palash": 2, "mango": 2, "neem": 2, "peepal": 1},
            {"teak": 4, "neem": 2, "palash": 1},
            {"scrub": 2, "grass": 3, "lantana": 1},
            {
                "winter": ("wheat", "wheat", "mustard"),
                "summer": ("ploughed", "wheat_ripe", "stubble"),
                "monsoon": ("soya", "soya", "maize"),
                "autumn": ("soya", "ploughed", "cotton"),
            },
            {"road": 3, "field": 4, "river": 2, "street": 1.2, "village": 2},
            "#718f86",
            0.9,
            soil_clue=("soil", "Black soil: the Malwa and Deccan plateaus"),
        ),
        Landscape(
            "sal_plateau",
            {"low_hills": 1},
            "#567a4c",
            "humid",
            "#b5653c",
            ("#b09e5c", "#74a444"),
            MOIST,
            {"sal": 6, "palash": 2, "mango": 1, "palmyra": 1},
            {"sal": 6, "palash": 1},
            {"grass": 3, "scrub": 1, "lantana": 1},
            {
                "winter": ("stubble", "mustard"),
                "summer": ("ploughed", "stubble"),
                "monsoon": ("paddy_young", "paddy"),
                "autumn": ("paddy_ripe", "paddy_ripe"),
            },
            {"road": 3, "field": 3, "forest": 3, "street": 1.2, "village": 3, "river": 1},
            "#7a907c",
            1.2,
            soil_clue=("soil", "Red earth under sal forest: Jharkhand, Chhattisgarh or inner Odisha"),
        ),
        Landscape(
            "deccan_trap",
            {"mesas": 1},
            "#7d7058",
            "plateau",
            "#4a3b31",
            ("#bf9f60", "#7fa346"),
            DRY,
            {"babul": 3, "neem": 3, "banyan": 1, "mango": 1},
            {"neem": 3, "babul": 3},
            {"scrub": 2, "grass": 4},
            DECCAN_CROPS,
            {"road": 3, "field": 4, "open": 1, "street": 1.8, "village": 2},
            "#718b80",
            0.65,
            soil_clue=("soil", "Black cotton soil: the Deccan trap"),
            relief_clue="Flat-topped stepped hills: the basalt of the Deccan",
        ),
        Landscape(
            "telangana",
            {"granite": 1},
            "#a58d78",
            "plateau",
            "#b06a45",
            ("#bf9c5e", "#84a248"),
            DRY,
            {"palmyra": 4, "neem": 3, "babul": 2, "tamarind": 1},
            {"palmyra": 2, "neem": 3},
            {"scrub": 3, "grass": 2},
            {
                "winter": ("cotton", "chilli", "paddy"),
                "summer": ("ploughed", "paddy", "stubble"),
                "monsoon": ("cotton", "paddy_young", "maize"),
                "autumn": ("cotton", "paddy", "chilli"),
            },
            {"road": 3, "field": 3, "lake": 2, "street": 1.8, "village": 2},
            "#6f8f8c",
            0.65,
            soil_clue=("soil", "Red granite soil: the southern plateau"),
            relief_clue="Heaps of granite boulders: Telangana, Rayalaseema or eastern Karnataka",
        ),
        Landscape(
            "mysore",
            {"granite": 1, "low_hills": 1},
            "#8f8270",
            "plateau",
            "#a85a3a",
            ("#bd9e5c", "#7fa548"),
            DRY,
            {"coconut": 4, "banyan": 2, "areca": 1, "eucalyptus": 1, "tamarind": 2},
            {"coconut": 3, "eucalyptus": 2, "neem": 2},
            {"grass": 3, "lantana": 1, "scrub": 1},
            {
                "winter": ("ragi", "sugarcane", "paddy"),
                "summer": ("ploughed", "stubble", "sugarcane"),
                "monsoon": ("ragi", "maize", "paddy_young"),
                "autumn": ("ragi", "ragi", "paddy"),
            },
            {"road": 3, "field": 3, "lake": 2, "street": 1.8, "village": 2},
            "#6f8f8c",
            0.85,
            soil_clue=("soil", "Deep red soil: southern Karnataka"),
        ),
        Landscape(
            "andhra_delta",
            {"none": 2, "low_hills": 1},
            "#6f8a68",
            "tropical",
            "#8a6a4c",
            ("#b3a058", "#74ab3e"),
            MOIST,
            {"palmyra": 5, "coconut": 3, "banana": 2, "neem": 1},
            {"palmyra": 4, "coconut": 3, "mango": 1},
            {"grass": 4, "banana": 1},
            SOUTH_PADDY,
            {"canal": 3, "field": 4, "road": 2, "street": 1.2, "village": 2},
            "#71927f",
            1.0,
        ),
        Landscape(
            "tamil_plain",
            {"none": 2, "granite": 2},
            "#94806f",
            "tropical",
            "#b5623c",
            ("#bd9f5a", "#80aa44"),
            DRY,
            {"palmyra": 7, "coconut": 2, "tamarind": 2, "neem": 2, "babul": 1},
            {"palmyra": 5, "coconut": 2, "neem": 1},
            {"scrub": 1, "grass": 3},
            SOUTH_PADDY,
            {"road": 3, "field": 4, "lake": 2, "street": 1.8, "village": 2},
            "#71938c",
            0.9,
            soil_clue=("soil", "Brick-red soil with palmyra: Tamil Nadu"),
        ),
        Landscape(
            "konkan",
            {"ghats": 1},
            "#4d7660",
            "tropical",
            "#a9502f",
            ("#a99a52", "#6ca640"),
            WET,
            {"coconut": 5, "cashew": 2, "mango": 2, "banana": 2, "areca": 2},
            {"coconut": 5, "jungle": 2, "mango": 1},
            {"grass": 3, "fern": 1, "lantana": 1},
            {
                "winter": ("paddy", "stubble"),
                "summer": ("stubble",),
                "monsoon": ("paddy_young", "paddy"),
                "autumn": ("paddy_ripe",),
            },
            {"road": 3, "field": 2, "backwater": 2, "street": 1.2, "village": 3},
            "#5f8f86",
            1.2,
            soil_clue=("soil", "Red laterite: the west coast"),
            relief_clue="A long green scarp inland: the Western Ghats",
        ),
        Landscape(
            "kerala",
            {"none": 2, "ghats": 1},
            "#4a7a5c",
            "tropical",
            "#a84e2e",
            ("#8fa04a", "#5fa83a"),
            WET,
            {"coconut": 9, "banana": 3, "areca": 2, "rubber": 1, "mango": 1},
            {"coconut": 8, "jungle": 1},
            {"fern": 3, "banana": 2, "grass": 2},
            {
                "winter": ("paddy", "paddy"),
                "summer": ("paddy", "stubble"),
                "monsoon": ("paddy_young", "paddy"),
                "autumn": ("paddy", "paddy_ripe"),
            },
            {"backwater": 5, "road": 3, "field": 2, "street": 1.2, "village": 3},
            "#4f8578",
            1.6,
            soil_clue=("soil", "Red laterite under thick green: Kerala"),
        ),
        Landscape(
            "southern_tea",
            {"steep_green": 1},
            "#44784e",
            "tropical",
            "#9a5534",
            ("#98a04c", "#66a63c"),
            WET,
            {"silver_oak": 5, "eucalyptus": 2, "shola": 2},
            {"silver_oak": 3, "shola": 3},
            {"fern": 2, "grass": 2},
            TEA,
            {"tea": 6, "ghat": 3, "street": 0.6, "village": 1},
            "#6a949a",
            0.9,
            relief_clue="Tea hills under rounded peaks: Munnar, the Nilgiris or Valparai",
        ),
        Landscape(
            "malnad",
            {"steep_green": 2, "ghats": 1},
            "#3f6d4a",
            "tropical",
            "#97502f",
            ("#98984a", "#5f9c3a"),
            WET,
            {"silver_oak": 3, "areca": 4, "jungle": 3, "teak": 1},
            {"jungle": 4, "areca": 2},
            {"fern": 3, "grass": 2, "lantana": 1},
            SOUTH_PADDY,
            {"ghat": 4, "plantation": 2, "field": 2, "road": 2, "street": 0.6, "village": 2},
            "#5f8f80",
            1.4,
            relief_clue="Wet forested hills: the crest of the Western Ghats",
        ),
        Landscape(
            "east_coast",
            {"none": 2, "low_hills": 1},
            "#62826a",
            "tropical",
            "#b08a5c",
            ("#b5a45c", "#76a944"),
            MOIST,
            {"coconut": 4, "palmyra": 3, "casuarina": 2, "cashew": 1, "banana": 1},
            {"coconut": 3, "palmyra": 2, "casuarina": 2},
            {"grass": 3, "scrub": 1},
            EAST_CROPS,
            {"field": 3, "road": 3, "pond": 2, "street": 1.2, "village": 3},
            "#74928a",
            1.0,
        ),
        Landscape(
            "andaman",
            {"low_hills": 1},
            "#2f6b4a",
            "island",
            "#98643f",
            ("#8f9a48", "#56a03c"),
            WET,
            {"coconut": 4, "jungle": 5, "mangrove": 2, "areca": 2},
            {"jungle": 6, "coconut": 2},
            {"fern": 3, "grass": 1},
            dict.fromkeys(WET, ("paddy",)),
            {"coast": 6, "road": 2, "village": 2, "street": 0.6},
            "#2fa5b5",
            1.5,
            sand="#efe3c4",
            relief_clue="Rainforest down to a turquoise sea: the Andamans",
        ),
        Landscape(
            "coral_island",
            {"none": 1},
            "#2f6b4a",
            "island",
            "#e6d7b0",
            ("#b0a862", "#78ac4c"),
            WET,
            {"coconut": 10},
            {"coconut": 10},
            {"scrub": 1, "grass": 2},
            dict.fromkeys(WET, ("stubble",)),
            {"coast": 7, "village": 2, "road": 1},
            "#2fbcc2",
            1.5,
            sand="#f6eed6",
            relief_clue="Coral sand, lagoon and coconut palms: Lakshadweep",
        ),
    )
}

COAST_KM = 18.0  # nearer than this a scene may look at the sea
HIMALAYAN = ("Jammu and Kashmir", "Himachal Pradesh", "Uttarakhand", "Ladakh")


def landscape_of(place: Place) -> Landscape:
    """The landscape a place lies in."""
    return LAND[_name(place)]


def _name(place: Place) -> str:
    state, lat, lon, high, sea = place.state, place.latitude, place.longitude, place.elevation_m, place.sea_km
    if state == "Ladakh" or (state == "Himachal Pradesh" and high > 3200):
        return "cold_desert"
    if state == "Jammu and Kashmir":
        if lat > 33.5 and high < 2300 and 74.0 < lon < 75.5:
            return "kashmir"
        return "high_himalaya" if high > 1500 else "mid_himalaya" if lat > 32.75 else "punjab_plain"
    if state in HIMALAYAN:
        if high > 1900:
            return "high_himalaya"
        return "mid_himalaya" if high > 420 else "ganges_plain" if state == "Uttarakhand" else "mid_himalaya"
    simple = {
        "Punjab": "punjab_plain",
        "Chandigarh": "punjab_plain",
        "Haryana": "punjab_plain",
        "Delhi": "ganges_plain",
        "Uttar Pradesh": "ganges_plain",
        "Bihar": "bihar_plain",
        "Sikkim": "east_himalaya",
        "Meghalaya": "khasi",
        "Nagaland": "naga_hills",
        "Mizoram": "mizo_hills",
        "Tripura": "tripura",
        "Goa": "konkan",
        "Telangana": "telangana",
        "Andaman and Nicobar Islands": "andaman",
        "Lakshadweep": "coral_island",
        "Jharkhand": "sal_plateau",
        "Chhattisgarh": "sal_plateau",
        "Dadra and Nagar Haveli and Daman and Diu": "konkan" if lon > 72.6 else "gujarat_plain",
    }
    if state in simple:
        return simple[state]
    if state == "Arunachal Pradesh":
        return "east_himalaya" if high > 2600 else "arunachal"
    if state == "Assam":
        return "assam"
    if state == "Manipur":
        return "manipur_valley" if high < 1000 and 93.7 < lon < 94.15 else "naga_hills"
    if state == "West Bengal":
        if lat > 26.2:
            return "east_himalaya" if high > 900 else "dooars"
        return "sal_plateau" if lon < 87.0 and sea > 60 else "bengal_delta"
    if state == "Rajasthan":
        return "thar" if (lon < 73.2 and lat > 25.2) or (place.climate == "BWh" and lon < 74) else "aravalli"
    if state == "Gujarat":
        return (
            "kutch"
            if lat > 22.7 and lon < 71.3
            else "konkan"
            if lat < 20.9 and lon > 72.9 and sea < 40
            else "gujarat_plain"
        )
    if state == "Madhya Pradesh":
        return "sal_plateau" if lon > 80.3 and lat < 24 else "malwa"
    if state == "Odisha":
        return "east_coast" if sea < 90 else "sal_plateau"
    if state == "Maharashtra":
        if sea < 45:
            return "konkan"
        return "malnad" if lon < 74 and high > 650 and sea < 75 else "malwa" if lon > 78.6 else "deccan_trap"
    if state == "Karnataka":
        if sea < 35:
            return "konkan"
        if lon < 75.9 and lat < 15.2 and (high > 450 or sea < 90):
            return "malnad"
        return "deccan_trap" if lat > 15.6 and lon < 76.6 else "telangana" if lat > 14.3 else "mysore"
    if state == "Kerala":
        return "southern_tea" if high > 900 else "kerala"
    if state == "Tamil Nadu":
        return "southern_tea" if high > 1050 else "tamil_plain"
    if state == "Puducherry":
        return "kerala" if lon < 76 else "andhra_delta" if lat > 16 else "tamil_plain"
    return "andhra_delta" if sea < 70 else "telangana"  # Andhra Pradesh


def settings_of(place: Place, landscape: Landscape) -> Weights:
    """The weights of the compositions at a place: those of its landscape, with the sea where it is near."""
    settings = dict(landscape.settings)
    if place.sea_km < COAST_KM and "coast" not in settings:
        settings["coast"] = 0.3 * sum(settings.values()) * (1.4 - place.sea_km / COAST_KM)
    if place.towns and place.towns[0].distance_km < 4 and place.towns[0].population > 60_000:
        settings["street"] = settings.get("street", 1.0) * 1.8
    return settings
