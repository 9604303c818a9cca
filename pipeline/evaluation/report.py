"""The report of an evaluation, one HTML file with plots, maps and tables; its CSP allows no loading and no scripts."""

from __future__ import annotations

import base64
import hashlib
import math
from typing import Any

import numpy as np
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from pipeline.evaluation.evaluate import LEAK_KM, NEAREST_KM, Evaluation
from pipeline.evaluation.plots import TINTS, Axis, Chart, bars, error_map, state_map
from pipeline.geography.boundaries import locate
from predictor.geodesy import MAX_SCORE, Floats, positions

TEMPLATE, STYLES = "pipeline/evaluation_report.html", "pipeline/evaluation_report.css"
BASELINES = {"constant": "best constant point", "random": "a random training photo", "knn": "20 nearest photos"}
SIGNS = {"spread_km": "spread of the guess", "entropy": "entropy of the geocells", "cosine": "nearest training photo"}
WORST = 20
TINT_STARTS = [MAX_SCORE / TINTS * number for number in range(TINTS)]
SHARES = [(share / 100, f"{share} %") for share in (0, 25, 50, 75, 100)]
POINTS = [(points, f"{points:,}") for points in (0, 1000, 2000, 3000, 4000, 5000)]
KILOMETRES = [(km, f"{km:,}") for km in (1, 10, 100, 1000)]
NEAREST_TICKS = [(0.1, "0.1"), *KILOMETRES]
FARTHEST_KM = 3000.0


def report_page(evaluation: Evaluation) -> str:
    """The file's text; the evaluation's figures need "model", as `Evaluation.about` adds it."""
    figures = evaluation.figures
    near = figures["nearest_training_photo"]
    beyond = [(f"{LEAK_KM} or more", near["without"])] if near["without"] else []
    charts = {
        "scores": _scores(figures),
        "thresholds": _thresholds(evaluation),
        "errors": _errors(evaluation),
        "states": _states(figures),
        "reliability": reliability(figures),
        "abstaining": _abstaining(figures),
        "nearest": _nearest(evaluation),
    }
    context = {
        **page_styles(),
        "figures": figures,
        "headline": _headline(figures),
        "charts": {name: mark_safe(svg) for name, svg in charts.items()},
        "tints": [(number, f"{low:,.0f}–{low + MAX_SCORE / TINTS:,.0f}") for number, low in enumerate(TINT_STARTS)],
        "compared": [_comparison_row("this version", figures)]
        + [_comparison_row(meaning, figures["baselines"][name]) for name, meaning in BASELINES.items()],
        "nearest": [_group_row(_span(row), row) for row in near["bins"]] + [_group_row(*row) for row in beyond],
        "signs": [(SIGNS[name], value) for name, value in figures.get("outside", {}).get("auroc", {}).items()],
        "states": [
            _group_row(name, row, _cell(row, "radius_coverage", "share"), _cell(row, "radius_median_km", "number"))
            for name, row in sorted(figures["states"].items(), key=lambda item: (-item[1]["n"], item[0]))
        ],
        "clues": _clues(figures["clues"]) if "clues" in figures else [],
        "worst": _worst(evaluation),
    }
    return render_to_string(TEMPLATE, context)


def page_styles() -> dict[str, str]:
    """A page's styles, and the policy (CSP) that allows these and nothing else."""
    styles = render_to_string(STYLES)
    digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return {"styles": mark_safe(styles), "policy": policy}


