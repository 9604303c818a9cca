"""Finds the collection that an option of a command names."""

from __future__ import annotations

from django.core.management.base import CommandError

from pipeline.models import Collection


def collection_named(name: str) -> Collection:
    """The collection of this name. Raises CommandError, which lists the existing ones."""
    collection = Collection.objects.filter(name=name).first()
    if collection is None:
        names = ", ".join(Collection.objects.values_list("name", flat=True)) or "none yet: run import_photos"
        raise CommandError(f"There is no collection “{name}”. There is: {names}.")
    return collection
