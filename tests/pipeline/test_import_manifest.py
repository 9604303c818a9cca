"""Manifests are read whatever the case and order of their columns, and each bad row says what to do."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipeline.intake.checks import ImportRefused, Reason, Rejected, check_positions
from pipeline.intake.manifest import read_manifest


def only_reason(text):
    manifest = read_manifest(text.encode(), "manifest.csv")
    assert manifest.rows == {}
    return manifest.rejected["a.jpg"].reason


def test_columns_are_found_in_any_case_and_order_and_mapped_to_fields():
    text = (
        "\ufeffLONGITUDE, Latitude ,FILE,Licence,Precision_KM,heading,captured_at,is_pano,near_duplicate_group,tier\r\n"
        '77.2090,28.6139,sub\\a.jpg,"CC BY, 4.0",0.5,370,2026-01-26T08:30:00+05:30,yes,g1,A\r\n'
    )
    manifest = read_manifest(text.encode(), "manifest.csv")
    row = manifest.rows["sub/a.jpg"]
    assert row.position == (28.6139, 77.2090)
    assert row.fields == {
        "licence": "CC BY, 4.0",
        "precision_km": 0.5,
        "heading": 10.0,
        "captured_at": datetime.fromisoformat("2026-01-26T08:30:00+05:30"),
        "is_pano": True,
        "near_duplicate_group": "g1",
    }
    assert manifest.ignored == ["tier"]


def test_common_other_column_names_are_understood():
    manifest = read_manifest(b"filename,lat,lng,license\na.jpg,28.6,77.2,MIT\n", "m.csv")
    assert manifest.rows["a.jpg"].position == (28.6, 77.2)
    assert manifest.rows["a.jpg"].fields == {"licence": "MIT"}


def test_a_row_without_coordinates_leaves_the_position_to_the_photo():
    assert read_manifest(b"file,latitude,longitude\na.jpg,,\n", "m.csv").rows["a.jpg"].position is None


def test_a_manifest_that_is_not_utf8_is_refused_with_advice():
    with pytest.raises(ImportRefused) as refused:
        read_manifest("file,place\na.jpg,जयपुर\n".encode()[:-2], "m.csv")
    assert (refused.value.reason, refused.value.file_name) == (Reason.CSV_ENCODING, "m.csv")
    assert "UTF-8" in refused.value.detail


@pytest.mark.parametrize("data", [b"", b"latitude,longitude\n1,2\n"])
def test_a_manifest_without_a_file_column_is_refused(data):
    with pytest.raises(ImportRefused) as refused:
        read_manifest(data, "m.csv")
    assert refused.value.reason == Reason.CSV_COLUMNS


@pytest.mark.parametrize("position", ["upwards,77.2", "28°66',77°12'", "nan,77.2", "28.6,inf", '"28,6,1","77,2"'])
def test_non_numeric_coordinates_are_turned_away(position):
    assert only_reason(f"file,latitude,longitude\na.jpg,{position}\n") == Reason.NON_NUMERIC_COORDINATES


@pytest.mark.parametrize("position", ["28.6,", ",77.2"])
def test_half_a_position_is_turned_away(position):
    assert only_reason(f"file,latitude,longitude\na.jpg,{position}\n") == Reason.MISSING_COORDINATES


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("precision_km", "near"),
        ("precision_km", "-1"),
        ("precision_km", "20000"),
        ("heading", "up"),
        ("captured_at", "33/01/2026"),
        ("captured_at", "0001-01-01"),
        ("captured_at", "9999-12-31T23:59:59-12:00"),
        ("captured_at", "2008"),
        ("captured_at", "circa 1900"),
        ("is_pano", "maybe"),
        ("place", "x" * 201),
    ],
)
def test_a_value_that_its_column_cannot_hold_is_left_out_with_a_note_and_the_photo_stays(column, value):
    row = read_manifest(f"file,latitude,longitude,{column}\na.jpg,28.6,77.2,{value}\n".encode(), "m.csv").rows["a.jpg"]
    assert (row.position, row.fields) == ((28.6, 77.2), {})
    assert column in row.note
    assert value[:60] in row.note


def test_two_rows_for_one_file_are_both_turned_away():
    assert only_reason("file,latitude,longitude\na.jpg,28.6,77.2\na.jpg,12.9,77.6\n") == Reason.DUPLICATE_ROW


@pytest.mark.parametrize(
    ("position", "precision_km", "reason"),
    [
        ((28.6139, 77.2090), 0.0, None),
        ((18.92, 72.80), 0.0, None),  # in the sea, 2 km off Mumbai
        ((0.0, 0.0), 0.0, Reason.ZERO_COORDINATES),
        ((0.0, 0.0), 20_000.0, Reason.ZERO_COORDINATES),
        ((77.2090, 28.6139), 0.0, Reason.SWAPPED_COORDINATES),
        ((128.6, 77.2), 0.0, Reason.IMPOSSIBLE_COORDINATES),
        ((28.6, 7720.0), 0.0, Reason.IMPOSSIBLE_COORDINATES),
        ((48.85, 2.35), 0.0, Reason.OUTSIDE_INDIA),
        ((31.5204, 74.3587), 0.0, Reason.OUTSIDE_INDIA),  # Lahore, about 20 km from the border
        ((31.5204, 74.3587), 30.0, None),
        ((18.9, 72.6), 0.0, Reason.OUTSIDE_INDIA),  # about 20 km out at sea
        ((18.9, 72.6), 25.0, None),
    ],
)
def test_positions_outside_india_are_turned_away_with_what_is_wrong(position, precision_km, reason):
    (checked,) = check_positions([position[0]], [position[1]], [precision_km])
    assert (checked.reason if isinstance(checked, Rejected) else None) == reason


@pytest.mark.parametrize(("longitude", "within"), [(437.59, 77.59), (-282.39, 77.61), (797.6, 77.6), (77.6, 77.6)])
def test_longitudes_are_wrapped_into_the_range_of_the_globe(longitude, within):
    (checked,) = check_positions([12.97], [longitude], [0.0])
    assert checked == pytest.approx((12.97, within), abs=1e-9)
