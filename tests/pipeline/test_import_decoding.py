"""Display copies are upright, sRGB, small and without metadata; what is no sound picture is turned away."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from PIL import Image, ImageCms

from pipeline.intake.checks import Reason, Rejected
from pipeline.intake.decoding import decode
from predictor.pictures.images import MAX_PIXELS
from tests.pipeline.corpus import TURNED, dated, exif_block
from tests.pipeline.pictures import encoded, jpeg, jpeg_with_gps, picture


def display(data, name="photo.jpg"):
    return Image.open(io.BytesIO(decode(data, name).display))


def reason(data, name):
    with pytest.raises(Rejected) as caught:
        decode(data, name)
    assert caught.value.detail
    return caught.value.reason


def png_claiming(width, height):
    """A PNG of a few bytes whose header claims any size."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("image_format", "name"),
    [
        ("JPEG", "a.jpg"),
        ("JPEG", "A.JPEG"),
        ("PNG", "a.png"),
        ("WEBP", "a.webp"),
        ("HEIF", "a.heic"),
        ("HEIF", "a.HEIF"),
    ],
)
def test_every_promised_format_becomes_a_jpeg_that_looks_the_same(image_format, name):
    original = picture(1)
    copy = display(encoded(original, image_format, quality=95), name)
    assert (copy.format, copy.mode, copy.size) == ("JPEG", "RGB", original.size)
    assert np.abs(np.asarray(copy, int) - np.asarray(original, int)).mean() < 8


def test_the_display_copy_is_at_most_1600_px_and_never_larger_than_the_original():
    assert display(encoded(picture(1, (3300, 2200)))).size == (1600, 1067)
    assert display(encoded(picture(1, (800, 2000)))).size == (640, 1600)
    assert display(encoded(picture(1, (120, 80)))).size == (120, 80)


def test_the_display_copy_is_upright_and_carries_no_metadata():
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn a quarter to the right
    exif[0x010F] = "Secret camera"
    data = encoded(picture(2, (120, 80)), exif=exif, comment=b"Secret comment", icc_profile=_profile("sRGB"))
    copy = display(data)
    assert copy.size == (80, 120)
    assert np.abs(np.asarray(copy, int) - np.asarray(picture(2, (120, 80)).rotate(-90, expand=True), int)).mean() < 8
    content = decode(data, "a.jpg").display
    assert not copy.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(copy.info)
    assert b"Secret" not in content


def test_colours_of_another_profile_are_converted_to_srgb():
    grey = Image.new("RGB", (64, 64), (55, 55, 55))  # 55/255 in linear light is about 128 in sRGB
    pixel = display(encoded(grey, quality=98, icc_profile=_linear_profile())).getpixel((32, 32))
    assert all(abs(value - 128) < 6 for value in pixel)


def test_a_broken_colour_profile_does_not_lose_the_photo():
    assert display(encoded(picture(3), icc_profile=b"not a profile")).size == (96, 64)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_other_pixel_kinds_become_rgb_and_transparency_becomes_white(mode):
    if mode == "I;16":
        image = Image.fromarray(np.full((64, 96), 200 << 8, np.uint16))
        expected = 200
    elif mode in {"RGBA", "LA"}:
        image, expected = Image.new(mode, (96, 64), (0,) * len(mode)), 255
    else:
        image, expected = Image.new("L", (96, 64), 255).convert(mode), 255
    copy = display(encoded(image, "PNG"), "a.png")
    assert copy.mode == "RGB"
    assert all(abs(value - expected) < 4 for value in copy.getpixel((48, 32)))


def test_a_cmyk_jpeg_is_shown_in_rgb():
    assert display(encoded(picture(4, mode="CMYK"))).mode == "RGB"


def test_the_perceptual_hash_is_64_bits_and_survives_recompression():
    one, again = decode(jpeg(5, quality=95), "a.jpg"), decode(jpeg(5, quality=40), "a.jpg")
    other = decode(jpeg(6), "a.jpg")
    assert len(one.perceptual_hash) == 16

    def distance(a, b):
        return (int(a.perceptual_hash, 16) ^ int(b.perceptual_hash, 16)).bit_count()

    assert distance(one, again) <= 4
    assert distance(one, other) > 10


def test_position_heading_and_time_are_read_from_exif():
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2026:01:26 08:30:00", 0x9011: "+05:30"})
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 36.0, 50.04), 3: "E", 4: (77.0, 12.0, 32.4), 17: 372.5})
    found = decode(jpeg(exif=exif), "a.jpg")
    assert found.position == pytest.approx((28.6139, 77.2090))
    assert found.heading == pytest.approx(12.5)
    assert found.captured_at == datetime(2026, 1, 26, 8, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))


