"""Every clue that can be seen in a scene has a name to translate, and no name is there for nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from django.utils.translation import override

from geoguess.site.clue_words import CLUES, shown_clue
from pipeline.scenes import boats, compositions, crops, houses, landscapes, signs, vegetation, vehicles, worship
from pipeline.scenes.light import Light
from pipeline.scenes.place import place_at
from pipeline.scenes.prop import Clue
from pipeline.scenes.regions import AUTO_LIVERIES, BUSES
from pipeline.scenes.sightings import seen_name
from pipeline.starter.drawings import shipped_scenes
from predictor.gazetteer.sign_languages import SIGN_LANGUAGES

LIGHT = Light.at("winter", 10, from_left=True)
KOLKATA, MUMBAI, SHILLONG, DELHI, AIZAWL = (
    (22.57, 88.36),
    (19.08, 72.88),
    (25.57, 91.88),
    (28.62, 77.21),
    (23.73, 92.72),
)


def seen(clues: Iterable[Clue]) -> set[str]:
    return {name for clue in clues if (name := seen_name(clue))}


def of_kind(kind: str, meanings: Iterable[str | None]) -> set[str]:
    return seen(Clue(kind, meaning, (0.0, 0.0, 1.0, 1.0)) for meaning in meanings if meaning)


def listed() -> set[str]:
    """The names that the tables of the scenes give."""
    land = landscapes.LAND.values()
    scripts = {f"X in {script} letters: Y" for _, script in SIGN_LANGUAGES.values() if script != "Latin"}
    return (
        of_kind("vegetation", vegetation.MEANING.values())
        | of_kind("crop", (crop.meaning for crop in crops.CROPS.values()))
        | of_kind("soil", (item.soil_clue[1] for item in land if item.soil_clue))
        | of_kind("relief", (item.relief_clue for item in land))
        | of_kind("house", (meaning for _, meaning in houses.STYLES.values()))
        | of_kind("temple", (meaning for _, _, meaning in worship.STYLES.values()))
        | of_kind("boat", boats.MEANINGS.values())
        | of_kind("vehicle", (f"Auto-rickshaw, {meaning}" for _, _, meaning in AUTO_LIVERIES.values()))
        | of_kind("vehicle", (f"Bus: {bus.operator}" for bus in BUSES.values()))
        | of_kind("milestone", (f"Kota 4 km, {meaning}" for _, meaning in signs.MILESTONE_CAPS.values()))
        | of_kind("direction", ["Kota 4 km"])
        | of_kind("script", scripts)
        | seen(written())
    )


def written() -> Iterator[Clue]:
    """The clues that compositions note themselves, with their names in the code."""
    for file in Path(compositions.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note":
                kind, meaning = node.args[1:3]
                if isinstance(kind, ast.Constant) and isinstance(meaning, ast.Constant):
                    yield Clue(str(kind.value), str(meaning.value), (0.0, 0.0, 1.0, 1.0))


def drawn() -> set[str]:
    """The names of vehicles and signs that are drawn at places which have each kind."""
    builders = (vehicles.bus, vehicles.truck, vehicles.car, vehicles.jeep, vehicles.tractor, vehicles.scooter,
                vehicles.cycle_rickshaw, vehicles.auto_rickshaw, signs.shop_sign, signs.name_board,
                signs.direction_board, signs.bus_stop, boats.boat)  # fmt: skip
    props = (
        build(place_at(*position), np.random.default_rng(seed), LIGHT)
        for position in (KOLKATA, MUMBAI, SHILLONG, DELHI, AIZAWL)
        for build in builders
        for seed in range(4)
    )
    return {name for prop in props if prop for name in seen(prop.clues)}


@pytest.mark.slow
def test_the_vocabulary_of_clues_is_whole() -> None:
    assert len(CLUES) == len(set(CLUES))
    assert listed() | drawn() == set(CLUES)


def test_the_scenes_that_ship_show_no_other_clues() -> None:
    clues = [clue for scene in shipped_scenes() for clue in scene["fields"]["clues"]]
    shown = seen(Clue(clue["kind"], clue["meaning"], tuple(clue["box"])) for clue in clues)
    assert len(shown) > 100
    assert shown <= set(CLUES)


def test_a_clue_is_told_in_the_players_language_and_by_the_name_that_people_use() -> None:
    told = {}
    for language in ("en", "hi", "bn", "mr", "ta", "te"):
        with override(language):
            told[language] = shown_clue("Signs in Oriya letters"), shown_clue("Chinar: the Kashmir valley")
    assert told["en"] == ("Signs in Odia letters", "Chinar: the Kashmir valley")
    assert told["hi"] == ("ओड़िया लिपि के बोर्ड", "चिनार: कश्मीर घाटी")
    assert len(set(told.values())) == len(told)


def test_no_two_clues_have_one_name_in_a_language() -> None:
    for language in ("hi", "bn", "mr", "ta", "te"):
        with override(language):
            names = {shown_clue(name) for name in CLUES}
        assert len(names) == len(CLUES), language