def _headline(figures: dict[str, Any]) -> list[dict[str, str]]:
    best = max(figures["baselines"], key=lambda name: figures["baselines"][name]["score"])
    baseline = figures["baselines"][best]
    ratio = figures["score"] / baseline["score"] if baseline["score"] else math.inf

    def fact(label: str, key: str, kind: str) -> dict[str, str]:
        cell = _cell(figures, key, kind)
        return {"label": label, "value": cell["value"], "beside": cell["interval"]}

    return [
        fact("mean score, of 5,000", "score", "number"),
        fact("median error, km", "median_km", "number"),
        fact("right state", "state_accuracy", "share"),
        {
            "label": f"ahead of {BASELINES[best]}",
            "value": _cell(baseline, "difference", "signed")["value"],
            "beside": f"{_cell(baseline, 'difference', 'signed')['interval']}; {ratio:.2f} times",
        },
        {
            "label": "truths inside the 90 % radius",
            "value": _formatted(figures["radius_coverage"], "share"),
            "beside": f"median radius {figures['radius_median_km']:,.0f} km",
        },
    ]


def _comparison_row(label: str, row: dict[str, Any]) -> dict[str, Any]:
    kinds = {
        "score": "number",
        "difference": "signed",
        "median_km": "number",
        "mean_km": "number",
        "state_accuracy": "share",
        "district_accuracy": "share",
        "score_world": "number",
    }
    return {"label": label, "cells": [_cell(row, key, kind) for key, kind in kinds.items()]}


def _group_row(label: str, row: dict[str, Any], *more: dict[str, str]) -> dict[str, Any]:
    kinds = {"n": "number", "score": "number", "median_km": "number", "state_accuracy": "share"}
    return {"label": label, "cells": [*(_cell(row, key, kind) for key, kind in kinds.items()), *more]}


