"""Signs along Indian roads: milestones, name and direction boards (IRC:26 and IRC:67 colours), shop boards, bus stops.

Names are real: towns around the place, in the local script where a reliable spelling is known. Distances are by road,
estimated from the real air distance (`place.CIRCUITY`).
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from pipeline.scenes.light import Light, mix
from pipeline.scenes.place import Place, Town
from pipeline.scenes.prop import Prop
from pipeline.scenes.solid import Solid, Wall
from pipeline.scenes.text import line

Rng = np.random.Generator
# Cap of the milestone and its meaning by class of road (IRC:26).
MILESTONE_CAPS = {
    "national": ("#f0c02a", "yellow cap: a national highway"),
    "state": ("#2f8a4e", "green cap: a state highway"),
    "district": ("#26282c", "black cap: a city or district road"),
    "village": ("#e2742a", "orange cap: a village road (PMGSY)"),
}
SIGN_GREEN, SIGN_BLUE, SIGN_YELLOW, SIGN_WHITE = "#1f6b47", "#1f4f95", "#f2c22e", "#f6f3ea"

# Kinds of shop: English, then one spelling a language.
SHOPS: dict[str, dict[str, str]] = {
    "TEA STALL": {
        "Hindi": "चाय की दुकान",
        "Marathi": "चहाचे दुकान",
        "Nepali": "चिया पसल",
        "Bengali": "চায়ের দোকান",
        "Assamese": "চাহৰ দোকান",
        "Gujarati": "ચાની દુકાન",
        "Punjabi": "ਚਾਹ ਦੀ ਦੁਕਾਨ",
        "Odia": "ଚା ଦୋକାନ",
        "Tamil": "தேநீர் கடை",
        "Telugu": "టీ స్టాల్",
        "Kannada": "ಚಹಾ ಅಂಗಡಿ",
        "Malayalam": "ചായക്കട",
        "Urdu": "چائے خانہ",
    },
    "GENERAL STORE": {
        "Hindi": "किराना स्टोर",
        "Marathi": "किराणा दुकान",
        "Nepali": "किराना पसल",
        "Konkani": "किराणा",
        "Bengali": "মুদি দোকান",
        "Assamese": "গেলামালৰ দোকান",
        "Gujarati": "કરિયાણા સ્ટોર",
        "Punjabi": "ਕਰਿਆਨਾ ਸਟੋਰ",
        "Odia": "ତେଜରାତି ଦୋକାନ",
        "Tamil": "மளிகை கடை",
        "Telugu": "కిరాణా దుకాణం",
        "Kannada": "ದಿನಸಿ ಅಂಗಡಿ",
        "Malayalam": "പലചരക്ക് കട",
        "Urdu": "کریانہ اسٹور",
    },
    "MEDICALS": {
        "Hindi": "मेडिकल स्टोर",
        "Marathi": "औषधालय",
        "Nepali": "औषधि पसल",
        "Bengali": "ঔষধালয়",
        "Assamese": "ঔষধালয়",
        "Gujarati": "મેડિકલ સ્ટોર",
        "Punjabi": "ਮੈਡੀਕਲ ਸਟੋਰ",
        "Odia": "ଔଷଧ ଦୋକାନ",
        "Tamil": "மருந்தகம்",
        "Telugu": "మందుల దుకాణం",
        "Kannada": "ಔಷಧಿ ಅಂಗಡಿ",
        "Malayalam": "മെഡിക്കൽ സ്റ്റോർ",
        "Urdu": "میڈیکل اسٹور",
    },
    "SWEETS": {
        "Hindi": "मिठाई की दुकान",
        "Marathi": "मिठाईचे दुकान",
        "Nepali": "मिठाई पसल",
        "Bengali": "মিষ্টান্ন ভাণ্ডার",
        "Assamese": "মিঠাইৰ দোকান",
        "Gujarati": "મીઠાઈની દુકાન",
        "Punjabi": "ਮਿਠਾਈ ਦੀ ਦੁਕਾਨ",
        "Odia": "ମିଠା ଦୋକାନ",
        "Tamil": "இனிப்பகம்",
        "Telugu": "మిఠాయి దుకాణం",
        "Kannada": "ಸಿಹಿ ಅಂಗಡಿ",
        "Malayalam": "ബേക്കറി",
        "Urdu": "مٹھائی کی دکان",
    },
    "HOTEL": {
        "Hindi": "भोजनालय",
        "Marathi": "हॉटेल",
        "Nepali": "होटल",
        "Konkani": "हॉटेल",
        "Bengali": "হোটেল",
        "Assamese": "হোটেল",
        "Gujarati": "હોટેલ",
        "Punjabi": "ਢਾਬਾ",
        "Odia": "ହୋଟେଲ",
        "Tamil": "உணவகம்",
        "Telugu": "హోటల్",
        "Kannada": "ಹೋಟೆಲ್",
        "Malayalam": "ഹോട്ടൽ",
        "Urdu": "ہوٹل",
    },
    "TEXTILES": {
        "Hindi": "वस्त्र भंडार",
        "Marathi": "कापड दुकान",
        "Nepali": "कपडा पसल",
        "Bengali": "বস্ত্রালয়",
        "Assamese": "কাপোৰৰ দোকান",
        "Gujarati": "કાપડની દુકાન",
        "Punjabi": "ਕੱਪੜੇ ਦੀ ਦੁਕਾਨ",
        "Odia": "ଲୁଗା ଦୋକାନ",
        "Tamil": "துணிக்கடை",
        "Telugu": "బట్టల దుకాణం",
        "Kannada": "ಬಟ್ಟೆ ಅಂಗಡಿ",
        "Malayalam": "തുണിക്കട",
        "Urdu": "کپڑے کی دکان",
    },
}
BUS_STOP = {
    "Hindi": "बस स्टॉप",
    "Ladakhi": "बस स्टॉप",
    "Marathi": "बस थांबा",
    "Konkani": "बस थांबो",
    "Nepali": "बस स्टप",
    "Bengali": "বাস স্টপ",
    "Assamese": "বাছ আস্থান",
    "Gujarati": "બસ સ્ટોપ",
    "Punjabi": "ਬੱਸ ਅੱਡਾ",
    "Odia": "ବସ୍ ଷ୍ଟପ୍",
    "Tamil": "பேருந்து நிறுத்தம்",
    "Telugu": "బస్ స్టాప్",
    "Kannada": "ಬಸ್ ನಿಲ್ದಾಣ",
    "Malayalam": "ബസ് സ്റ്റോപ്പ്",
    "Urdu": "بس اسٹاپ",
}
BOARD_COLOURS = [
    ("#b3262b", "#fbe9b8"),
    ("#1f4f95", "#f6f3ea"),
    ("#f0c233", "#7a1f1c"),
    ("#1f6b47", "#f6e9a8"),
    ("#f4efe2", "#a3231f"),
    ("#5a2d6b", "#f6e3a0"),
    ("#e2762a", "#fff6df"),
    ("#12746f", "#fdf3cf"),
    ("#f4efe2", "#1f4f95"),
    ("#2a2c33", "#f2c62b"),
]


def script_clue(place: Place) -> str:
    """The meaning, as a clue, of lettering in the place's script."""
    if place.script == "Latin":
        return f"Signs in English only: {place.state}"
    where = {"Devanagari": "northern and western India", "Bengali": "Bengal, Assam and Tripura", "Arabic": "Kashmir"}
    return f"{place.language} in {place.script} letters: {where.get(place.script, place.state)}"


