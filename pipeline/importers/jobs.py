"""The job that imports photos from the web into a collection."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pipeline.importers.licences import FAMILIES
from pipeline.importers.sources import NAMES, SourceUnusable, check_source, open_web_source
from pipeline.jobs.kinds import JobKind, register
from pipeline.models import Collection
from pipeline.support.progress import Reporter

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ENDED = {
    "photos": "the requested number was reached",
    "areas": "the source has no more photos that may be used",
    "bytes": "the download limit was reached",
}


class WebImportForm(forms.Form):
    source = forms.ChoiceField(choices=list(NAMES.items()), label=_("Source"))
    collection = forms.CharField(
        max_length=120,
        initial="Photos of India",
        label=_("Collection"),
        help_text=_("Created if it does not exist yet."),
    )
    photos = forms.IntegerField(min_value=1, max_value=100_000, initial=500, label=_("Photos"))
    per_district = forms.IntegerField(
        min_value=1,
        required=False,
        label=_("Maximum photos per district"),
        help_text=_("Empty: one for every hundred photos, at least two."),
    )
    megabytes = forms.IntegerField(min_value=1, required=False, label=_("Maximum megabytes to download"))
    licences = forms.MultipleChoiceField(
        choices=list(FAMILIES.items()),
        initial=list(FAMILIES),
        widget=forms.CheckboxSelectMultiple,
        label=_("Licences"),
    )
    panoramas = forms.ChoiceField(
        choices=[("skip", _("Leave out")), ("keep", _("Include")), ("only", _("Only panoramas"))], label=_("Panoramas")
    )
    category = forms.CharField(
        max_length=200,
        required=False,
        label=_("Category"),
        help_text=_("Of Wikimedia Commons, with those below it, such as Villages in Nagaland. Empty: all India."),
    )
    restart = forms.BooleanField(required=False, label=_("Start over instead of continuing"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        category = cleaned.get("category")
        try:
            check_source(cleaned.get("source", ""), categories=[category] if category else [])
        except SourceUnusable as error:
            self.add_error("source", str(error))
        return cleaned


def _import_web(
    report: Reporter,
    user: User | None,
    *,
    source: str,
    collection: str,
    photos: int,
    per_district: int | None,
    megabytes: int | None,
    licences: list[str],
    panoramas: str,
    category: str,
    restart: bool,
) -> dict[str, Any]:
    from pipeline.curation.review import blur_faces_and_plates_in
    from pipeline.curation.suggestions import predict_new, read_new
    from pipeline.importers.run import ImportRequest, import_from_web

    web_source = open_web_source(
        source,
        report=report,
        categories=[category] if category else [],
        panoramas=panoramas,
        max_bytes=megabytes * 10**6 if megabytes else None,
    )
    request = ImportRequest(collection, photos, per_district or 0, frozenset(licences), panoramas)
    summary = import_from_web(source=web_source, request=request, restart=restart, report=report)
    target = Collection.objects.get(name=collection)
    blurred = blur_faces_and_plates_in(photos=summary.new, report=report)
    predicted = predict_new(collection=target, progress=partial(report.progress, phase="Predicting"))
    read_new(collection=target, progress=partial(report.progress, phase="Reading"))
    figures = {
        "new photos": len(summary.new),
        "known from other imports": summary.already_there,
        "rejected": len(summary.rejected),
        "faces and plates blurred": blurred,
        "predicted": predicted,
        "requests": summary.requests,
        "megabytes": round(summary.downloaded_bytes / 1e6, 1),
        "ended because": ENDED[summary.ended],
        **{f"photos of {state}": count for state, count in summary.by_state.most_common()},
    }
    photo_list, rejection_list = (
        f"{reverse(f'admin:pipeline_{model}_changelist')}?{field}__id__exact={target.pk}"
        for model, field in (("photo", "collections"), ("rejection", "collection"))
    )
    return {"figures": figures, "links": [["Photos", photo_list], ["Rejected", rejection_list]]}


register(
    JobKind(
        "import_web",
        "Import from the web",
        "Import photos of India from Wikimedia Commons, Mapillary and others into a collection, spread over the "
        "states, with author and licence. A cancelled job keeps what it imported; a retry continues from there.",
        WebImportForm,
        _import_web,
    )
)
