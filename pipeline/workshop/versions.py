"""The model registry: versions beside each other, one in detail, two compared, which serves and which served when."""

from __future__ import annotations

import json
from functools import reduce
from operator import getitem
from typing import Any

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from pipeline.evaluation.plots import TINTS, Axis, Chart, state_map
from pipeline.evaluation.report import reliability
from pipeline.jobs.services import AlreadyActive
from pipeline.models import Collection, Job, Measurement
from pipeline.registry.comparing import Comparison, compare_measurements, latest_measurement, latest_measurements
from pipeline.registry.gate import deciding_collection, let_decide
from pipeline.registry.serving import NothingBefore, UnusableAlias, roll_back, served_before, set_alias
from pipeline.workshop.access import user_of, workshop
from predictor.answers.artifact import ArtifactDamaged
from predictor.geodesy import MAX_SCORE
from predictor.models import Alias, ModelVersion, Promotion
from predictor.versions.selectors import champion

SEE, ACT = "predictor.view_modelversion", "predictor.promote_modelversion"
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
    ("score", "Mean points", "{:,.0f}"),
    ("median_km", "Median error, km", "{:,.0f}"),
    ("state_accuracy", "State right", "{:.0%}"),
    ("district_accuracy", "District right", "{:.0%}"),
    ("calibration.states.ece", "Calibration error", "{:.3f}"),
    ("n", "Photos", "{:,}"),
)


@require_safe
@workshop(SEE)
def versions(request: HttpRequest) -> HttpResponse:
    """All versions with their latest figures, the history of what served, and the way back."""
    latest = latest_measurements()
    rows = [
        {
            "version": version,
            "tags": _tags(version),
            "measured": latest.get(version.pk),
            "figures": _figures(latest.get(version.pk)),
        }
        for version in ModelVersion.objects.prefetch_related("aliases")
    ]
    context = {
        "title": "Models",
        "rows": rows,
        "labels": [label for _, label, _ in FIGURES],
        "history": list(Promotion.objects.select_related("version", "previous")[:50]),
        "before": served_before(),
        "serving": champion(),
        "newest": ModelVersion.objects.filter(is_champion=False).first(),
        "decides": Collection.objects.filter(decides=True).first(),
        "collections": list(Collection.objects.all()),
        "promoting": Job.objects.filter(kind="promote", status__in=Job.ACTIVE).first(),
    }
    return render(request, "workshop/versions.html", context)


@require_safe
@workshop(SEE)
def version(request: HttpRequest, name: str) -> HttpResponse:
    """A version's card: how it was made, and what it was measured at."""
    row = get_object_or_404(ModelVersion, name=name)
    measured = list(Measurement.objects.filter(version=row).defer("photos")[:20])
    context = {
        "title": row.name,
        "version": row,
        "tags": _tags(row),
        "aliases": [alias.name for alias in row.aliases.all()],
        "card": [(key.replace("_", " "), _written(value)) for key, value in sorted(row.card.items())],
        "measured": [{"row": one, "figures": _figures(one)} for one in measured],
        "labels": [label for _, label, _ in FIGURES],
        "plots": _plots(measured[0]) if measured else {},
        "tints": [
            (tint, *np.round([tint * MAX_SCORE / TINTS, (tint + 1) * MAX_SCORE / TINTS])) for tint in range(TINTS)
        ],
        "others": list(ModelVersion.objects.exclude(pk=row.pk)),
        "history": list(row.promotions.select_related("version", "previous")),
    }
    return render(request, "workshop/version.html", context)


@require_safe
@workshop(SEE)
def compare(request: HttpRequest) -> HttpResponse:
    """Two versions on one collection: figures, plots, states, and the photos that gained and lost most."""
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
        pair = [(one, latest_measurement(one, collection)) for one in (first, second)]
        evaluate = reverse("admin:pipeline_job_start", args=["evaluate"])
        context["missing"] = [
            (one, f"{evaluate}?version={one.name}&collection={collection.slug}") for one, found in pair if not found
        ]
        ours, theirs = (found for _, found in pair)
        if ours and theirs:
            result = compare_measurements(ours, theirs)
            context |= {
                "result": result,
                "table": [
                    (label, *row) for (_, label, _), *row in zip(FIGURES, _figures(ours), _figures(theirs), strict=True)
                ],
                "within": _within([(first.name, "you", ours), (second.name, "model", theirs)]),
                "difference_map": _difference_map(result) if result else "",
                "shades": list(enumerate(SHADES)),
            }
    return render(request, "workshop/compare.html", context)


@require_POST
@workshop(SEE, ACT)
def act(request: HttpRequest) -> HttpResponse:
    """Roll back, name a version, or choose the collection that decides."""
    own = reverse("workshop:models")
    back = redirect(request.POST["next"] if request.POST.get("next", "").startswith(own) else own)
    match request.POST.get("act", ""):
        case "roll_back":
            try:
                row = get_object_or_404(ModelVersion, name=request.POST.get("version", ""))
                done = roll_back(to=row, user=user_of(request))
            except (NothingBefore, AlreadyActive, ArtifactDamaged) as error:
                messages.error(request, str(error))
                return back
            if isinstance(done, Job):
                return redirect("admin:pipeline_job_change", done.pk)
            messages.success(request, f"{done.version} serves again.")
        case "alias":
            row = get_object_or_404(ModelVersion, name=request.POST.get("version", ""))
            try:
                alias = set_alias(name=request.POST.get("name", "").strip(), version=row)
                messages.success(request, f"“{alias}” is {row} now.")
            except UnusableAlias as error:
                messages.error(request, str(error))
        case "alias_away":
            Alias.objects.filter(name=request.POST.get("name", "")).delete()
        case "decides":
            slug = request.POST.get("collection", "")
            chosen = get_object_or_404(Collection, slug=slug) if slug else None
            let_decide(collection=chosen)
            deciding = f"The test photos of “{chosen}” decide" if chosen else "What a version learnt from decides"
            messages.success(request, f"{deciding} on promotions from now on.")
        case _:
            messages.error(request, "There is no such button.")
    return back


def _tags(version: ModelVersion) -> list[str]:
    """What stands beside its name."""
    return [*(["champion"] if version.is_champion else []), *(alias.name for alias in version.aliases.all())]


def _figures(measured: Measurement | None) -> list[str]:
    if measured is None:
        return ["–" for _ in FIGURES]
    return [form.format(reduce(getitem, key.split("."), measured.figures)) for key, _, form in FIGURES]


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) if isinstance(value, dict | list) else str(value)


def _within(rows: list[tuple[str, str, Measurement]]) -> SafeString:
    """The share of guesses within each distance."""
    x = Axis(1, 3000, KILOMETRES, "kilometres from the truth", logarithmic=True)
    chart = Chart("Share of guesses within a distance", x, Axis(0, 1, SHARES, "within"))
    kilometres = np.geomspace(1, 3000, 120)
    for name, kind, measured in rows:
        away = np.sort([row[1] for row in measured.photos.values()])
        chart.line(kilometres, np.searchsorted(away, kilometres, side="left") / len(away), kind, name)
    return mark_safe(str(chart))


def _plots(measured: Measurement) -> dict[str, SafeString]:
    """Of a version's last measurement."""
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
