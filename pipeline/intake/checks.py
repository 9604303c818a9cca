"""The reasons to reject a file or manifest row, and the checks of positions and dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np

from pipeline.geography.boundaries import distance_outside_km
from pipeline.intake.values import degrees_in, ordered, pair_in

NO_POSITION = "Has no position: give latitude and longitude in a manifest, or a photo with EXIF GPS."
OUTSIDE_LIMIT_KM = 10.0  # coasts are simplified and phones err; a photo of lower precision may lie further out
MAX_LONGITUDE = 1260.0  # three turns beyond ±180, as maps that are panned around the globe give
YEARS = range(1826, 9999)  # from the first photograph to what can be shown in every time zone

Position = tuple[float, float]  # latitude, longitude in degrees


class Reason(StrEnum):
    """Codes of the reasons, stored in `Rejection.reason`."""

    NOT_AN_IMAGE = "not_an_image"
    TRUNCATED = "truncated"
    EXTENSION_MISMATCH = "extension_mismatch"
    DECOMPRESSION_BOMB = "decompression_bomb"
    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNREADABLE = "unreadable"
    UNUSABLE_SHAPE = "unusable_shape"
    MISSING_COORDINATES = "missing_coordinates"
    NON_NUMERIC_COORDINATES = "non_numeric_coordinates"
    IMPOSSIBLE_COORDINATES = "impossible_coordinates"
    ZERO_COORDINATES = "zero_coordinates"
    SWAPPED_COORDINATES = "swapped_coordinates"
    OUTSIDE_INDIA = "outside_india"
    EXACT_DUPLICATE = "exact_duplicate"
    ROW_WITHOUT_FILE = "row_without_file"
    DUPLICATE_ROW = "duplicate_row"
    FILE_WITHOUT_ROW = "file_without_row"
    BAD_VALUE = "bad_value"
    CSV_ENCODING = "csv_encoding"
    CSV_COLUMNS = "csv_columns"
    OPEN_QUOTE = "open_quote"
    SEVERAL_TABLES = "several_tables"
    OTHER_TABLE = "other_table"
    UNSAFE_PATH = "unsafe_path"
    SYMLINK = "symlink"
    NESTED_ARCHIVE = "nested_archive"
    TOO_MANY_ENTRIES = "too_many_entries"
    ARCHIVE_TOO_LARGE = "archive_too_large"
    IN_BIN = "in_bin"
    TAKEN_DOWN = "taken_down"
    LICENCE = "licence"
    NOT_A_VIEW = "not_a_view"
    DOWNLOAD_FAILED = "download_failed"
    DOWNLOAD_REFUSED = "download_refused"


PLACEABLE = {  # faults that a pin on the map corrects
    Reason.MISSING_COORDINATES,
    Reason.NON_NUMERIC_COORDINATES,
    Reason.IMPOSSIBLE_COORDINATES,
    Reason.ZERO_COORDINATES,
    Reason.SWAPPED_COORDINATES,
    Reason.OUTSIDE_INDIA,
    Reason.FILE_WITHOUT_ROW,
}


class Rejected(ValueError):
    """One file or row cannot be imported; the rest of the import goes on."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[Rejected], tuple[Reason, str]]:
        return Rejected, (self.reason, self.detail)  # makes it picklable, for process pools


def rejected_as_removed(file_name: str, *, taken_down: bool) -> Rejected:
    """The rejection of a file whose photo was taken down or is in the bin as ``file_name``."""
    if taken_down:
        return Rejected(Reason.TAKEN_DOWN, "Was taken down on a legal request: it cannot come back.")
    return Rejected(Reason.IN_BIN, f"Lies in the bin as {file_name}: restore it there.")


class ImportRefused(Rejected):
    """The whole import is refused; ``file_name`` is the archive or manifest at fault."""

    def __init__(self, reason: Reason, file_name: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.file_name = file_name


def parse_position(latitude: str, longitude: str) -> Position:
    """(latitude, longitude) in degrees from two cells of a manifest. Raises Rejected."""
    if not latitude or not longitude:
        if pair := pair_in(latitude or longitude):
            return pair
        raise Rejected(Reason.MISSING_COORDINATES, NO_POSITION)
    position = ordered(degrees_in(latitude), degrees_in(longitude))
    if position is None:
        raise _no_numbers(f"“{latitude[:60]}”, “{longitude[:60]}”")
    return position


def parse_pair(text: str) -> Position:
    """(latitude, longitude) in degrees from one cell of a manifest. Raises Rejected."""
    position = pair_in(text)
    if position is None:
        raise _no_numbers(f"“{text[:60]}”")
    return position


def _no_numbers(written: str) -> Rejected:
    detail = f"Position {written} is no pair of numbers: write degrees such as 28.6139, 77.2090."
    return Rejected(Reason.NON_NUMERIC_COORDINATES, detail)


def parse_number(text: str) -> float | None:
    """The finite number in a text, else None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def is_storable(moment: datetime) -> bool:
    """Whether a date can be stored and shown, also after conversion to UTC."""
    try:
        return (moment if moment.tzinfo is None else moment.astimezone(UTC)).year in YEARS
    except OverflowError:
        return False


def check_positions(
    latitudes: Sequence[float],
    longitudes: Sequence[float],
    precision_km: Sequence[float],
    limit_km: float = OUTSIDE_LIMIT_KM,
) -> list[Position | Rejected]:
    """Each position (degrees) with its longitude between ±180, or its fault.

    A position may lie outside India by ``limit_km`` or by its ``precision_km``, whichever is larger.
    """
    wrapped = [_wrapped(longitude) for longitude in longitudes]
    outside = distance_outside_km(latitudes, wrapped)
    swapped_outside = distance_outside_km(longitudes, latitudes)
    limits = np.maximum(limit_km, precision_km)
    return [
        _fault(latitude, longitude, float(distance), float(limit), swapped=bool(distance_swapped <= limit))
        or (latitude, within)
        for latitude, longitude, within, distance, limit, distance_swapped in zip(
            latitudes, longitudes, wrapped, outside, limits, swapped_outside, strict=True
        )
    ]


def _wrapped(longitude: float) -> float:
    """The same meridian between ±180 degrees; a longitude too many turns away for a map is left as it is."""
    turned = 180 < abs(longitude) <= MAX_LONGITUDE
    return round((longitude + 180) % 360 - 180, 9) if turned else longitude


def _fault(latitude: float, longitude: float, outside_km: float, limit_km: float, *, swapped: bool) -> Rejected | None:
    place = f"{latitude:g}, {longitude:g}"
    if latitude == longitude == 0:
        return Rejected(Reason.ZERO_COORDINATES, "Position is 0, 0, which means unknown: give the real one.")
    if abs(latitude) <= 90 and outside_km <= limit_km:
        return None
    if swapped:
        return Rejected(
            Reason.SWAPPED_COORDINATES,
            f"Position {place} has latitude and longitude swapped: exchange the two columns.",
        )
    if abs(latitude) > 90 or abs(longitude) > 180:
        return Rejected(
            Reason.IMPOSSIBLE_COORDINATES,
            f"Position {place} is not on Earth: latitudes end at ±90, longitudes at ±180.",
        )
    return Rejected(
        Reason.OUTSIDE_INDIA,
        f"Position {place} is {outside_km:.0f} km outside India (limit {limit_km:.0f}): correct it.",
    )
