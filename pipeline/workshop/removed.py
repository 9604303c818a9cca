"""The bin, from which photos and collections can be restored for thirty days, and take-downs, which are final."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.curation import removal
from pipeline.models import Collection, Photo
from pipeline.support.numbers import whole_numbers
from pipeline.workshop.access import workshop
from predictor.models import ModelVersion

SHOWN = 200


@require_safe
@workshop("pipeline.view_photo")
def binned(request: HttpRequest) -> HttpResponse:
    """Photos and collections in the bin, with the day of their deletion."""
    in_bin = {"deleted_at__isnull": False}
    context = {
        "title": "Bin",
        "photos": [
            (photo, photo.deleted_at + removal.RETENTION)
            for photo in Photo.every.filter(taken_down_at=None, **in_bin).order_by("-deleted_at")[:SHOWN]
            if photo.deleted_at
        ],
        "collections": [
            (collection, collection.deleted_at + removal.RETENTION)
            for collection in Collection.every.filter(**in_bin)
            if collection.deleted_at
        ],
        "taken_down": Photo.every.filter(taken_down_at__isnull=False).count(),
        "flagged": [version for version in ModelVersion.objects.all() if version.forgotten],
    }
    return render(request, "workshop/bin.html", context)


@require_POST
@workshop("pipeline.delete_photo")
def restore(request: HttpRequest) -> HttpResponse:
    """Restore from the bin."""
    photos = Photo.every.filter(pk__in=whole_numbers(request.POST.getlist("photos")), taken_down_at=None)
    collections = Collection.every.filter(pk__in=whole_numbers(request.POST.getlist("collections")))
    count = removal.restore(rows=[*photos, *collections])
    messages.success(request, f"Restored: {count}." if count else "Select what to restore.")
    return redirect("workshop:bin")


@require_http_methods(["GET", "POST"])
@workshop("pipeline.delete_photo", "pipeline.take_down_photo")
@reauthentication_required
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a photo down on a legal request; the user must have entered the password recently."""
    photo = get_object_or_404(Photo.every.filter(taken_down_at=None), pk=pk)
    if request.method == "POST":
        flagged = removal.take_down(photo=photo, now=timezone.now())
        names = ", ".join(map(str, flagged))
        messages.success(request, "The photo has been taken down with its copies, predictions and gallery rows.")
        if flagged:
            messages.warning(request, f"Trained on it and now flagged: {names}. Retrain without it.")
        return redirect("workshop:bin")
    return render(request, "workshop/take_down.html", {"title": "Take down", "photo": photo})
