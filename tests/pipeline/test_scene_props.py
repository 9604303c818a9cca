"""What stands in a scene tells the truth about its place, and its clues lie where they say."""

from __future__ import annotations

import math
import re
import unicodedata

import numpy as np
import pytest
import resvg_py
from PIL import ImageFont

from pipeline.geography import boundaries
from pipeline.metadata.towns import towns
from pipeline.scenes import boats, houses, plates, shops, signs, vehicles, worship
from pipeline.scenes.light import Light
from pipeline.scenes.place import Place, draw_places, place_at
from pipeline.scenes.prop import Prop
from pipeline.scenes.regions import AUTO_LIVERIES, BUSES, REGIONS
from pipeline.scenes.text import FAMILIES, font_files, width
from predictor.gazetteer.sign_languages import SIGN_LANGUAGES, language_and_script
from predictor.geodesy import haversine_km

LIGHT = Light.at("winter", 10, from_left=True)
KOCHI, DELHI, AMRITSAR, LEH, KOLKATA = (9.94, 76.26), (28.62, 77.21), (31.63, 74.87), (34.16, 77.58), (22.57, 88.36)
SHILLONG, SRINAGAR, CHENNAI, HYDERABAD = (25.57, 91.88), (34.08, 74.8), (13.08, 80.27), (17.39, 78.49)
TOLD = re.compile(r"([A-Z][\w' .-]*?) (\d+) km")
PLATE = re.compile(r"[A-Z]{2} \d{1,2}[A-Z]? [A-HJ-NP-Z]{1,2} \d{4}")
PLACES = [KOCHI, DELHI, AMRITSAR, LEH, KOLKATA, SHILLONG, SRINAGAR, CHENNAI, HYDERABAD]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def props_of(place: Place, seed: int) -> list[Prop]:
    builders = [
        signs.shop_sign,
        signs.name_board,
        signs.direction_board,
        signs.bus_stop,
        shops.shop,
        boats.boat,
        vehicles.bus,
        vehicles.truck,
        vehicles.car,
        vehicles.jeep,
        vehicles.tractor,
        vehicles.scooter,
        vehicles.cycle_rickshaw,
        vehicles.vehicle,
    ]
    region = REGIONS[place.state]
    made = [build(place, rng(seed), LIGHT) for build in builders]
    made += [signs.milestone(place, road, rng(seed), LIGHT) for road in signs.MILESTONE_CAPS]
    made += [houses.house(style, rng(seed), LIGHT) for style in region.houses]
    made += [worship.place_of_worship(style, rng(seed), LIGHT) for style in region.worship]
    auto = vehicles.auto_rickshaw(place, rng(seed), LIGHT)
    return [*made, auto] if auto else made


def render(prop: Prop) -> bytes:
    x, y = -prop.width, -prop.height * 1.2
    size = f'viewBox="{x} {y} {2 * prop.width} {1.4 * prop.height}" width="200" height="200"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{prop.svg}</svg>'
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=list(font_files().values())))


def test_the_table_of_regions_has_exactly_the_states_of_the_boundaries() -> None:
    assert set(REGIONS) == set(boundaries.states()["state"])


def test_every_state_has_its_own_plate_code_of_two_letters_and_offices_to_match() -> None:
    codes = [region.plate for region in REGIONS.values()]
    assert len(set(codes)) == 36
    assert set(codes) == set(plates.LAST_OFFICE)


def test_styles_and_liveries_that_states_name_exist() -> None:
    for state, region in REGIONS.items():
        assert set(region.houses) <= set(houses.STYLES), state
        assert set(region.worship) <= set(worship.STYLES), state
        assert set(region.buses) <= set(BUSES), state
        assert region.auto is None or region.auto in AUTO_LIVERIES, state
        assert SIGN_LANGUAGES[state][1] in FAMILIES, state


@pytest.mark.parametrize(
    ("state", "script"),
    [
        ("Kerala", "Malayalam"),
        ("Tamil Nadu", "Tamil"),
        ("Telangana", "Telugu"),
        ("Andhra Pradesh", "Telugu"),
        ("Karnataka", "Kannada"),
        ("Odisha", "Oriya"),
        ("West Bengal", "Bengali"),
        ("Assam", "Bengali"),
        ("Gujarat", "Gujarati"),
        ("Punjab", "Gurmukhi"),
        ("Maharashtra", "Devanagari"),
        ("Bihar", "Devanagari"),
        ("Jammu and Kashmir", "Arabic"),
        ("Nagaland", "Latin"),
        ("Lakshadweep", "Malayalam"),
        ("Tripura", "Bengali"),
    ],
)
def test_signs_use_the_script_of_the_state(state: str, script: str) -> None:
    assert SIGN_LANGUAGES[state][1] == script


