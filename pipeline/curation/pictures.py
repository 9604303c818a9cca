"""Display copies made anew: cropped, with boxes blurred. The original stays as it came, so any edit can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from pipeline.intake.decoding import Box, decode
from pipeline.models import Photo
from predictor.models import Prediction
from predictor.pictures import store
from predictor.serving.doorbell import ask_for_predictions
from predictor.versions.selectors import champion

SMALLEST_CROP = 0.3  # of a side; less shows too little of a place


class UnusableBox(ValueError):
    """A crop or a box to blur lies outside the picture or is too small."""


def redraw(*, photo: Photo, crop: Box | None, covered: Sequence[Box]) -> bool:
    """Make the display copy anew from the original; whether it changed. Nothing is saved of the photo's row.

    ``crop`` in fractions of the upright original, ``covered`` in fractions of the display copy. The former copy goes
    with what was predicted of it; the champion looks at the new one. Raises UnusableBox, ImageMissing, Rejected.
    """
    checked = [_checked(box, 0.0) for box in covered]
    copy = decode(*_original(photo), crop=_checked(crop, SMALLEST_CROP) if crop else None, covered=checked)
    photo.crop, photo.covered = crop, [list(box) for box in checked]
    before, photo.sha256 = photo.sha256, store.put(copy.display)
    photo.width, photo.height, photo.perceptual_hash = copy.width, copy.height, copy.perceptual_hash
    if photo.sha256 == before:
        return False
    transaction.on_commit(lambda: _replace(photo, before))
    return True


def forget_copy(sha256: str, original_sha256: str) -> None:
    """Remove a display copy and what was predicted of it, unless it is the only original or another photo's."""
    Prediction.objects.filter(sha256=sha256).delete()
    if sha256 != original_sha256 and not Photo.every.filter(sha256=sha256).exists():
        store.path(sha256).unlink(missing_ok=True)


def original_files(photo: Photo) -> list[str]:
    """Paths of the file as it came."""
    folder = settings.ORIGINALS_DIR / photo.original_sha256[:2]
    return sorted(map(str, folder.glob(f"{photo.original_sha256}*")))


def _original(photo: Photo) -> tuple[bytes, str]:
    """The file as it came, and a name that says its format. Scenes have only their first display copy."""
    for path in original_files(photo):
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(), PurePosixPath(path).name
    return store.read(photo.original_sha256), "scene.jpg"


def _replace(photo: Photo, before: str) -> None:
    forget_copy(before, photo.original_sha256)
    version = champion()
    if version:
        try:
            ask_for_predictions(version.name, [photo.sha256])
        except OperationalError:
            return  # whoever plays next asks again for what is missing


def _checked(box: Sequence[float], smallest: float) -> Box:
    left, top, right, bottom = (min(max(float(value), 0.0), 1.0) for value in box)
    if right - left <= smallest or bottom - top <= smallest:
        raise UnusableBox(
            f"A crop must keep at least {SMALLEST_CROP:.0%} of each side." if smallest else "A box has no area."
        )
    return left, top, right, bottom
