"""The review queues: photos that wait for a curator, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet

from pipeline.models import Photo, Report, Review


@dataclass(frozen=True)
class Queue:
    """A queue of photos; ``words`` is its description on the page."""

    name: str
    title: str
    words: str

    def photos(self) -> QuerySet[Photo]:
        """Its photos, in the order of review."""
        reported = Exists(Report.objects.filter(photo=OuterRef("pk"), outcome=Report.Outcome.OPEN))
        photos = Photo.objects.all()
        match self.name:
            case "reported":
                return photos.filter(reported).order_by("pk")
            case "waiting":
                return photos.filter(review=Review.WAITING).order_by(F("doubt_km").desc(nulls_last=True), "pk")
            case "doubted":
                return photos.filter(review=Review.APPROVED, doubt_km__isnull=False).order_by("-doubt_km", "pk")
            case "unsuitable":
                return photos.filter(review=Review.UNSUITABLE).order_by("-reviewed_at", "pk")
            case _:
                return photos.filter(review=Review.APPROVED).order_by(F("reviewed_at").desc(nulls_last=True), "pk")


QUEUES = {
    queue.name: queue
    for queue in (
        Queue(
            "reported",
            "Reported",
            "Players reported a problem. What an account or several players reported is not played meanwhile.",
        ),
        Queue("waiting", "New", "Not reviewed yet; not played until then."),
        Queue(
            "doubted",
            "Doubted by the model",
            "The model is confident that they were taken elsewhere.",
        ),
        Queue("unsuitable", "Unsuitable", "Not played and not used for training."),
        Queue("approved", "Approved", "Played, learnt from, shown."),
    )
}


def neighbours(queue: Queue, pk: int) -> tuple[int | None, int | None, int]:
    """Keys of the previous and next photo, and the queue's length. The next of one that has left it is the first."""
    keys = list(queue.photos().values_list("pk", flat=True))
    if pk not in keys:
        return None, keys[0] if keys else None, len(keys)
    at = keys.index(pk)
    return (keys[at - 1] if at else None), (keys[at + 1] if at + 1 < len(keys) else None), len(keys)
