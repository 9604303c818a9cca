"""Moves photos into the gallery, which takes them out of play, and back."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.models import Photo


def exhibit(*, photos: Iterable[Photo], exhibited: bool = True) -> int:
    """Put photos into the gallery, which takes them out of play, or back. Returns how many were updated."""
    return Photo.objects.filter(pk__in=[photo.pk for photo in photos]).update(exhibited=exhibited)