def test_enclaves_of_puducherry_and_the_hills_of_bengal_have_scripts_of_their_own() -> None:
    assert language_and_script("Puducherry", "Puducherry", 75.53) == ("Malayalam", "Malayalam")
    assert language_and_script("Puducherry", "Puducherry", 82.2) == ("Telugu", "Telugu")
    assert language_and_script("Puducherry", "Puducherry", 79.8) == ("Tamil", "Tamil")
    assert language_and_script("West Bengal", "Kalimpong", 88.5) == ("Nepali", "Devanagari")


def test_local_names_are_written_wholly_in_the_script_that_they_claim() -> None:
    table = towns()
    for name, script in zip(
        table.local_name[table.local_name != ""], table.script[table.local_name != ""], strict=True
    ):
        letters = {unicodedata.name(c).split()[0].title() for c in name if unicodedata.category(c)[0] in "LM"}
        assert letters <= {script.split()[0]}, name


def test_no_font_lacks_a_sign_of_the_shipped_spellings() -> None:
    table = towns()
    words: dict[str, set[str]] = {script: set() for script in FAMILIES}
    for name, script in zip(table.local_name, table.script, strict=True):
        if name and script in FAMILIES:  # signs in Meetei Mayek are not drawn
            words[script].add(name)
    for name in table.name:
        words["Latin"].add(name)
    languages = dict(SIGN_LANGUAGES.values())
    for lettering in [*signs.SHOPS.values(), signs.BUS_STOP]:
        for language, word in lettering.items():
            words[languages[language]].add(word)
    for script, spellings in words.items():
        font = ImageFont.truetype(font_files()[script], 40)
        missing = bytes(font.getmask("\U0010fffd"))  # what the font draws for a sign it does not have
        for sign in sorted(set("".join(spellings)) - set(" \u200c\u200d")):
            if unicodedata.category(sign)[0] in "LN":  # marks alone are drawn on a dotted circle
                assert bytes(font.getmask(sign)) != missing, (script, sign)


def test_the_table_of_towns_lies_in_the_states_that_it_names() -> None:
    table = towns()
    states, _ = boundaries.locate(table.latitude, table.longitude)
    assert (states == table.state).mean() > 0.999


def test_a_place_knows_its_state_script_sea_and_nearest_town() -> None:
    kochi, leh = place_at(*KOCHI), place_at(*LEH)
    assert (kochi.state, kochi.script, kochi.plate_code) == ("Kerala", "Malayalam", "KL")
    assert kochi.sea_km < 10
    assert kochi.towns[0].name == "Kochi"
    assert kochi.towns[0].local_name == "കൊച്ചി"
    assert (leh.state, leh.plate_code) == ("Ladakh", "LA")
    assert leh.elevation_m > 3000
    assert leh.climate[0] in "BDE"
    assert leh.sea_km > 800


def test_towns_of_a_place_come_nearest_first_with_true_distance_and_bearing() -> None:
    place = place_at(*DELHI)
    distances = [town.distance_km for town in place.towns]
    assert distances == sorted(distances)
    for town in place.towns:
        assert town.distance_km == pytest.approx(
            float(haversine_km(place.latitude, place.longitude, town.latitude, town.longitude))
        )
        north = town.latitude > place.latitude
        assert (math.cos(math.radians(town.bearing)) > 0) == north


def test_drawn_places_are_the_same_for_a_seed_lie_in_india_and_cover_every_state() -> None:
    places = draw_places(400, seed=3)
    assert places == draw_places(400, seed=3)
    assert places != draw_places(400, seed=4)
    latitudes, longitudes = zip(*places, strict=True)
    assert boundaries.distance_outside_km(latitudes, longitudes).max() < 1
    states, _ = boundaries.locate(latitudes, longitudes)
    names, counts = np.unique(states, return_counts=True)
    assert len(names) == 36
    assert counts.max() < 400 / 8


@pytest.mark.parametrize("code", sorted(plates.LAST_OFFICE))
def test_plates_have_the_form_of_the_rules_and_an_office_that_exists(code: str) -> None:
    for seed in range(30):
        for kind in plates.DELHI_CLASS:
            number = plates.plate_number(code, kind, rng(seed))
            assert PLATE.fullmatch(number), number
            office = int(re.findall(r"\d+", number)[0])
            assert number[:2] == code
            assert 1 <= office <= plates.LAST_OFFICE[code]
            assert number[-4:] != "0000"