def test_southern_and_western_positions_are_negative_and_missing_ones_are_none():
    assert decode(jpeg_with_gps(-33.9, -18.4), "a.jpg").position == pytest.approx((-33.9, -18.4))
    plain = decode(jpeg(), "a.jpg")
    assert (plain.position, plain.heading, plain.captured_at) == (None, None, None)


@pytest.mark.parametrize(
    "tag",
    [
        (0x011A, 2, 4, b"72\0\0"),
        (0x0131, 5, 1, b"\1\0\0\0\1\0\0\0"),
        (0x010F, 12, 1, b"\0" * 8),
        (0x8825, 2, 4, b"abc\0"),
    ],
)
def test_a_turned_photo_with_a_tag_of_a_wrong_type_is_turned_and_taken(tag):
    copy = display(jpeg(2, exif=exif_block([TURNED, tag])))
    assert copy.size == (64, 96)
    assert np.abs(np.asarray(copy, int) - np.asarray(picture(2).rotate(-90, expand=True), int)).mean() < 8


@pytest.mark.parametrize("moment", ["0001:01:01 00:00:00", "9999:12:31 23:59:59"])
def test_a_capture_time_that_cannot_be_stored_is_left_out_with_a_note(moment):
    found = decode(dated(moment, "-12:00"), "a.jpg")
    assert found.captured_at is None
    assert str(int(moment[:4])) in found.note


def test_malformed_exif_is_ignored():
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 36.0), 3: "E", 4: (77.0,)})
    exif.get_ifd(0x8769).update({0x9003: "0000:00:00 00:00:00"})
    found = decode(jpeg(exif=exif), "a.jpg")
    assert (found.position, found.captured_at) == (None, None)


@pytest.mark.parametrize("garbage", [b"", b"II*\0", b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 60, b"nonsense" * 9])
def test_a_garbled_exif_block_does_not_lose_the_photo(garbage):
    found = decode(jpeg(exif=b"Exif\0\0" + garbage), "a.jpg")
    assert (found.position, found.width) == (None, 96)


@pytest.mark.parametrize(
    ("image_format", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp"), ("HEIF", "a.heic")]
)
def test_a_truncated_file_is_turned_away(image_format, name):
    data = encoded(picture(7, (640, 480)), image_format)
    assert reason(data[: len(data) // 2], name) == Reason.TRUNCATED


@pytest.mark.parametrize("data", [b"", b"hello", b"GIF89a" + b"\0" * 40, b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_a_file_that_is_no_supported_picture_is_turned_away(data):
    assert reason(data, "a.jpg") == Reason.NOT_AN_IMAGE


def test_an_archive_under_a_pictures_name_is_turned_away():
    assert reason(b"PK\x03\x04" + b"\0" * 40, "a.jpg") == Reason.NESTED_ARCHIVE


@pytest.mark.parametrize(
    ("image_format", "name"), [("PNG", "a.jpg"), ("JPEG", "a.png"), ("WEBP", "a.heic"), ("HEIF", "a.jpg")]
)
def test_content_under_another_extension_is_turned_away(image_format, name):
    assert reason(encoded(picture(8), image_format), name) == Reason.EXTENSION_MISMATCH


def test_more_than_50_megapixels_are_turned_away_before_decoding():
    assert reason(png_claiming(10_000, MAX_PIXELS // 10_000 + 1), "a.png") == Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize("side", [14_000, 30_000, 60_000])
def test_a_decompression_bomb_is_turned_away_before_decoding(side):
    assert reason(png_claiming(side, side), "a.png") == Reason.DECOMPRESSION_BOMB


def test_more_than_20_mb_are_turned_away():
    assert reason(jpeg() + b"\0" * 20_000_001, "a.jpg") == Reason.FILE_TOO_LARGE


def _profile(name):
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


def _linear_profile():
    """sRGB's own profile with its tone curves replaced by straight lines."""
    profile = bytearray(_profile("sRGB"))
    count = struct.unpack(">I", profile[128:132])[0]
    for entry in range(count):
        tag, offset, _ = struct.unpack(">4sII", profile[132 + 12 * entry : 144 + 12 * entry])
        if tag in {b"rTRC", b"gTRC", b"bTRC"}:
            profile[offset : offset + 12] = b"curv" + b"\0" * 8  # no points: the identity
    return bytes(profile)