def shown_distance_km(town: Town) -> int:
    """The distance a sign shows: by road, in whole kilometres, at least 1."""
    return max(1, round(town.road_km))


def shop_names(place: Place, rng: Rng) -> tuple[str, str | None]:
    """English and local lettering of a shop."""
    kinds = [kind for kind in SHOPS if _language(place) in SHOPS[kind]] or list(SHOPS)
    kind = kinds[int(rng.integers(len(kinds)))]
    return kind, SHOPS[kind].get(_language(place)) if place.script != "Latin" else None


def _language(place: Place) -> str:
    return "Hindi" if place.language == "Ladakhi" else place.language


def _board_text(wall: Wall, place: Place, local: str | None, english: str, colour: str, note: bool = True) -> None:
    """Local lettering over English, filling a board."""
    w, h = wall.width, wall.height
    if local:
        size = h * 0.46
        wall.write(line(local, place.script, size, colour, max_width=w * 0.9, weight=700), w / 2, h * 0.50)
        wall.write(line(english, "Latin", h * 0.23, colour, max_width=w * 0.86, weight=600), w / 2, h * 0.14)
    else:
        wall.write(line(english, "Latin", h * 0.44, colour, max_width=w * 0.9, weight=700), w / 2, h * 0.34)
    if note and wall.visible:
        wall.solid.clue("script", script_clue(place), wall.quad(0, 0, w, h))


