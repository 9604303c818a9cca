"""Edits of display copies: crop and blurred boxes, always applied to the unchanged original, so any can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from pipeline.intake.decoding import Box, decode
from pipeline.models import Photo
from pipeline.photos.selectors import versions_of
from predictor.models import Prediction, Reading
from predictor.pictures import store
from predictor.serving.dispatch import send_predict_task

SMALLEST_CROP = 0.3  # of each side, so that enough of the place is visible


class UnusableBox(ValueError):
    """A crop or a box to blur is malformed or too small."""


def remake_display_copy(*, photo: Photo, crop: Box | None, covered: Sequence[Box]) -> bool:
    """Make a new display copy from the original. Sets fields of the photo, but does not save it.

    ``crop`` is in fractions of the upright original, ``covered`` (boxes to blur) in fractions of the display copy. On
    commit the old copy and what was made of it are deleted, and the versions that serve it are asked to predict the new
    one. Returns whether the copy changed. Raises UnusableBox, ImageMissing, Rejected.
    """
    boxes = [_valid_box(box, 0.0) for box in covered]
    copy = decode(*_original(photo), crop=_valid_box(crop, SMALLEST_CROP) if crop else None, covered=boxes)
    photo.crop, photo.covered = crop, [list(box) for box in boxes]
    old_sha256, photo.sha256 = photo.sha256, store.put(copy.display)
    photo.width, photo.height, photo.perceptual_hash = copy.width, copy.height, copy.perceptual_hash
    if photo.sha256 == old_sha256:
        return False
    transaction.on_commit(lambda: _replace(photo, old_sha256))
    return True


def delete_display_copy(sha256: str, original_sha256: str) -> None:
    """Delete what was made of a display copy, and the copy unless it is also an original or used by another photo."""
    Prediction.objects.filter(sha256=sha256).delete()
    Reading.objects.filter(sha256=sha256).delete()
    if sha256 != original_sha256 and not Photo.every.filter(sha256=sha256).exists():
        store.path(sha256).unlink(missing_ok=True)


def original_files(photo: Photo) -> list[str]:
    """Paths of the original file."""
    folder = settings.ORIGINALS_DIR / photo.original_sha256[:2]
    return sorted(map(str, folder.glob(f"{photo.original_sha256}*")))


def _original(photo: Photo) -> tuple[bytes, str]:
    """The original file and a name with its extension. A drawn scene has no original but its first display copy."""
    for path in original_files(photo):
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(), PurePosixPath(path).name
    return store.read(photo.original_sha256), "scene.jpg"


def _replace(photo: Photo, old_sha256: str) -> None:
    delete_display_copy(old_sha256, photo.original_sha256)
    for version in versions_of(photo):
        try:
            send_predict_task(version.name, [photo.sha256])
        except OperationalError:
            return  # the next game asks again for missing predictions


def _valid_box(box: Sequence[float], smallest: float) -> Box:
    """The box clipped to the picture. Raises UnusableBox where a side is not longer than ``smallest``."""
    left, top, right, bottom = (min(max(float(value), 0.0), 1.0) for value in box)
    if right - left <= smallest or bottom - top <= smallest:
        raise UnusableBox(
            f"A crop must keep at least {SMALLEST_CROP:.0%} of each side." if smallest else "A box has no area."
        )
    return left, top, right, bottom