@pytest.mark.parametrize("at", PLACES)
def test_distances_on_milestones_and_boards_are_by_road_and_agree_with_each_other(at: tuple[float, float]) -> None:
    place = place_at(*at)
    known = {town.name: town for town in place.towns}
    shown: dict[str, set[int]] = {}
    told = 0
    for seed in range(6):
        made = [signs.milestone(place, road, rng(seed), LIGHT) for road in signs.MILESTONE_CAPS] + [
            signs.direction_board(place, rng(seed), LIGHT)
        ]
        for prop in made:
            for clue in prop.clues:
                if clue.kind in ("milestone", "direction"):
                    on_sign = [(name, int(km)) for name, km in TOLD.findall(clue.meaning)]
                    assert [km for _, km in on_sign] == sorted(km for _, km in on_sign)  # the nearest first
                    for name, km in on_sign:
                        town = known[name]
                        by_air = float(haversine_km(place.latitude, place.longitude, town.latitude, town.longitude))
                        assert max(1, round(1.15 * by_air)) <= km <= max(1, round(1.5 * by_air))
                        assert f">{km}" in prop.svg
                        shown.setdefault(name, set()).add(km)
                        told += 1
    assert told >= 30
    assert all(len(distances) == 1 for distances in shown.values())


def test_roads_to_different_towns_are_longer_than_the_air_distance_by_different_factors() -> None:
    towns = [town for at in PLACES for town in place_at(*at).towns]
    factors = [town.road_km / town.distance_km for town in towns]
    assert min(factors) >= 1.15
    assert max(factors) <= 1.5
    assert 1.3 < np.mean(factors) < 1.35  # of 108: the mean of the range is 1.325
    assert len(set(np.round(factors, 3))) > 70


@pytest.mark.parametrize("at", PLACES)
def test_clues_lie_inside_their_prop_and_say_something(at: tuple[float, float]) -> None:
    slack = 0.35  # m: kerbs, lettering and wobble reach a little over
    for prop in props_of(place_at(*at), 5):
        assert prop.width > 0.2
        assert prop.height > 0.2
        for clue in prop.clues:
            x0, y0, x1, y1 = clue.box
            assert x0 < x1 and y0 < y1, clue  # noqa: PT018
            assert clue.meaning
            assert -prop.width / 2 - slack <= x0 and x1 <= prop.width / 2 + slack, clue  # noqa: PT018
            assert -prop.height - slack <= y0 and y1 <= slack, clue  # noqa: PT018


def test_every_prop_is_svg_that_renders() -> None:
    for at in (KOCHI, DELHI):
        for prop in props_of(place_at(*at), 2):
            assert len(render(prop)) > 500


@pytest.mark.parametrize("style", sorted(houses.STYLES))
def test_a_house_is_the_same_for_a_seed_and_another_for_another(style: str) -> None:
    first = houses.house(style, rng(1), LIGHT)
    assert first == houses.house(style, rng(1), LIGHT)
    assert first.svg != houses.house(style, rng(2), LIGHT).svg
    assert first.clues[0].kind == "house"


def test_yaw_decides_which_side_of_a_house_is_seen_and_light_which_is_lit() -> None:
    right, left = (houses.house("brick", rng(3), LIGHT, yaw) for yaw in (30.0, -30.0))
    assert right.svg != left.svg
    other = houses.house("brick", rng(3), Light.at("winter", 10, from_left=False), 30.0)
    assert other.svg != right.svg


def test_where_no_auto_rickshaws_run_none_is_drawn() -> None:
    leh = place_at(*LEH)
    assert vehicles.auto_rickshaw(leh, rng(), LIGHT) is None
    for seed in range(25):
        assert "Auto-rickshaw" not in " ".join(c.meaning for c in vehicles.vehicle(leh, rng(seed), LIGHT).clues)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (KOCHI, "Kerala's red and yellow KSRTC"),
        (DELHI, "Delhi Transport"),
        (CHENNAI, "MTC"),
        (KOLKATA, "blue and white"),
    ],
)
def test_buses_wear_the_livery_of_the_place(at: tuple[float, float], words: str) -> None:
    bus = vehicles.bus(place_at(*at), rng(2), LIGHT)
    assert any(words in clue.meaning for clue in bus.clues if clue.kind == "vehicle")


def test_plates_on_vehicles_carry_the_code_of_the_state() -> None:
    place = place_at(*KOCHI)
    numbers = [c.meaning for s in range(8) for c in vehicles.bus(place, rng(s), LIGHT).clues if c.kind == "plate"]
    assert len(numbers) == 8
    assert all(" KL " in number for number in numbers)


def test_a_town_without_a_known_spelling_is_written_in_english() -> None:
    shillong = place_at(*SHILLONG)
    assert all(town.local_name is None for town in shillong.towns)
    board = signs.name_board(shillong, rng(), LIGHT)
    assert shillong.towns[0].name.upper() in board.svg


def test_lettering_is_fitted_to_its_board() -> None:
    from pipeline.scenes.text import line

    long = "THIRUVANANTHAPURAM GENERAL STORE"
    size = (
        float(re.findall(r"scale\(([\d.]+)\)", line(long, "Latin", 1.0, "#000000", max_width=3.0, weight=700))[0]) * 100
    )
    assert size * width(long, "Latin", 700) == pytest.approx(3.0, rel=0.01)
