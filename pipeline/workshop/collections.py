"""Collections: the list, and the page to filter one, change it by hand, restore a version, export or delete it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Avg, Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.curation import exporting, removal
from pipeline.curation.collections import (
    Filter,
    NameTaken,
    change_by_hand,
    create_from_filter,
    host,
    refill,
    restore_version,
)
from pipeline.jobs.services import AlreadyActive, start_job
from pipeline.models import Collection, Photo, Review
from pipeline.photos.selectors import playable_photos
from pipeline.support.choices import read_choices
from pipeline.support.numbers import whole_number, whole_numbers
from pipeline.workshop.access import user_of, workshop

PER_PAGE = 60
SEE, CHANGE = "pipeline.view_collection", "pipeline.change_collection"


def _values(field: str) -> Any:
    def choices() -> list[tuple[str, str]]:
        values = Photo.objects.exclude(**{field: ""}).order_by(field).values_list(field, flat=True).distinct()
        return [(value, value) for value in values]

    return choices


def _sources() -> list[tuple[str, str]]:
    texts = Photo.objects.exclude(source="").values_list("source", flat=True).distinct()
    return [(name, name) for name in sorted({host(text) for text in texts})]


def _collections() -> list[tuple[str, str]]:
    return list(Collection.objects.values_list("slug", "name"))


class FilterForm(forms.Form):
    """The filter, as a form in the query string."""

    states = forms.MultipleChoiceField(choices=_values("state"), required=False)
    climates = forms.MultipleChoiceField(choices=_values("climate"), required=False)
    collections = forms.MultipleChoiceField(choices=_collections, required=False, label="From collections")
    licences = forms.MultipleChoiceField(choices=_values("licence"), required=False)
    sources = forms.MultipleChoiceField(choices=_sources, required=False)
    easiest = forms.FloatField(min_value=0, max_value=5000, required=False, label="Difficulty at least")
    hardest = forms.FloatField(min_value=0, max_value=5000, required=False, label="Difficulty at most")
    precision_km = forms.FloatField(min_value=0, max_value=500, required=False, label="Precision at most, km")
    illustrated = forms.BooleanField(required=False, label="Drawn scenes")

    def to_filter(self) -> Filter:
        """The filter that a valid form describes."""
        return Filter.from_dict(self.cleaned_data)


@require_safe
@workshop(SEE)
def collections(request: HttpRequest) -> HttpResponse:
    """All collections and the number of their photos."""
    not_deleted = Count("photos", filter=Q(photos__deleted_at=None), distinct=True)
    approved = Count("photos", filter=Q(photos__review=Review.APPROVED, photos__deleted_at=None), distinct=True)
    rows = Collection.objects.annotate(held=not_deleted, approved=approved, difficulty=Avg("photos__difficulty"))
    table = [
        {"collection": row, "playable": playable_photos(row).count(), "versions": row.versions.count()} for row in rows
    ]
    return render(request, "workshop/collections.html", {"title": "Collections", "table": table})


@require_http_methods(["GET", "POST"])
@workshop("pipeline.add_collection")
def new(request: HttpRequest) -> HttpResponse:
    """A filter with the photos that match; POST creates a collection of them."""
    form = FilterForm(request.GET)
    photo_filter = form.to_filter() if form.is_valid() else Filter()
    if request.method == "POST":
        try:
            name = request.POST.get("name", "").strip()[:120]
            if not name:
                raise NameTaken("Give the collection a name.")
            row = create_from_filter(
                name=name,
                photo_filter=photo_filter,
                user=user_of(request),
                description=request.POST.get("description", "").strip(),
            )
        except NameTaken as error:
            messages.error(request, str(error))
            return redirect(request.get_full_path())
        messages.success(request, f"“{row}” now has {row.photos.count()} photos.")
        return redirect("workshop:collection", row.slug)
    photos = photo_filter.photos() if form.is_valid() else Photo.objects.none()
    return _page(request, "A new collection", form, photos, None)


@require_safe
@workshop(SEE)
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    """The photos of a collection, or those that match the filter in the query string."""
    row = get_object_or_404(Collection, slug=slug)
    form = FilterForm(request.GET) if set(request.GET) - {"page"} else FilterForm(initial=row.filters)
    photos = row.photos.order_by("pk")
    if form.is_bound and form.is_valid():
        photos = form.to_filter().photos()
    return _page(request, row.name, form, photos, row)


@require_POST
@workshop(SEE, CHANGE)
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """Refill by the filter, change by hand, restore a version, export the files, or move into the bin."""
    row, user = get_object_or_404(Collection, slug=slug), user_of(request)
    match request.POST.get("act", ""):
        case "refill":
            form = FilterForm(request.GET)
            if form.is_valid():
                refill(collection=row, photo_filter=form.to_filter(), user=user)
                messages.success(
                    request, f"The collection now has {row.photos.count()} photos. See its versions below."
                )
        case "take_out" | "add" as change:
            photo_ids = whole_numbers(request.POST.getlist("photos"))
            add, take_out = (photo_ids, []) if change == "add" else ([], photo_ids)
            change_by_hand(collection=row, add=add, take_out=take_out, user=user)
            messages.success(request, f"The collection now has {row.photos.count()} photos.")
        case "bring_back":
            number = whole_number(request.POST.get("version", ""))
            version = get_object_or_404(row.versions, number=number or 0)
            restore_version(version=version, user=user)
            messages.success(request, f"Version {version.number} has been restored.")
        case "export":
            try:
                job = start_job(kind="export", parameters={"collection": row.slug}, user=user)
            except AlreadyActive as error:
                messages.error(request, str(error))
            else:
                return redirect("admin:pipeline_job_change", job.pk)
        case "bin":
            if not request.user.has_perm("pipeline.delete_collection"):
                raise PermissionDenied("pipeline.delete_collection")
            removal.put_in_bin(rows=[row], now=timezone.now())
            messages.success(request, f"“{row}” was moved to the bin and can be restored for 30 days. Its photos stay.")
            return redirect("workshop:bin")
        case _:
            messages.error(request, "Unknown action. Reload the page.")
    return redirect("workshop:collection", row.slug)


@require_safe
@workshop(SEE)
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The collection's CSV or GeoJSON; a job exports the pictures."""
    row = get_object_or_404(Collection, slug=slug)
    if kind == "geojson":
        response: HttpResponse = JsonResponse(exporting.geojson(row), content_type="application/geo+json")
    else:
        response = HttpResponse(exporting.table(row), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.slug}.{kind}"'
    return response


def _page(
    request: HttpRequest, title: str, form: FilterForm, photos: QuerySet[Photo], row: Collection | None
) -> HttpResponse:
    page = Paginator(photos, PER_PAGE).get_page(request.GET.get("page"))
    shown = [photo.pk for photo in page]
    read_choices(form)
    context = {
        "title": title,
        "form": form,
        "filtered": form.is_bound and bool(request.GET),
        "page": page,
        "size": row.photos.count() if row else 0,
        "held": set(row.photos.filter(pk__in=shown).values_list("pk", flat=True)) if row else set(),
        "collection": row,
        "versions": list(row.versions.all()[:20]) if row else [],
        "states": len(set(photos.order_by().values_list("state", flat=True))),
    }
    return render(request, "workshop/collection.html", context)