def _clues(audited: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = {
        "known": "number",
        "named": "number",
        "precision": "share",
        "recall": "share",
        "box_precision": "share",
        "pointing": "share",
        "reason": "share",
        "lost": "probability",
        "lost_elsewhere": "probability",
        "lost_more": "probability",
        "moved_km": "number",
    }
    return [
        {"label": name, "cells": [_cell(row, key, kind) for key, kind in kinds.items()]}
        for name, row in {"all": audited["total"], **audited["clues"]}.items()
    ]


def _cell(row: dict[str, Any], key: str, kind: str) -> dict[str, str]:
    """A figure and its interval as text; both are "" where the row has none."""
    return {
        "value": _formatted(row[key], kind) if key in row else "",
        "interval": " to ".join(_formatted(end, kind) for end in row.get(f"{key}_ci95", [])),
    }


def _formatted(value: float, kind: str) -> str:
    form = {"number": "{:,.0f}", "signed": "{:+,.0f}", "share": "{:.0%}", "probability": "{:.3f}"}[kind]
    return form.format(value).replace("-", "−").replace("%", "\u00a0%")


def _scores(figures: dict[str, Any]) -> str:
    rows = [
        (name, name, row["score"], row["score_ci95"])
        for name, row in [("model", figures), *figures["baselines"].items()]
    ]
    longest = max(high for *_, (_, high) in rows)
    ticks = [tick for tick in POINTS if tick[0] <= longest * 1.05]
    return bars("Mean score beside the baselines", Axis(0, longest * 1.05, ticks, "mean score, of 5,000"), rows)


def _thresholds(evaluation: Evaluation) -> str:
    """The share of guesses within each distance: the cumulative distribution of the errors."""
    x = Axis(1, FARTHEST_KM, KILOMETRES, "kilometres from the truth", logarithmic=True)
    chart = Chart("Share of guesses within a distance", x, Axis(0, 1, SHARES, "within"))
    for name, distances in [*evaluation.baselines_km.items(), ("model", evaluation.distances_km)]:
        kilometres = np.geomspace(1, FARTHEST_KM, 120)
        within = np.searchsorted(np.sort(distances), kilometres, side="left") / len(distances)
        chart.line(kilometres, within, name, name)
    return str(chart)


def _errors(evaluation: Evaluation) -> str:
    truth, answers = evaluation.truth, evaluation.answers
    tooltips = [
        f"{name}{km:,.0f} km" for name, km in zip(_names(evaluation, ": "), evaluation.distances_km, strict=True)
    ]
    return error_map(
        "From the truth of each photo to the model’s guess",
        (truth.latitudes, truth.longitudes),
        positions(answers.guesses),
        tooltips,
    )


def _states(figures: dict[str, Any]) -> str:
    values = {
        name: (
            min(int(row["score"] / MAX_SCORE * TINTS), TINTS - 1),
            f"{name}: {row['score']:,.0f} points, {row['n']} photos",
        )
        for name, row in figures["states"].items()
    }
    return state_map("Mean score by state", values)


def reliability(figures: dict[str, Any]) -> str:
    """Reliability diagram: confidence in the likeliest cell and state against accuracy."""
    curves = {name: np.array(figures["calibration"][name]["curve"]) for name in ("states", "cells")}
    high = min(share for share, _ in SHARES[1:] if share >= max(curve[:, :2].max() for curve in curves.values()))
    ticks = [tick for tick in SHARES if tick[0] <= high]
    x = Axis(0, high, ticks, "how sure the model is of its first choice")
    chart = Chart("Reliability of cell and state probabilities", x, Axis(0, high, ticks, "how often it is right"))
    chart.line([0, high], [0, high], "even")
    for name, kind in (("states", "states"), ("cells", "model")):
        confidence, accuracy, photos = curves[name].T
        chart.line(confidence, accuracy, kind, name)
        chart.dots(confidence, accuracy, kind, [f"{count:.0f} photos" for count in photos])
    return str(chart)


def _abstaining(figures: dict[str, Any]) -> str:
    shares, points = np.array(figures["abstaining"]["curve"]).T
    chart = Chart(
        "Mean score of the most certain photos", Axis(0, 1, SHARES, "photos answered, most certain first"), _points()
    )
    chart.line([0, 1], [points[-1], points[-1]], "even")
    chart.line(shares, points, "model")
    return str(chart)


def _nearest(evaluation: Evaluation) -> str:
    """Errors by the distance to the nearest training photo, and their median in each bin."""
    x = Axis(0.1, FARTHEST_KM, NEAREST_TICKS, "kilometres to the nearest training photo", logarithmic=True)
    y = Axis(1, FARTHEST_KM, KILOMETRES, "kilometres of error", logarithmic=True)
    chart = Chart("Error against the distance to the nearest training photo", x, y)
    chart.dots(evaluation.near_km, evaluation.distances_km, "model faint")
    edges = (x.low, *NEAREST_KM, x.high)
    for number in np.unique(np.digitize(evaluation.near_km, NEAREST_KM)):
        middle = np.median(evaluation.distances_km[np.digitize(evaluation.near_km, NEAREST_KM) == number])
        chart.line([edges[number], edges[number + 1]], [middle, middle], "median")
    return str(chart)


def _points() -> Axis:
    return Axis(0, MAX_SCORE, POINTS, "mean score")


def _worst(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The photos with the largest errors, largest first."""
    guesses = positions(evaluation.answers.guesses)
    truth = (evaluation.truth.latitudes, evaluation.truth.longitudes)
    rows = np.argsort(-evaluation.distances_km, kind="stable")[:WORST]
    return [
        {
            "name": name,
            "km": f"{evaluation.distances_km[row]:,.0f}",
            "radius_km": f"{evaluation.answers.radii_km[row]:,.0f}",
            "truth": true,
            "guess": guess,
        }
        for row, name, true, guess in zip(
            rows,
            np.array(_names(evaluation))[rows],
            _place_names(truth, rows),
            _place_names(guesses, rows),
            strict=True,
        )
    ]


def _place_names(places: tuple[Floats, Floats], rows: np.ndarray) -> list[str]:
    states, districts = locate(places[0][rows], places[1][rows])
    return [f"{district}, {state}" for state, district in zip(states, districts, strict=True)]


def _names(evaluation: Evaluation, end: str = "") -> list[str]:
    names = evaluation.truth.names
    return [""] * len(evaluation.distances_km) if names is None else [f"{name}{end}" for name in names]


def _span(row: dict[str, Any]) -> str:
    return f"over {row['from_km']}" if row["to_km"] is None else f"{row['from_km']}–{row['to_km']}"
