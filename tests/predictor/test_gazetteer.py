"""The table of places: former and present names, scripts, and no spelling that follows the Roman letters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest
from django.utils.translation import gettext, override

from pipeline.geography import boundaries
from predictor.gazetteer.table import LANGUAGES, find, landmarks, of_kind, places, present_name

# The first letter of each script's block, and how long the block is.
BLOCKS = {
    "Arabic": 0x600, "Devanagari": 0x900, "Bengali": 0x980, "Gurmukhi": 0xA00, "Gujarati": 0xA80, "Oriya": 0xB00,
    "Tamil": 0xB80, "Telugu": 0xC00, "Kannada": 0xC80, "Malayalam": 0xD00, "Meetei Mayek": 0xABC0,
}  # fmt: skip
SCRIPTS = {"hi": "Devanagari", "mr": "Devanagari", "bn": "Bengali", "ta": "Tamil", "te": "Telugu"}
# Consonants that Hindi and Marathi names join, after र any but ह. Elsewhere a vowel is spoken between them, and a
# spelling that joins them was made letter by letter from the Roman one, which does not write that vowel.
JOINED = """
    क्क ग्ग च्च च्छ ज्ज ट्ट ट्ठ ठ्ठ ड्ड ड्ढ त्त त्थ द्द द्ध न्न प्प ब्ब म्म ल्ल व्व स्स य्य श्श ण्ण
    प्र त्र ब्र ग्र द्र क्र श्र भ्र ध्र फ्र ट्र ड्र व्र स्र ज्य ध्य न्य ल्य व्य ष्य स्य त्य म्य ख्य
    द्य ण्य ड्य ब्य ग्य क्य च्य प्य श्य ट्य स्त स्थ ष्ण ष्ट ष्ठ ष्क श्व स्व द्व त्व क्ष ज्ञ न्ह म्ह
    ल्ह क्त प्त ब्द श्च स्क स्प स्म स्ल त्म त्स ल्व न्व क्ख ल्म न्म स्ट ष्म न्ध ज्व श्न ग्व क्स ल्त
    त्न ब्ल ल्स ग्म
