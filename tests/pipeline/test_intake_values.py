"""What people write into tables is read as they mean it: degrees, pairs of coordinates, directions, lengths, dates."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from pipeline.intake.names import name_key, readings
from pipeline.intake.values import degrees_in, direction_in, kilometres_in, moment_in, pair_in
from pipeline.support.cells import restored_text, safe_text

INDIA = timezone(timedelta(hours=5, minutes=30))
DMS = 12 + 58 / 60 + 17.8 / 3600


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("12.97", 12.97), ("12,97", 12.97), ("-12,97", -12.97), ("−12.97", -12.97), ("12.97N", 12.97),
        ("N 12.97", 12.97),
        ("S12.97", -12.97), ("12.97 south", -12.97), ("12.97°", 12.97), ("12.97 Grad", 12.97), ("77,59 Ost", 77.59),
        ("१२.९७", 12.97), ("12°58'17.8\"N", DMS), ("12° 58′ 17,8″ N", DMS), ("12 58 17.8", DMS), ("12:58:17.8", DMS),
        ("12d58m17.8s", DMS), ("12d58m17.8sN", DMS), ("12 deg 58' 17.80\" S", -DMS), ("12º58’17.8”", DMS),
        ("12 degrees 58 minutes 17.8 seconds North", DMS), ("12° 58.5'", 12.975), ("12.97 उत्तर", 12.97),
    ],
)  # fmt: skip
def test_degrees_are_read_in_every_notation(text, degrees):
    assert degrees_in(text)[0] == pytest.approx(degrees)


@pytest.mark.parametrize(
    "text", ["", "north", "12.97.1", "12°61'", "12 58 17 9", "12_5", "nan", "inf", "12 N S", "12.5 30"]
)
def test_what_is_no_angle_is_none(text):
    assert degrees_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "12.97, 77.59", "12.97,77.59", "12,97, 77,59", "12,97; 77,59", "12,97 77,59", "12,97,77,59", "12.97 77.59",
        "N12.97 E77.59", "12.97N 77.59E", "12.97N77.59E", "77.59E, 12.97N", "12.97° N, 77.59° E", "(12.97, 77.59)",
        "POINT (77.59 12.97)", "geo:12.97,77.59", "lat: 12.97, lon: 77.59", "12.97/77.59", "12.97, 77.59, 920",
        "12°58'12\"N 77°35'24\"E", "12 58 12 77 35 24", "12°58'12\", 77°35'24\"",
    ],
)  # fmt: skip
def test_a_pair_is_read_from_one_text(text):
    assert pair_in(text) == pytest.approx((12.97, 77.59))


@pytest.mark.parametrize("text", ["", "12.97", "Ooty", "12.97N 77.59N", "1 2 3 4 5"])
def test_what_is_no_pair_is_none(text):
    assert pair_in(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        *((text, datetime(2026, 1, 26)) for text in (
            "26/01/2026", "26.01.2026", "26-1-26", "2026-01-26", "2026/1/26", "20260126", "1/26/2026", "26 Jan 2026",
            "26-JAN-26", "Jan 26, 2026", "Monday, 26th January 2026", "26 जनवरी 2026", "26. Januar 2026", "46048",
        )),
        *((text, datetime(2026, 1, 26, 20, 30)) for text in (
            "26/01/2026 20:30", "2026:01:26 20:30:00", "26/01/2026 8:30 PM", "26.01.2026, 20.30 Uhr",
            "2026-01-26T20:30",
            "26 Jan 2026 at 8:30 p.m.", "46048.854166667",
        )),
        ("01/02/2026", datetime(2026, 2, 1)),  # the day comes first
        ("2026-01-26 8:30", datetime(2026, 1, 26, 8, 30)),
        ("26/01/2026 08:30 IST", datetime(2026, 1, 26, 8, 30, tzinfo=INDIA)),
        ("Mon, 26 Jan 2026 08:30:00 +0530", datetime(2026, 1, 26, 8, 30, tzinfo=INDIA)),
        ("1769396400", datetime(2026, 1, 26, 8, 30, tzinfo=INDIA)),
    ],
)  # fmt: skip
def test_dates_are_read_in_every_notation(text, moment):
    found = moment_in(text)
    assert found == moment
    assert (found.tzinfo is None) == (moment.tzinfo is None)


@pytest.mark.parametrize(
    "text", ["", "2008", "January 2026", "31/02/2026", "0000:00:00 00:00:00", "soon", "26/01/2026 25:00"]
)
def test_what_is_no_date_is_none(text):
    assert moment_in(text) is None


def test_directions_and_lengths_are_read_with_words_and_units():
    assert [direction_in(text) for text in ("NE", "north-east", "45°", "45,0", "405")] == [45.0] * 5
    assert [direction_in(text) for text in ("up", "N 45", "")] == [None] * 3
    assert [kilometres_in(text) for text in ("0,5", "0.5 km", "500 m", "± 500 metres")] == [0.5] * 4
    assert [kilometres_in(text) for text in ("near", "5 miles", "")] == [None] * 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cafe\u0301.jpg", "caf\u00e9.JPG"),
        ("\u0958.jpg", "\u0915\u093c.jpg"),
        ("a\\b.jpg", "a/b.jpg"),
        ("\ufeffa.jpg\xa0", "a.jpg"),
    ],
)
def test_names_that_mean_one_file_have_one_key(one, other):
    assert name_key(one) == name_key(other)
    assert name_key("क\u200dष.jpg") != name_key("कष.jpg")  # a joiner is part of the word


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("神社", "cp932"), ("Café", "cp1252"), ("Café", "cp437"), ("जयपुर", "utf-8"), ("Москва", "cp866")],
)
def test_the_most_probable_reading_of_a_name_comes_first_or_is_among_them(name, encoding):
    found = readings(name.encode(encoding))
    assert name in found
    if encoding != "cp866":
        assert found[0] == name


@pytest.mark.parametrize(
    "text", ["@asha", "+Lake view", "=1+1", "-7", "'=1", "''@x", "'quoted", "plain", "＝1", "it's", "'"]
)
def test_a_text_comes_back_from_a_cell_as_it_was_and_is_no_formula_there(text):
    cell = safe_text(text)
    assert restored_text(cell) == text
    assert cell[0] not in "=+-@＝"
