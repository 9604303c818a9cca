"""Captions say what the metadata knows and nothing else, in parts that come and go by their shares."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from pipeline.metadata import climate_zones, metadata_of
from pipeline.training.captions import PLACE_SHARES, SHARES, captions_of, climate_in_words

DRAWS = 2000


def many(latitude, longitude, captured_at=None, clues=()):
    """Captions of one photo, drawn many times."""
    metadata = metadata_of([latitude], [longitude], [captured_at], [list(clues)])
    return captions_of(metadata[np.zeros(DRAWS, int)], np.random.default_rng(1))


def share(captions, text):
    return np.mean([text in caption for caption in captions])


def test_parts_are_said_as_often_as_their_shares_state():
    captions = many(27.174, 78.042, datetime(2024, 7, 1), [{"kind": "plate", "meaning": "UP 80 AB 1234"}])
    expected = {
        "near Agra": PLACE_SHARES["town"],
        "in Agra district": PLACE_SHARES["district"],
        "in Uttar Pradesh": PLACE_SHARES["state"],
        "The climate is hot and half-dry.": SHARES["climate"],
        "It lies in the plain.": SHARES["height"],
        "This is Taj Mahal.": SHARES["landmark"],
        "Signs are in Devanagari letters.": SHARES["script"],
        "The sea is far away.": SHARES["sea"],
        "during the monsoon": SHARES["season"],
        "It shows a place in a town.": SHARES["setting"],
        "A sign says: UP 80 AB 1234.": SHARES["signs"],
    }
    for text, stated in expected.items():
        assert share(captions, text) == pytest.approx(stated, abs=0.05), text


def test_parts_come_in_any_order():
    captions = many(27.174, 78.042)
    both = [caption for caption in captions if "letters" in caption and "climate" in caption]
    first = np.mean([caption.index("letters") < caption.index("climate") for caption in both])
    assert 0.4 < first < 0.6


def test_what_is_not_known_is_not_said():
    captions = many(22.0, 79.0)
    assert share(captions, "It was taken") == share(captions, "A sign says") == share(captions, "This is") == 0
    assert not any("  " in caption or "nan" in caption or caption.endswith(" ") for caption in captions)


def test_the_same_seed_gives_the_same_captions():
    assert many(10.0, 76.5) == many(10.0, 76.5)
    assert len(set(many(10.0, 76.5))) > 50


def test_no_photos_have_no_captions():
    assert captions_of(metadata_of([], [], [], []), np.random.default_rng(0)) == []


def test_every_climate_around_india_has_words():
    codes = set(np.unique(climate_zones())) - {"Ocean"}
    assert len({climate_in_words(code) for code in codes}) > 10
    assert all(climate_in_words(code) for code in codes if code)
    assert climate_in_words("") == ""