def letter_shop_board(wall: Wall, place: Place, rng: Rng) -> None:
    """Paint and letter a shop's board, for `shop` and `shop_sign`."""
    ground, ink = BOARD_COLOURS[int(rng.integers(len(BOARD_COLOURS)))]
    w, h = wall.width, wall.height
    wall.patch(0, 0, w, h, ground)
    wall.patch(0, 0, w, h * 0.06, mix(ground, "#000000", 0.3))
    wall.shape([(0, h * 0.55), (w * 0.35, h), (0, h)], "#ffffff", 0.08)
    english, local = shop_names(place, rng)
    town = place.towns[0]
    if rng.random() < 0.5 and len(town.name) < 13:
        english = f"{town.name.upper()} {english}"
        local = f"{town.local_name} {local}" if local and town.local_name and place.script != "Arabic" else local
    _board_text(wall, place, local, english, ink)


def shop_sign(place: Place, rng: Rng, light: Light, yaw: float | None = None) -> Prop:
    """A free-standing board of a shop on two posts."""
    solid = _board(light, yaw, rng, 4.0)
    w, h, z = float(rng.uniform(2.4, 3.4)), float(rng.uniform(0.9, 1.2)), 1.7
    solid.stand((0, w), (0, 0.15))
    _legs(solid, (0.3, w - 0.3), z)
    board, _ = solid.box((0, w), (0, 0.12), (z, z + h), "#6a6660")
    letter_shop_board(board, place, rng)
    return solid.prop()


def milestone(place: Place, road: str, rng: Rng, light: Light, yaw: float | None = None) -> Prop:
    """A kilometre stone; `road` is a key of `MILESTONE_CAPS`. It shows the road distance to a real town."""
    cap, meaning = MILESTONE_CAPS[road]
    solid = Solid(light, yaw if yaw is not None else float(rng.choice([-1, 1]) * rng.uniform(12, 26)), 1.5, 0.008)
    w, d, h = 0.62, 0.3, 0.62
    solid.stand((0, w), (0, d))
    body, side = solid.box((0, w), (0, d), (0, h), "#f1ede2")
    turns = [math.pi * k / 10 for k in range(11)]
    r = w / 2
    arc = [(r + r * math.cos(t), h + r * math.sin(t) * 1.1) for t in turns]
    for (xa, za), (xb, zb) in itertools.pairwise(arc):
        quad = [(xa, 0.0, za), (xb, 0.0, zb), (xb, d, zb), (xa, d, za)]
        solid.polygon(quad, cap, ((xa + xb) / 2 - r, 0, (za + zb) / 2 - h))
    solid.polygon([(x, 0.0, z) for x, z in arc], cap, (0, -1, 0))
    town = _sign_towns(place, rng, 1)[0]
    distance = shown_distance_km(town)
    ink = "#1c1d20"
    if town.local_name:
        body.write(line(town.local_name, place.script, 0.17, ink, max_width=w * 0.9, weight=700), w / 2, h * 0.66)
        body.write(line(town.name.upper(), "Latin", 0.085, ink, max_width=w * 0.86, weight=600), w / 2, h * 0.45)
    else:
        body.write(line(town.name.upper(), "Latin", 0.14, ink, max_width=w * 0.9, weight=700), w / 2, h * 0.58)
    body.write(line(f"{distance} km", "Latin", 0.19, ink, max_width=w * 0.86, weight=700), w / 2, h * 0.12)
    face = solid.wall((0, 0, h), (1, 0, 0), w, r)
    number = {"national": "NH", "state": "SH", "district": "MDR", "village": "VR"}[road]
    face.write(line(number, "Latin", 0.15, "#f4efe2" if road != "national" else ink, weight=700), w / 2, 0.09)
    for wall in (body, side):
        wall.shape([(0, 0), (wall.width, 0), (wall.width, 0.1), (wall.width * 0.5, 0.06), (0, 0.13)], "#6a5238", 0.5)
    solid.clue(
        "milestone",
        f"{town.name} {distance} km, {meaning}",
        [(0, 0, 0), (w, 0, 0), (w, 0, h + r), (0, 0, h + r), (w, d, 0)],
    )
    if town.local_name:
        solid.clue("script", script_clue(place), body.quad(0.02, h * 0.4, w - 0.02, h * 0.95))
    return solid.prop()


