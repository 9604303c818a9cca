"""The jobs that export a collection as a ZIP and read its pictures, and the chore that empties the bin."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms

from pipeline.curation.removal import empty_bin
from pipeline.jobs.chores import register_chore
from pipeline.jobs.fields import collection_field
from pipeline.jobs.kinds import JobKind, register
from pipeline.jobs.results import folder_of
from pipeline.models import Collection
from pipeline.support.progress import Reporter

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class CollectionForm(forms.Form):
    collection = collection_field()


class ReadForm(forms.Form):
    collection = forms.ModelChoiceField(
        Collection.objects.all(), required=False, to_field_name="slug", empty_label="All photos"
    )


def _export(report: Reporter, user: User | None, *, collection: Collection) -> dict[str, Any]:
    from pipeline.curation.exporting import write_archive

    name = f"{collection.slug}.zip"
    count = write_archive(collection, folder_of(report) / name, report)
    return {"figures": {"photos": count}, "files": [name]}


def _read(report: Reporter, user: User | None, *, collection: Collection | None) -> dict[str, Any]:
    from pipeline.curation.reading import read_photos

    counts = read_photos(collection=collection, progress=partial(report.progress, phase="Reading"))
    return {"figures": counts.figures()}


register(
    JobKind(
        "export",
        "Pack a collection",
        "Write a collection’s photos and their CSV into a ZIP that can be uploaded elsewhere.",
        CollectionForm,
        _export,
        permission="pipeline.view_photo",
    )
)

register(
    JobKind(
        "read_text",
        "Read the text in pictures",
        "Look for signs, milestones and other text in photos, and read what is in Latin letters. What was read before "
        "is not read again, so a cancelled job can be continued.",
        ReadForm,
        _read,
        permission="pipeline.change_photo",
    )
)

register_chore(empty_bin)