"""
REALLY_JOINED = ("Robertsganj", "Muzaffarnagar", "Muzaffarpur", "Gadhinglaj", "Haldwani")
NEPALI = ("Sikkim", "West Bengal")


def spelt_by_machine(text: str, state: str) -> bool:
    """Whether a name in Devanagari is spelt as nobody does: after the Roman letters, in Sanskrit's or another's way."""
    base = unicodedata.normalize("NFD", text).replace("\u093c", "")
    joined = re.findall("(?=([क-ह])्([क-ह]))", base)
    return (
        base.endswith(("्", "ै", "इ"))
        or any(first + "्" + second not in JOINED.split() for first, second in joined if first != "र")
        or any(first == "र" and second == "ह" for first, second in joined)
        or re.search("[ङञणनम]्[क-घच-झट-ढत-धप-भ]", base) is not None
        or (state == "Maharashtra" and re.search("गा[ंँ]व|पुर$", base) is not None)
    )


@pytest.mark.parametrize(
    ("kind", "former", "state", "present"),
    [
        ("town", "Bangalore", "Karnataka", "Bengaluru"),
        ("town", "Bombay", "Maharashtra", "Mumbai"),
        ("town", "Calcutta", "West Bengal", "Kolkata"),
        ("town", "Madras", "Tamil Nadu", "Chennai"),
        ("state", "Orissa", "", "Odisha"),
        ("state", "Pondicherry", "", "Puducherry"),
        ("town", "Pondicherry", "Puducherry", "Puducherry"),
        ("town", "Allahabad", "Uttar Pradesh", "Prayagraj"),
        ("town", "Gurgaon", "Haryana", "Gurugram"),
        ("town", "Mysore", "Karnataka", "Mysuru"),
        ("town", "Trivandrum", "Kerala", "Thiruvananthapuram"),
        ("town", "Faizabad", "Uttar Pradesh", "Ayodhya"),
        ("town", "Aurangabad", "Maharashtra", "Chhatrapati Sambhajinagar"),
        ("town", "Aurangabad", "Bihar", "Aurangabad"),
        ("district", "Allahabad", "Uttar Pradesh", "Prayagraj"),
        ("district", "Osmanabad", "Maharashtra", "Dharashiv"),
    ],
)
def test_a_former_name_leads_to_the_present_one(kind, former, state, present):
    assert present_name(kind, former, state) == present
    assert find(kind, present, state) is not None


def test_the_largest_of_several_places_of_a_name_is_found():
    assert find("town", "Srinagar", "Jammu and Kashmir").population > 1_000_000
    assert find("town", "Nowhere", "Goa") is None
    assert present_name("town", "Nowhere", "Goa") is None


def test_the_areas_are_those_of_the_boundaries():
    states, districts = boundaries.states(), boundaries.districts()
    assert {place.name for place in of_kind("state")} == set(states["state"])
    listed = Counter((place.name, place.state) for place in of_kind("district"))
    assert listed == Counter(zip(districts["district"], districts["state"], strict=True))
    areas = (*of_kind("state"), *of_kind("district"))
    inside, _ = boundaries.locate([area.latitude for area in areas], [area.longitude for area in areas])
    assert inside.tolist() == [area.state or area.name for area in areas]


def test_every_place_names_its_source_and_lies_in_india():
    assert all(place.source and 6 < place.latitude < 38 and 68 < place.longitude < 98 for place in places())
    assert len(of_kind("town")) > 7000
    assert len(landmarks()) >= 300
    assert sum(place.is_capital for place in places()) >= 33
    assert not [place.name for place in places() if place.name in place.old_names]


def test_names_are_written_in_their_script_without_stray_signs():
    for place in places():
        for script, text in [
            (place.script, place.local_name),
            *((SCRIPTS[lang], t) for lang, t in place.names.items()),
        ]:
            assert bool(script) == bool(text), place
            if text:
                start = BLOCKS[script]
                letters = [c for c in text if unicodedata.category(c)[0] in "LM"]
                assert all(start <= ord(c) < start + (0x40 if script == "Meetei Mayek" else 0x100) for c in letters), (
                    place
                )
                assert text == text.strip(" \u200b\u200c\u200d"), place
                assert not set(text) & {"\u200b", "\u200e", "\u200f"}, place


def test_no_name_in_devanagari_was_spelt_by_machine():
    found = [
        (place.name, place.state, place.local_name)
        for place in of_kind("town")
        if place.script == "Devanagari" and place.state not in NEPALI and place.name not in REALLY_JOINED
        if spelt_by_machine(place.local_name, place.state)
    ]
    assert found == []


@pytest.mark.parametrize("text", ["कट्घोरा", "केम्री", "अक्बरपुरम्", "कस्गञ्ज", "बह्जोइ", "नोइ", "कोत्खै", "मुम्बई", "मर्हौरा"])
def test_spellings_after_the_roman_letters_are_noticed(text):
    assert spelt_by_machine(text, "Bihar")


def test_towns_of_bengal_and_manipur_are_not_in_a_script_that_their_signs_do_not_use():
    nepali = {"Darjeeling", "Kalimpong", "Kurseong", "Mirik"}
    bengal = [t.name for t in of_kind("town") if t.state == "West Bengal" and t.script == "Devanagari"]
    assert set(bengal) <= nepali
    assert not [town.name for town in of_kind("town") if town.state == "Manipur" and town.script == "Bengali"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_are_called_as_in_the_catalogues(language):
    with override(language):
        assert [
            (p.name, p.names.get(language)) for p in of_kind("state") if gettext(p.name) != p.names.get(language)
        ] == []


def test_a_district_is_spelt_as_the_town_or_state_of_its_name():
    for district in of_kind("district"):
        for other in (find("town", district.name, district.state), find("state", district.name, "")):
            if other:
                shared = district.names.keys() & other.names.keys()
                assert {key: district.names[key] for key in shared} == {key: other.names[key] for key in shared}
                if district.script == other.script:
                    assert district.local_name == other.local_name


def test_the_largest_towns_are_known_in_every_language():
    largest = sorted(of_kind("town"), key=lambda town: -town.population)[:100]
    unknown = [(town.name, language) for town in largest for language in LANGUAGES if language not in town.names]
    assert len(unknown) < 0.05 * 100 * len(LANGUAGES), unknown