def name_board(place: Place, rng: Rng, light: Light, yaw: float | None = None) -> Prop:
    """The board at the entrance of the nearest town: local script over English, on yellow, blue or green."""
    solid = _board(light, yaw, rng, 5.0)
    town = place.local_town if place.local_town and place.local_town.distance_km < 25 else place.towns[0]
    w, h, z = 3.4, 1.5, 1.5
    ground, ink = [(SIGN_YELLOW, "#1b1c1f"), (SIGN_BLUE, SIGN_WHITE), (SIGN_GREEN, SIGN_WHITE)][int(rng.integers(3))]
    solid.stand((0, w), (0, 0.2))
    _legs(solid, (0.35, w - 0.35), z)
    board, _ = solid.box((0, w), (0, 0.1), (z, z + h), mix(ground, "#000000", 0.15))
    board.patch(0.05, 0.05, w - 0.05, h - 0.05, ink)
    board.patch(0.1, 0.1, w - 0.1, h - 0.1, ground)
    _board_text(board, place, town.local_name, town.name.upper(), ink, note=False)
    solid.clue("script" if town.local_name else "name", f"{town.name}: {script_clue(place)}", board.quad(0, 0, w, h))
    return solid.prop()


def direction_board(place: Place, rng: Rng, light: Light, yaw: float | None = None) -> Prop:
    """A green roadside board: two or three towns with arrows and road distances, the nearest first."""
    solid = _board(light, yaw, rng, 7.0)
    towns = _sign_towns(place, rng, int(rng.integers(2, 4)))
    row = 0.95
    w, h, z = 4.6, row * len(towns) + 0.2, 2.2
    solid.stand((0, w), (0, 0.3))
    _legs(solid, (0.5, w - 0.5), z, 0.13)
    board, _ = solid.box((0, w), (0, 0.12), (z, z + h), "#8d949a")
    board.patch(0.06, 0.06, w - 0.06, h - 0.06, SIGN_WHITE)
    board.patch(0.1, 0.1, w - 0.1, h - 0.1, SIGN_GREEN)
    for i, town in enumerate(towns):
        v = h - 0.1 - row * (i + 1)
        turn = (town.bearing - towns[0].bearing + 180) % 360 - 180
        _arrow(board, 0.45, v + row * 0.5, 0.0 if abs(turn) < 50 else math.copysign(90.0, turn))
        if town.local_name:
            board.write(
                line(town.local_name, place.script, 0.42, SIGN_WHITE, max_width=2.7, weight=600, anchor="start"),
                0.95,
                v + row * 0.48,
            )
            board.write(
                line(town.name, "Latin", 0.27, SIGN_WHITE, max_width=2.7, weight=500, anchor="start"),
                0.95,
                v + row * 0.13,
            )
        else:
            board.write(
                line(town.name, "Latin", 0.4, SIGN_WHITE, max_width=2.7, weight=600, anchor="start"),
                0.95,
                v + row * 0.32,
            )
        board.write(
            line(str(shown_distance_km(town)), "Latin", 0.42, SIGN_WHITE, weight=600, anchor="end"),
            w - 0.25,
            v + row * 0.3,
        )
    meaning = ", ".join(f"{town.name} {shown_distance_km(town)} km" for town in towns)
    solid.clue("direction", meaning, board.quad(0, 0, w, h))
    if any(town.local_name for town in towns):
        solid.clue("script", script_clue(place), board.quad(0.9, 0, 3.7, h))
    return solid.prop()


