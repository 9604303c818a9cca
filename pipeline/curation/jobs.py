"""The job that exports a collection as a ZIP, and the chore that empties the bin."""

from __future__ import annotations

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


def _export(report: Reporter, user: User | None, *, collection: Collection) -> dict[str, Any]:
    from pipeline.curation.exporting import write_archive

    name = f"{collection.slug}.zip"
    count = write_archive(collection, folder_of(report) / name, report)
    return {"figures": {"photos": count}, "files": [name]}


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

register_chore(empty_bin)
