"""The job that checks an upload or imports it, and the chore that discards old uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from pipeline.jobs.chores import register_chore
from pipeline.jobs.kinds import JobKind, register
from pipeline.jobs.results import flat
from pipeline.models import Upload
from pipeline.support.progress import Reporter
from pipeline.uploads.receiving import discard_old

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class UploadForm(forms.Form):
    upload = forms.ModelChoiceField(Upload.objects.filter(taken_in_at=None), empty_label=None)
    take_in = forms.BooleanField(
        required=False, label="Import the valid files", help_text="Without this the files are only checked."
    )


def _upload(report: Reporter, user: User | None, *, upload: Upload, take_in: bool) -> dict[str, Any]:
    from pipeline.uploads import checking

    if take_in:
        figures: dict[str, Any] = checking.take_in(upload=upload, report=report, now=timezone.now())
    else:
        figures = checking.check(upload=upload, report=report)
    links = [[str(upload), reverse("workshop:upload", args=[upload.pk])], ["Review", reverse("workshop:review")]]
    return {"figures": flat(figures), "links": links}


register(
    JobKind(
        "upload",
        "Check or import an upload",
        "Check every file of an upload without saving anything; or import the valid files, blur faces in them and let "
        "the champion look at them. They then wait for a review.",
        UploadForm,
        _upload,
        permission="pipeline.add_photo",
    )
)

register_chore(discard_old)