def bus_stop(place: Place, rng: Rng, light: Light, yaw: float | None = None) -> Prop:
    """A small roadside shelter with a bench, a roof of sheet metal and a lettered fascia."""
    solid = _board(light, yaw, rng, 6.0)
    w, d, h = 4.2, 1.7, 2.5
    wall = ["#e6c46a", "#8fb8c9", "#d98f6a", "#a9c08a", "#efe6d2"][int(rng.integers(5))]
    solid.stand((0, w), (0, d))
    solid.box((0, w), (0, d), (0, 0.18), "#b5aca0")
    back = solid.wall((0, d, 0.18), (1, 0, 0), w, h - 0.18)
    back.paint(mix(wall, "#2a2730", 0.25))
    back.patch(0, 0.9, w, 1.0, "#5a5048", 0.5)
    for x, sign in ((0.0, 1), (w, -1)):
        solid.polygon([(x, 0, 0.18), (x, d, 0.18), (x, d, h), (x, 0, h)], wall, (sign, 0, 0))
    solid.box((0.3, w - 0.3), (d - 0.5, d - 0.1), (0.5, 0.6), "#8a7058")
    for x in (0.0, w - 0.14):
        solid.box((x, x + 0.14), (0, 0.14), (0.18, h), wall)
    if solid.yaw > 0:
        solid.polygon([(w, 0, 0.18), (w, d, 0.18), (w, d, h), (w, 0, h)], wall, (1, 0, 0))
    else:
        solid.polygon([(0, 0, 0.18), (0, d, 0.18), (0, d, h), (0, 0, h)], wall, (-1, 0, 0))
    solid.box((-0.2, w + 0.2), (-0.3, d), (h, h + 0.5), mix(wall, "#ffffff", 0.1))
    fascia = solid.wall((-0.2, -0.3, h), (1, 0, 0), w + 0.4, 0.5)
    fascia.patch(0, 0, w + 0.4, 0.5, SIGN_WHITE)
    local = BUS_STOP.get(place.language) if place.script != "Latin" else None
    town = place.towns[0]
    english = f"BUS STOP  {town.name.upper()}"
    if local:
        fascia.write(line(local, place.script, 0.34, "#8f1f1c", max_width=w * 0.42, weight=700), w * 0.27, 0.14)
        fascia.write(line(english, "Latin", 0.24, "#1f3f7a", max_width=w * 0.46, weight=600), w * 0.77, 0.17)
        solid.clue("script", script_clue(place), fascia.quad(0, 0, w, 0.5))
    else:
        fascia.write(line(english, "Latin", 0.3, "#8f1f1c", max_width=w * 0.9, weight=700), w / 2 + 0.2, 0.14)
    return solid.prop()


def _board(light: Light, yaw: float | None, rng: Rng, size: float) -> Solid:
    return Solid(light, yaw if yaw is not None else float(rng.choice([-1, 1]) * rng.uniform(6, 20)), size, 0.012)


def _legs(solid: Solid, xs: tuple[float, float], height: float, thick: float = 0.09) -> None:
    for x in xs:
        solid.box((x - thick / 2, x + thick / 2), (0.02, 0.02 + thick), (0, height), "#8d9298")


def _sign_towns(place: Place, rng: Rng, count: int) -> list[Town]:
    """Towns that a sign would name, partly random: large for their distance, with known spellings, and near."""

    def worth(town: Town) -> float:
        size = math.sqrt(max(town.population, 500)) / (town.distance_km + 6)
        return size * (2.5 if town.local_name else 1.0) * float(rng.uniform(0.7, 1.3))

    best = sorted(place.towns, key=worth, reverse=True)[:count]
    return sorted(best, key=lambda town: town.road_km)


def _arrow(wall: Wall, u: float, v: float, degrees: float) -> None:
    """A direction arrow, 0 straight on, positive to the right."""
    shape = [(-0.06, -0.28), (0.06, -0.28), (0.06, 0.08), (0.2, 0.08), (0.0, 0.32), (-0.2, 0.08), (-0.06, 0.08)]
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    wall.shape([(u + x * c + y * s, v - x * s + y * c) for x, y in shape], SIGN_WHITE)
