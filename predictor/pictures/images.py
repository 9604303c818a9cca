"""The one decoder of image bytes, its formats and its limit; the hash that finds the same picture in other bytes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

MAX_PIXELS = 50 * 10**6
SMALLEST_SIDE_PX = 32
LARGEST_ASPECT = 10.0  # of the longer side to the shorter one
BOMB_PIXELS = 2 * 89_478_485  # twice Pillow's own limit, above which it refuses to open a picture
HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}

pillow_heif.register_heif_opener()
# `opened` checks sizes before any pixel is decoded, so Pillow's warning is redundant.
warnings.simplefilter("ignore", Image.DecompressionBombWarning)

TURNS = {  # by EXIF's number of the orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
NEAR_DUPLICATE_BITS = 4  # of 64; two encodings of one picture differ in at most these, two pictures in far more


class UnreadableImage(ValueError):
    """The bytes are not a picture that can be decoded."""


class TooManyPixels(UnreadableImage):
    """The picture has more pixels than MAX_PIXELS; None where Pillow does not say how many."""

    def __init__(self, pixels: int | None = None) -> None:
        self.is_bomb = pixels is None or pixels > BOMB_PIXELS
        super().__init__(
            "Unpacks to far more than a photo holds (decompression bomb): leave it out."
            if pixels is None or self.is_bomb
            else f"Has {pixels / 1e6:.0f} megapixels, more than {MAX_PIXELS / 1e6:.0f}: save it smaller."
        )


class UnusableShape(UnreadableImage):
    """The picture is smaller or more elongated than any photo."""


def format_of(data: bytes) -> str | None:
    """Pillow's name of the format, by the first bytes; None for any but JPEG, PNG, WebP and HEIC."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        return "HEIF"
    return None


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """The picture with no pixel decoded yet. Raises UnreadableImage, also for what fails inside the block."""
    image_format = format_of(data)
    if image_format is None:
        raise UnreadableImage("This is not a picture that can be read; try a JPEG, PNG, WebP or HEIC file.")
    try:
        with Image.open(io.BytesIO(data), formats=[image_format]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooManyPixels(image.width * image.height)
            check_shape(*image.size)
            yield image
    except UnreadableImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    except Exception as error:  # a damaged file makes decoders raise almost anything
        raise UnreadableImage(
            "This picture is cut off or damaged; try another JPEG, PNG, WebP or HEIC file."
        ) from error


def check_shape(width: int, height: int) -> None:
    """Raises UnusableShape where no photo has these sides in pixels."""
    shorter, longer = sorted((width, height))
    if shorter < SMALLEST_SIDE_PX:
        raise UnusableShape(f"Has {width} × {height} px: a photo has at least {SMALLEST_SIDE_PX} on each side.")
    if longer > LARGEST_ASPECT * shorter:
        raise UnusableShape(f"Is a strip of {width} × {height} px, longer than {LARGEST_ASPECT:.0f} to 1: crop it.")


def decode(data: bytes) -> Image.Image:
    """The picture upright, in sRGB. Raises UnreadableImage."""
    with opened(data) as image:
        return upright(to_srgb(image), orientation(image))


def orientation(image: Image.Image) -> int:
    """EXIF's number of the orientation, 1 to 8; no other tag is read, as any of them may be of a wrong type."""
    try:
        number = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # a damaged block makes Pillow raise almost anything
        return 1
    return number if isinstance(number, int) and 1 <= number <= 8 else 1


def upright(image: Image.Image, number: int) -> Image.Image:
    """The picture turned as EXIF's ``number`` of the orientation says."""
    return image.transpose(TURNS[number]) if number in TURNS else image


def to_srgb(image: Image.Image) -> Image.Image:
    """A plain RGB picture in sRGB, on white where the picture is transparent, with no metadata attached."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bits per pixel
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        colours = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", colours.size, "white"), colours).convert("RGB")
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _srgb(), outputMode="RGB")
            image = converted if converted is not None else image
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile, or one for another colour mode: assume sRGB
    plain = image.convert("RGB")
    plain.info = {}
    return plain


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def centre_crop(image: Image.Image, height: int, width: int) -> NDArray[np.uint8]:
    """The largest centred crop of this aspect ratio, resized to (height, width, 3)."""
    scale = max(height / image.height, width / image.width)
    w, h = min(width / scale, image.width), min(height / scale, image.height)
    left, top = (image.width - w) / 2, (image.height - h) / 2
    box = (left, top, left + w, top + h)
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC, box=box, reducing_gap=3.0))


def squash(image: Image.Image, height: int, width: int) -> NDArray[np.uint8]:
    """The whole picture resized to (height, width, 3), without keeping its aspect ratio."""
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0))


def perceptual_hash(image: Image.Image) -> int:
    """64-bit pHash (Krawetz 2011); similar pictures have hashes with a small Hamming distance.

    A bit tells whether one of the 8 x 8 lowest frequencies of the small grey picture is above their median.
    """
    from scipy import fftpack

    grey = np.asarray(image.convert("L").resize((32, 32), Image.Resampling.LANCZOS))
    low = fftpack.dct(fftpack.dct(grey, axis=0), axis=1)[:8, :8]
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes(), "big")


def nearest_hamming_distance(hashes: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Hamming distance in bits (N,) of each hash (N,) to the nearest of the others (M,); 64 where there are none."""
    if len(others) == 0:
        return np.full(len(hashes), 64, dtype=np.intp)
    return np.array([np.bitwise_count(others ^ value).min() for value in hashes], dtype=np.intp)
