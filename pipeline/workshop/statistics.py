"""Statistics of photos: coverage of states and districts, and counts by source, licence and climate."""

from __future__ import annotations

import numpy as np
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from pipeline.curation.collections import host
from pipeline.curation.coverage import coverage
from pipeline.evaluation.plots import TINTS, district_map, state_map
from pipeline.models import Collection, Photo, Review
from pipeline.workshop.access import workshop

NEXT = 10


@require_safe
@workshop("pipeline.view_photo")
def statistics(request: HttpRequest) -> HttpResponse:
    """All photographs, or the photos of one collection, without unsuitable ones."""
    slug = request.GET.get("collection", "")
    chosen = get_object_or_404(Collection, slug=slug) if slug else None
    if chosen:
        photos = Photo.objects.filter(collections=chosen)
    else:
        photos = Photo.objects.exclude(collections__in=Collection.every.filter(illustrated=True))
    photos = photos.exclude(review=Review.UNSUITABLE)
    rows = coverage(photos)
    context = {
        "title": "Statistics",
        "chosen": chosen,
        "collections": list(Collection.objects.all()),
        "total": photos.count(),
        "rows": rows,
        "next": [row for row in rows if row.missing >= 1][:NEXT],
        "missing_districts": sum(row.empty_districts for row in rows),
        "districts": sum(row.districts for row in rows),
        "states_map": _states_map({row.name: row.photos for row in rows}),
        "districts_map": _districts_map(photos),
        "tables": [
            ("By review", _counts(photos, "review")),
            ("By split", _counts(photos, "split")),
            ("By climate", _counts(photos, "climate")),
            ("By licence", _counts(photos, "licence")),
            ("By source", _sources(photos)),
        ],
    }
    return render(request, "workshop/statistics.html", context)


def _counts(photos: QuerySet[Photo], field: str) -> list[tuple[str, int]]:
    counted = photos.order_by().values_list(field).annotate(count=Count("pk", distinct=True))
    return [(value or "not known", count) for value, count in counted.order_by("-count", field)[:12]]


def _sources(photos: QuerySet[Photo]) -> list[tuple[str, int]]:
    """Photos by the host of their source."""
    counts: dict[str, int] = {}
    for source, count in photos.order_by().values_list("source").annotate(Count("pk", distinct=True)):
        name = host(source) or "not known"
        counts[name] = counts.get(name, 0) + count
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:12]


def _tint(count: int, most: int) -> int:
    """The shade for a count, on a logarithmic scale, because counts differ by a factor of a thousand."""
    return min(TINTS - 1, int(np.log1p(count) / np.log1p(max(most, 1)) * TINTS))


def _states_map(counts: dict[str, int]) -> SafeString:
    most = max(counts.values(), default=0)
    values = {name: (_tint(count, most), f"{name}: {count:,} photos") for name, count in counts.items() if count}
    return mark_safe(state_map("Photos by state", values))


def _districts_map(photos: QuerySet[Photo]) -> SafeString:
    rows = photos.order_by().values_list("state", "district").annotate(count=Count("pk", distinct=True))
    counts = {(state, district): count for state, district, count in rows}
    most = max(counts.values(), default=0)
    values = {
        place: (_tint(count, most), f"{place[1]}, {place[0]}: {count:,} photos") for place, count in counts.items()
    }
    return mark_safe(district_map("Photos by district", values))
