"""Review of photos: approve, refuse, replace, correct the place, crop, blur. Only these services write reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pipeline.curation import privacy
from pipeline.curation.pictures import remake_display_copy
from pipeline.intake.checks import Rejected, check_positions
from pipeline.intake.decoding import Box
from pipeline.intake.manifest import FARTHEST_PRECISION_KM
from pipeline.intake.storing import place_metadata, set_splits, update_scale
from pipeline.models import Collection, Photo, Review, Unsuitable
from pipeline.support.progress import Reporter
from predictor.pictures import store
from predictor.pictures.images import decode

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotReviewable(ValueError):
    """The decision is not possible; the message says what is missing."""


def is_drawn(photo: Photo) -> bool:
    """Whether the photo is a drawn scene, which shows no real people."""
    return photo.collections.filter(illustrated=True).exists()


def blur_faces_and_plates(*, photo: Photo, now: datetime) -> int:
    """Blur the faces of a photo, and its number plates where a detector is configured.

    Does nothing if the photo was searched before. Returns how many boxes were added.
    Raises DetectorMissing, ImageMissing.
    """
    if photo.faces_sought_at or is_drawn(photo):
        return 0
    image = decode(store.read(photo.sha256))
    boxes = privacy.faces(image)
    if settings.PLATE_WEIGHTS:
        boxes += privacy.plates(image, Path(settings.PLATE_WEIGHTS))
    with transaction.atomic():
        photo.refresh_from_db(from_queryset=Photo.every.select_for_update())
        if photo.faces_sought_at:  # another process has searched it meanwhile
            return 0
        photo.faces_sought_at = now
        if settings.PLATE_WEIGHTS:
            photo.plates_sought_at = now
        if boxes:
            remake_display_copy(photo=photo, crop=photo.crop, covered=[*photo.covered, *boxes])
        photo.save()
    return len(boxes)


def blur_faces_and_plates_in(*, photos: Sequence[Photo], report: Reporter) -> int:
    """Blur faces and plates in photos. Without a detector it stops and says so in the log. Returns how many boxes."""
    blurred = 0
    for number, photo in enumerate(photos, start=1):
        try:
            blurred += blur_faces_and_plates(photo=photo, now=timezone.now())
        except privacy.DetectorMissing as missing:
            report.log(str(missing))
            break
        report.progress(number, len(photos), "Looking for faces")
    return blurred


@transaction.atomic
def approve(*, photo: Photo, user: User, now: datetime, plates_gone: bool = False) -> None:
    """Publish a photo. ``plates_gone``: the curator confirms that no number plate is readable. Raises NotReviewable."""
    if not is_drawn(photo):
        if photo.faces_sought_at is None:
            raise NotReviewable(
                "Faces have not been looked for yet: do that first, or box them by hand and tick the box."
            )
        if photo.plates_sought_at is None and not plates_gone:
            raise NotReviewable("Confirm that no number plate can be read: box those that can, then tick the box.")
    if plates_gone:
        photo.plates_sought_at = now
    _decide(photo, Review.APPROVED, user, now)


@transaction.atomic
def refuse(*, photo: Photo, reason: str, note: str, user: User, now: datetime) -> None:
    """Mark a photo as unsuitable for play and training. Raises NotReviewable."""
    if reason not in Unsuitable.values:
        raise NotReviewable("Choose why the photo is unsuitable.")
    _decide(photo, Review.UNSUITABLE, user, now, reason, note[:300])


@transaction.atomic
def reopen(*, photo: Photo, user: User, now: datetime) -> None:
    """Undo a decision: the photo waits for a review again."""
    _decide(photo, Review.WAITING, user, now)


@transaction.atomic
def set_place(*, photo: Photo, latitude: float, longitude: float, precision_km: float) -> None:
    """Correct the position of a photo, and update state, district, climate, elevation, split and collections' scales.

    Points of past rounds do not change. Raises NotReviewable.
    """
    if not 0 <= precision_km <= FARTHEST_PRECISION_KM:
        raise NotReviewable(f"The precision must lie between 0 and {FARTHEST_PRECISION_KM:.0f} km.")
    checked = check_positions([latitude], [longitude], [precision_km])[0]
    if isinstance(checked, Rejected):
        raise NotReviewable(checked.detail)
    latitude, longitude = checked
    moved = (photo.latitude, photo.longitude) != (latitude, longitude)
    photo.latitude, photo.longitude, photo.precision_km = latitude, longitude, precision_km
    if moved:
        for column, value in place_metadata([latitude], [longitude])[0].items():
            setattr(photo, column, value)
        photo.place, photo.doubt_km, photo.split = "", None, ""
        set_splits([photo])
    photo.save()
    if moved:
        for collection in photo.collections.all():
            update_scale(collection)


@transaction.atomic
def edit_picture(*, photo: Photo, crop: Box | None, covered: Sequence[Box], now: datetime) -> None:
    """Replace the crop and the blurred boxes of a photo. Raises UnusableBox, ImageMissing, Rejected.

    An edit by hand counts as the search for faces where no detector has run.
    """
    remake_display_copy(photo=photo, crop=crop, covered=covered)
    photo.faces_sought_at = photo.faces_sought_at or now
    photo.save()


@transaction.atomic
def replace(*, former: Photo, photo: Photo, note: str, now: datetime) -> None:
    """Let a new photo take the place of a former one, with its collections and decisions, in the gallery and the bin.

    The former one leaves play as unsuitable. Games, rooms and series that have it keep it.
    """
    for field in ("review", "unsuitable", "review_note", "reviewed_by", "reviewed_at", "exhibited", "deleted_at"):
        setattr(photo, field, getattr(former, field))
    photo.save()
    photo.collections.set(Collection.every.filter(photos=former))
    if former.review != Review.UNSUITABLE:
        _decide(former, Review.UNSUITABLE, None, now, note=note)


def _decide(photo: Photo, review: Review, user: User | None, now: datetime, reason: str = "", note: str = "") -> None:
    """Save the decision on a photo, with who made it and when."""
    photo.review, photo.unsuitable, photo.review_note = review, reason, note
    photo.reviewed_by, photo.reviewed_at = user, now
    photo.save()
