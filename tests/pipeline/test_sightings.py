"""What scenes show is named without what is written, and comes whole through the text of a record, up to its limits."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.scenes.prop import Box, Clue
from pipeline.scenes.sightings import seen_name
from pipeline.starter.scene_cache import RECORD
from pipeline.starter.sightings import MOST, MOST_ALIKE, TEXT_BYTES, as_text, common_names, from_text, sightings_of

BOX = (0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize(
    ("kind", "meaning", "name"),
    [
        ("vegetation", "Chinar: the Kashmir valley", "Chinar: the Kashmir valley"),
        ("milestone", "Milestone for Kota, 45 km, green cap: a state highway", "Milestone, green cap: a state highway"),
        ("direction", "Direction board: Kota", "Direction board"),
        ("script", "Name of the shop in Tamil letters: Anna, Sons", "Signs in Tamil letters"),
        ("script", "Something written", None),
        ("name", "Kota", None),
        ("plate", "Number plate RJ: Rajasthan", None),
    ],
)
def test_a_clue_is_named_without_what_is_written(kind: str, meaning: str, name: str | None) -> None:
    assert seen_name(Clue(kind, meaning, BOX)) == name


def square(side: float, left: float = 0.0) -> Box:
    return left, 0.0, left + side, side


def test_sightings_come_back_from_their_text_the_largest_first() -> None:
    clues = [
        Clue("crop", "Small: “quoted”, ਪੰਜਾਬ", square(0.1)),
        Clue("name", "Kota", square(0.9)),
        Clue("crop", "Large", (0.12345, 0.2, 0.98765, 1.0)),
    ]
    assert from_text(as_text(clues)) == [
        ("Large", pytest.approx((0.1235, 0.2, 0.9877, 1.0), abs=1e-4)),
        ("Small: “quoted”, ਪੰਜਾਬ", square(0.1)),
    ]
    assert from_text(as_text([])) == []


def test_a_record_keeps_a_few_of_each_name_and_first_one_of_each() -> None:
    alike = [Clue("crop", "Palm", square(0.9 - index / 100)) for index in range(6)]
    others = [Clue("crop", f"Other {index}", square(0.01)) for index in range(MOST - 2)]
    kept = from_text(as_text([*others, *alike]))
    assert len(kept) == MOST
    assert [box for name, box in kept if name == "Palm"] == [square(0.9), square(0.89)]  # others come before the third
    few = from_text(as_text(alike))
    assert [box for _, box in few] == [pytest.approx(square(0.9 - index / 100)) for index in range(MOST_ALIKE)]


def test_long_names_do_not_break_a_record() -> None:
    clues = [Clue("crop", f"{index} {'ਪ' * 100}", square(0.9 - index / 100)) for index in range(20)]
    text = as_text(clues)
    assert len(text) <= TEXT_BYTES
    record = np.zeros(1, RECORD)
    record["sightings"] = text
    kept = from_text(record["sightings"][0])
    assert 5 < len(kept) < 20
    assert [name for name, _ in kept] == [clue.meaning for clue in clues[: len(kept)]]


def test_clues_that_are_rare_are_not_learnt() -> None:
    text, more = as_text([Clue("crop", "Common", BOX)] * 3), as_text([Clue("crop", "Rare", BOX)])
    assert common_names([text] * 3 + [more] * 2 + [b""] * 995) == (
        "Common",
    )  # three of a thousand, however many in each


def test_sightings_become_arrays_of_the_names_asked_for() -> None:
    texts = [as_text([Clue("crop", name, square(side)) for name, side in (("B", 0.5), ("A", 0.4), ("C", 0.3))]), b""]
    sightings = sightings_of(texts, ("A", "B"))
    assert sightings.which.shape == (2, MOST)
    assert sightings.which[0, :3].tolist() == [1, 0, -1]
    assert sightings.boxes[0, :2].tolist() == [pytest.approx(square(0.5)), pytest.approx(square(0.4))]
    assert (sightings.which[1] == -1).all()
