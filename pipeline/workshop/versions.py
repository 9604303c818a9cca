"""Pages of the model registry: all versions, one in detail, two compared, and the history of promotions."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import reduce
from operator import getitem
from typing import Any

import numpy as np
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from pipeline.evaluation.plots import TINTS, Axis, Chart, state_map
from pipeline.evaluation.report import reliability
from pipeline.jobs.services import AlreadyActive
from pipeline.models import Collection, Job, Measurement
from pipeline.photos.selectors import following_collections
from pipeline.registry.comparing import Comparison, compare_measurements, latest_measurement, latest_measurements
from pipeline.registry.gate import deciding_collection, set_deciding_collection
from pipeline.registry.promotion import NoPreviousChampion, UnusableAlias, previous_version, roll_back, set_alias
from pipeline.training.recipe import PAPER
from pipeline.training.selectors import ABLATION_PAGE, latest_ablations
from pipeline.workshop.access import user_of, workshop
from predictor.answers.artifact import ArtifactDamaged
from predictor.geodesy import MAX_SCORE
from predictor.models import Alias, ModelVersion, Promotion
from predictor.versions.selectors import versions_for
from predictor.versions.services import set_title

SEE, ACT = "predictor.view_modelversion", "predictor.promote_modelversion"
SEE_JOBS = "pipeline.view_job"
SHARES = [(share, f"{share:.0%}") for share in (0, 0.25, 0.5, 0.75, 1)]
KILOMETRES = [(km, f"{km:,}") for km in (1, 10, 100, 1000)]
STEPS = (-400, -100, 0, 100, 400)  # mean points between the six shades of the difference map
SHADES = (
    "over 400 worse",
    "100 to 400 worse",
    "up to 100 worse",
    "up to 100 better",
    "100 to 400 better",
    "over 400 better",
)
FIGURES = (
    ("score", "Average points", "{:,.0f}"),
    ("median_km", "Median error, km", "{:,.0f}"),
    ("state_accuracy", "State right", "{:.0%}"),
    ("district_accuracy", "District right", "{:.0%}"),
    ("calibration.states.ece", "Calibration error", "{:.3f}"),
    ("n", "Photos", "{:,}"),
)


@require_safe
@workshop(SEE)
def versions(request: HttpRequest) -> HttpResponse:
    """All versions with their latest figures, the history of promotions, and the rollback."""
    latest = latest_measurements()
    collections, following = list(Collection.objects.all()), following_collections()
    serving = versions_for(["", *(collection.slug for collection in collections)])
    ablations = _ablations(request, collections)
    rows = [
        {
            "version": version,
            "tags": _tags(version),
            "measured": latest.get(version.pk),
            "figures": _figures(latest.get(version.pk)),
            "ablation": ablations.get(_ablated(version)),
        }
        for version in ModelVersion.objects.prefetch_related("aliases", "takeovers")
    ]
    context = {
        "title": "Models",
        "rows": rows,
        "labels": [label for _, label, _ in FIGURES],
        "history": _history(Promotion.objects.all()[:50]),
        "serving": [
            {
                "collection": collection,
                "version": serving[collection.slug if collection else ""],
                "before": previous_version(collection),
                "follows": collection in following,
            }
            for collection in [None, *collections]
        ],
        "ablations": list(ablations.values()),
        "newest": ModelVersion.objects.filter(is_champion=False).first(),
        "decides": Collection.objects.filter(decides=True).first(),
        "collections": collections,
        "promoting": Job.objects.filter(kind="promote", status__in=Job.ACTIVE).first(),
    }
    return render(request, "workshop/versions.html", context)


@require_safe
@workshop(SEE)
def version(request: HttpRequest, name: str) -> HttpResponse:
    """A version: its model card, measurements and promotions."""
    row = get_object_or_404(ModelVersion, name=name)
    measured = list(Measurement.objects.filter(version=row).defer("photos")[:20])
    context = {
        "title": row.name,
        "version": row,
        "tags": _tags(row),
        "aliases": [alias.name for alias in row.aliases.all()],
        "card": [(key.replace("_", " "), _as_text(value)) for key, value in sorted(row.card.items())],
        "measured": [{"row": one, "figures": _figures(one)} for one in measured],
        "labels": [label for _, label, _ in FIGURES],
        "plots": _plots(measured[0]) if measured else {},
        "tints": [
            (tint, *np.round([tint * MAX_SCORE / TINTS, (tint + 1) * MAX_SCORE / TINTS])) for tint in range(TINTS)
        ],
        "others": list(ModelVersion.objects.exclude(pk=row.pk)),
        "ablation": _ablations(request, list(Collection.objects.filter(name=_ablated(row)))).get(_ablated(row)),
        "history": _history(row.promotions.all()),
    }
    return render(request, "workshop/version.html", context)


@require_safe
@workshop(SEE)
def compare(request: HttpRequest) -> HttpResponse:
    """Compare two versions on one collection: figures, plots, states, and the photos with the largest changes."""
    first = get_object_or_404(ModelVersion, name=request.GET.get("a", ""))
    second = get_object_or_404(ModelVersion, name=request.GET.get("b", ""))
    slug = request.GET.get("collection", "")
    collection = get_object_or_404(Collection, slug=slug) if slug else deciding_collection(second)
    context: dict[str, Any] = {
        "title": f"{second} against {first}",
        "first": first,
        "second": second,
        "collection": collection,
        "collections": list(Collection.objects.all()),
        "names": list(ModelVersion.objects.values_list("name", flat=True)),
    }
    if collection:
        pair = [(each, latest_measurement(each, collection)) for each in (first, second)]
        evaluate = reverse("admin:pipeline_job_start", args=["evaluate"])
        context["missing"] = [
            (each, f"{evaluate}?version={each.name}&collection={collection.slug}")
            for each, measurement in pair
            if not measurement
        ]
        before, after = (measurement for _, measurement in pair)
        if before and after:
            result = compare_measurements(before, after)
            context |= {
                "result": result,
                "table": [
                    (label, *row)
                    for (_, label, _), *row in zip(FIGURES, _figures(before), _figures(after), strict=True)
                ],
                "within": _within([(first.name, "you", before), (second.name, "model", after)]),
                "difference_map": _difference_map(result) if result else "",
                "shades": list(enumerate(SHADES)),
            }
    return render(request, "workshop/compare.html", context)


@require_POST
@workshop(SEE, ACT)
def act(request: HttpRequest) -> HttpResponse:
    """Roll back, set a title, set or delete an alias, or choose the collection that decides on promotions."""
    models_url = reverse("workshop:models")
    next_url = request.POST.get("next", "")
    back = redirect(next_url if next_url.startswith(models_url) else models_url)
    match request.POST.get("act", ""):
        case "roll_back":
            try:
                row = get_object_or_404(ModelVersion, name=request.POST.get("version", ""))
                slug = request.POST.get("collection", "")
                collection = get_object_or_404(Collection, slug=slug) if slug else None
                result = roll_back(to=row, user=user_of(request), collection=collection)
            except (NoPreviousChampion, AlreadyActive, ArtifactDamaged) as error:
                messages.error(request, str(error))
                return back
            if isinstance(result, Job):
                return redirect("admin:pipeline_job_change", result.pk)
            what = f"serves “{collection}”" if collection else "is the champion"
            messages.success(request, f"{result.version} {what} again.")
        case "alias":
            row = get_object_or_404(ModelVersion, name=request.POST.get("version", ""))
            try:
                alias = set_alias(name=request.POST.get("name", "").strip(), version=row)
                messages.success(request, f"“{alias}” now means {row}.")
            except UnusableAlias as error:
                messages.error(request, str(error))
        case "title":
            row = get_object_or_404(ModelVersion, name=request.POST.get("version", ""))
            try:
                set_title(version=row, title=request.POST.get("title", ""))
                messages.success(request, f"Players now read “{row.shown_title}”.")
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
        case "alias_away":
            Alias.objects.filter(name=request.POST.get("name", "")).delete()
        case "decides":
            slug = request.POST.get("collection", "")
            collection = get_object_or_404(Collection, slug=slug) if slug else None
            set_deciding_collection(collection=collection)
            if collection:
                messages.success(request, f"Promotions are now decided on the test photos of “{collection}”.")
            else:
                messages.success(request, "Promotions are now decided on each version’s own collection.")
        case _:
            messages.error(request, "Unknown action. Reload the page.")
    return back


def _ablations(request: HttpRequest, collections: list[Collection]) -> dict[str, dict[str, Any]]:
    """What `workshop/parts/ablation.html` links, by the name of the collection; nothing for who may not see jobs."""
    latest = latest_ablations() if collections and request.user.has_perm(SEE_JOBS) else {}
    return {
        collection.name: {
            "collection": collection,
            "address": reverse("admin:pipeline_job_file", args=[job.pk, ABLATION_PAGE]),
            "at": job.finished_at,
        }
        for collection in collections
        if (job := latest.get(collection.slug))
    }


def _ablated(version: ModelVersion) -> str:
    """The name of its collection, if it was trained with every part of the paper; else empty."""
    return version.card.get("collection", "") if version.card.get("recipe") == asdict(PAPER) else ""


def _tags(version: ModelVersion) -> list[str]:
    """What stands beside its name."""
    return [
        *(["champion"] if version.is_champion else []),
        *(takeover.collection for takeover in version.takeovers.all()),
        *(alias.name for alias in version.aliases.all()),
    ]


def _history(promotions: QuerySet[Promotion]) -> list[tuple[Promotion, str, list[dict[str, Any]]]]:
    """Promotions with the name of the collection that each is about, and the verdicts that decided."""
    names = dict(Collection.every.values_list("slug", "name"))
    return [
        (
            row,
            names.get(row.collection, row.collection),
            [row.figures, *row.figures.get("others", [])] if row.figures else [],
        )
        for row in promotions.select_related("version", "previous")
    ]


def _figures(measured: Measurement | None) -> list[str]:
    if measured is None:
        return ["–" for _ in FIGURES]
    return [form.format(reduce(getitem, key.split("."), measured.figures)) for key, _, form in FIGURES]


def _as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) if isinstance(value, dict | list) else str(value)


def _within(rows: list[tuple[str, str, Measurement]]) -> SafeString:
    """A chart of the share of guesses within each distance."""
    x = Axis(1, 3000, KILOMETRES, "kilometres from the truth", logarithmic=True)
    chart = Chart("Share of guesses within a distance", x, Axis(0, 1, SHARES, "within"))
    kilometres = np.geomspace(1, 3000, 120)
    for name, kind, measured in rows:
        errors_km = np.sort([row[1] for row in measured.photos.values()])
        chart.line(kilometres, np.searchsorted(errors_km, kilometres, side="left") / len(errors_km), kind, name)
    return mark_safe(str(chart))


def _plots(measured: Measurement) -> dict[str, SafeString]:
    """The plots of a version's latest measurement."""
    return {
        "within": _within([(measured.version.name, "model", measured)]),
        "believed": mark_safe(reliability(measured.figures)),
        "states": _states(measured),
    }


def _states(measured: Measurement) -> SafeString:
    values = {
        name: (
            min(int(row["score"] / MAX_SCORE * TINTS), TINTS - 1),
            f"{name}: {row['score']:,.0f} points, {row['n']} photos",
        )
        for name, row in measured.figures["states"].items()
    }
    return mark_safe(state_map("Mean points by state", values))


def _difference_map(result: Comparison) -> SafeString:
    values = {
        state: (int(np.searchsorted(STEPS, gain)), f"{state}: {gain:+,.0f} points, {count} photos")
        for state, (gain, count) in result.states.items()
    }
    return mark_safe(state_map("Difference of mean points by state", values))
