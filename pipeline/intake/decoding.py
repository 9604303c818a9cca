"""Makes the display copy of an image file: checked, upright, sRGB, at most 1600 px, no metadata.

An edit's crop is cut out and its boxes are blurred. Needs no database.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from PIL import ExifTags, Image

from pipeline.intake.checks import Reason, Rejected, is_storable
from pipeline.intake.sources import MAX_FILE_BYTES, Source
from predictor.pictures import images

DISPLAY_SIDE_PX = 1600
DISPLAY_QUALITY = 88
BLUR_CELLS = 4  # pixels across a box before it is enlarged again
SUFFIXES = {
    "JPEG": {".jpg", ".jpeg"},
    "PNG": {".png"},
    "WEBP": {".webp"},
    "HEIF": {".heic", ".heif"},
}
ARCHIVES = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")

Box = tuple[float, float, float, float]  # left, top, right, bottom in fractions


@dataclass(frozen=True)
class DecodedPhoto:
    """A display copy (JPEG bytes), its size and perceptual hash, and the EXIF data of its original.

    ``note`` says what was left out of that data.
    """

    display: bytes
    width: int
    height: int
    perceptual_hash: str
    position: tuple[float, float] | None
    heading: float | None
    captured_at: datetime | None
    note: str = ""


@dataclass(frozen=True)
class ReadResult:
    """The result of reading one file of a source; ``decoded`` is None where its hash was known or it was rejected."""

    name: str
    original_sha256: str = ""
    original: bytes = b""
    decoded: DecodedPhoto | None = None
    rejected: Rejected | None = None


def read_entry(source: Source, name: str, known_hashes: frozenset[str]) -> ReadResult:
    """Read one file, and decode it unless its SHA-256 is one of ``known_hashes``."""
    sha256 = ""
    try:
        data = source.read(name)
        sha256 = hashlib.sha256(data).hexdigest()
        known = sha256 in known_hashes
        return ReadResult(name, sha256) if known else ReadResult(name, sha256, data, decode(data, name))
    except Rejected as rejected:
        return ReadResult(name, sha256, rejected=rejected)
    except Exception as error:  # whatever one file raises, the others come in
        detail = f"Cannot be read ({type(error).__name__}: {error}): save it again."
        return ReadResult(name, sha256, rejected=Rejected(Reason.UNREADABLE, detail))


def decode(data: bytes, name: str, crop: Box | None = None, covered: Sequence[Box] = ()) -> DecodedPhoto:
    """The display copy of a file called ``name``: cropped, then blurred in the boxes ``covered``. Raises Rejected."""
    if len(data) > MAX_FILE_BYTES:
        raise Rejected(Reason.FILE_TOO_LARGE, f"Is more than {MAX_FILE_BYTES / 1e6:.0f} MB: save it smaller.")
    image_format = images.format_of(data)
    if image_format is None and data.startswith(ARCHIVES):
        raise Rejected(Reason.NESTED_ARCHIVE, "Is an archive inside the source: unpack it first.")
    if image_format is None:
        raise Rejected(Reason.NOT_AN_IMAGE, "Is not a JPEG, PNG, WebP or HEIC picture: save it as one of them.")
    if PurePosixPath(name).suffix.lower() not in SUFFIXES[image_format]:
        usual = min(SUFFIXES[image_format])
        raise Rejected(Reason.EXTENSION_MISMATCH, f"Holds {image_format} under another extension: name it {usual}.")
    try:
        with images.opened(data) as image:
            return _decode_image(image, crop, covered)
    except images.TooManyPixels as error:
        reason = Reason.DECOMPRESSION_BOMB if error.is_bomb else Reason.TOO_MANY_PIXELS
        raise Rejected(reason, str(error)) from error
    except images.UnusableShape as error:
        raise Rejected(Reason.UNUSABLE_SHAPE, str(error)) from error
    except images.UnreadableImage as error:
        raise Rejected(Reason.TRUNCATED, "Is cut off or damaged and cannot be decoded: copy it again.") from error


def _decode_image(image: Image.Image, crop: Box | None, covered: Sequence[Box]) -> DecodedPhoto:
    position, heading = _gps(_directory(image, ExifTags.IFD.GPSInfo))
    captured_at = _captured_at(_directory(image, ExifTags.IFD.Exif))
    note = ""
    if captured_at and not is_storable(captured_at):
        note, captured_at = f"Its capture time, in the year {captured_at.year}, cannot be right and is left out.", None
    number = images.orientation(image)
    if crop is None and image.format in {"JPEG", "MPO"}:
        image.draft("RGB", (DISPLAY_SIDE_PX, DISPLAY_SIDE_PX))  # decode at half or quarter size where that is enough
    image.load()
    whole = images.upright(image, number)
    part = whole.crop(_pixels(crop, whole.size)) if crop else whole
    if crop:
        images.check_shape(*part.size)
    part.thumbnail((DISPLAY_SIDE_PX, DISPLAY_SIDE_PX), Image.Resampling.LANCZOS)
    picture = images.to_srgb(part)
    for box in covered:
        _blur(picture, _pixels(box, picture.size))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=DISPLAY_QUALITY, subsampling="4:2:0", optimize=True)
    return DecodedPhoto(
        display=buffer.getvalue(),
        width=picture.width,
        height=picture.height,
        perceptual_hash=f"{images.perceptual_hash(picture):016x}",
        position=position,
        heading=heading,
        captured_at=captured_at,
        note=note,
    )


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(share * size[side % 2]) for side, share in enumerate(box))
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _blur(picture: Image.Image, box: tuple[int, int, int, int]) -> None:
    """Reduce a box to so few pixels that nobody can be identified, whatever is done to the copy."""
    part = picture.crop(box)
    coarse = part.resize((BLUR_CELLS, max(1, round(BLUR_CELLS * part.height / part.width))), Image.Resampling.BOX)
    picture.paste(coarse.resize(part.size, Image.Resampling.BICUBIC), box[:2])


def _directory(image: Image.Image, directory: ExifTags.IFD) -> dict[int, Any]:
    """A directory of the EXIF block; empty where it is missing or damaged."""
    try:
        return image.getexif().get_ifd(directory)
    except Exception:  # a damaged block, or tags of a wrong type, make Pillow raise almost anything
        return {}


def _gps(gps: dict[int, Any]) -> tuple[tuple[float, float] | None, float | None]:
    """((latitude, longitude), heading) in degrees from EXIF GPS; None for what is missing or malformed."""
    latitude = _signed(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    longitude = _signed(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    heading = _finite(gps.get(ExifTags.GPS.GPSImgDirection))
    position = None if latitude is None or longitude is None else (latitude, longitude)
    return position, None if heading is None else heading % 360


def _signed(parts: Any, reference: Any, negative: str) -> float | None:
    """Signed degrees from EXIF's (degrees, minutes, seconds) and compass letter."""
    if not isinstance(parts, tuple | list) or len(parts) != 3:
        return None
    degrees, minutes, seconds = (_finite(part) for part in parts)
    if degrees is None or minutes is None or seconds is None:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return -value if _text(reference).upper() == negative else value


def _text(value: Any) -> str:
    """A tag's text, which some cameras store as bytes."""
    return str(value.decode("ascii", "replace") if isinstance(value, bytes) else value).strip("\0 ")


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) else None


def _captured_at(details: dict[int, Any]) -> datetime | None:
    """When the photo was taken; naive where the camera stored no time zone."""
    moment = _text(details.get(ExifTags.Base.DateTimeOriginal, ""))
    offset = _text(details.get(ExifTags.Base.OffsetTimeOriginal, ""))
    for text, pattern in ((moment + offset, "%Y:%m:%d %H:%M:%S%z"), (moment, "%Y:%m:%d %H:%M:%S")):
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None
