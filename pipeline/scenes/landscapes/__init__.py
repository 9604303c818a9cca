"""The landscapes of India, and the landscape of a place: relief, air, soil, plants, crops and water by region.

After the physiographic divisions and agro-climatic zones of India (Survey of India; Planning Commission 1989), told
apart by state, position, elevation and distance to the sea.
"""

from __future__ import annotations

from pipeline.scenes.landscapes import coasts, himalaya, northeast, plains, plateau, west
from pipeline.scenes.landscapes.kinds import Landscape, Weights
from pipeline.scenes.place import Place

REGIONS = (himalaya, plains, northeast, west, plateau, coasts)
LAND = {item.name: item for region in REGIONS for item in region.LANDSCAPES}

COAST_KM = 18.0  # largest distance to the sea at which a scene may show it
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
