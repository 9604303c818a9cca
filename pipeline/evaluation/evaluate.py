"""Figures of an evaluation: distances, scores, states, calibration, radii; with bootstrap intervals and baselines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.baselines import baselines
from pipeline.evaluation.measures import CONFIDENCE, RESAMPLES, SEED, auroc, calibration, interval, risk_coverage
from pipeline.geography.boundaries import locate
from pipeline.support.progress import SILENT, Reporter
from predictor.answers.artifact import Artifact
from predictor.answers.levels import STRONGEST, Level, weaken
from predictor.answers.posterior import Estimate
from predictor.answers.posterior import locate as locate_picture
from predictor.geodesy import WORLD_SCALE_KM, Floats, haversine_km, positions, score, unit_vectors
from predictor.network.heads import Embeddings, unit
from predictor.pictures.images import NEAR_DUPLICATE_BITS, nearest_hamming_distance
from predictor.reading.evidence import hear, level_guesses, most_telling
from predictor.reading.matches import Match

THRESHOLDS_KM = (1, 10, 25, 50, 100, 200, 500)
NEAREST_KM = (1, 5, 25, 100)  # edges of the bins by distance to the nearest training photo
LEAK_KM = 1  # below this distance to a training photo, a photo may show the same scene
FEWEST_FOR_INTERVAL = 20  # photos of a group below which an interval would say nothing


@dataclass(frozen=True)
class Truth:
    """True positions (N,) in degrees of N pictures, their tiers (N,), "" where unknown, and optional names (N,)."""

    latitudes: Floats
    longitudes: Floats
    tiers: NDArray[np.str_]
    names: NDArray[np.str_] | None = None


@dataclass(frozen=True)
class Answers:
    """A version's answers to N pictures: guesses (N, 3) as unit vectors, and radii (N,) in km.

    Three signals that a picture is not from India: expected distances from the guess in km (N,), entropies of the cell
    probabilities in nats (N,), and cosines to the nearest training photo (N,). ``read`` (N,): whether a text counted;
    ``cells`` (N, C): the cells' probabilities, with what was read.
    """

    guesses: Floats
    radii_km: Floats
    spreads_km: Floats
    entropies: Floats
    cosines: Floats
    read: NDArray[np.bool_]
    cells: Floats

    def state_probabilities(self, artifact: Artifact) -> tuple[Floats, NDArray[np.str_]]:
        """Probabilities (N, K) of states, and their names (K,)."""
        seen, names = artifact.state_probabilities(self.cells)
        with_texts, _ = artifact.state_probabilities(self.cells, read=True)
        return np.where(self.read[:, None], with_texts, seen), names


@dataclass(frozen=True)
class Evaluation:
    """The figures, ready for JSON, and the values per photo that they were computed from; distances (N,) are in km.

    ``near_km`` is each photo's distance to the nearest training photo, by true position.
    """

    figures: dict[str, Any]
    truth: Truth
    answers: Answers
    distances_km: Floats
    baselines_km: dict[str, Floats]
    near_km: Floats

    def about(self, **facts: Any) -> Evaluation:
        """The same, with facts about the evaluation, such as the version, put before its figures."""
        return replace(self, figures={**facts, **self.figures})


def answer(
    artifact: Artifact,
    cells: Floats,
    embeddings: Embeddings,
    matches: Sequence[Sequence[Match]] = (),
    report: Reporter = SILENT,
) -> Answers:
    """The answers to cell probabilities (N, C), projected embeddings (N, d), and what was read in the N pictures."""
    estimates: list[Estimate] = []
    read: list[bool] = []
    cells = cells.copy()
    for row, embedding, texts in zip(cells, embeddings, matches or [()] * len(cells), strict=True):
        report.progress(len(estimates), len(cells), "Measuring")
        seen = locate_picture(row, embedding, artifact.reference, artifact.method)
        estimate = hear(seen, texts, artifact.trusts)
        if estimate is not seen:
            row[:] = artifact.partition.probabilities(estimate.density.points, estimate.density.weights)
        estimates.append(estimate)
        read.append(estimate is not seen)
    spreads_km = np.array([estimate.spread_km for estimate in estimates])
    cosines = (unit(embeddings) @ artifact.gallery.photos.embeddings.T).max(axis=1).astype(float)
    return Answers(
        np.stack([estimate.guess for estimate in estimates]),
        np.array(list(map(artifact.calibration.radius_km, spreads_km, cosines, read))),
        spreads_km,
        -(cells * np.log(np.maximum(cells, np.finfo(float).tiny))).sum(axis=1),
        cosines,
        np.array(read),
        cells,
    )


def evaluate(artifact: Artifact, cells: Floats, embeddings: Embeddings, truth: Truth) -> dict[str, Any]:
    """Figures of a version and of the baselines, given cell probabilities (N, C) and projected embeddings (N, d)."""
    return evaluation(artifact, cells, embeddings, truth).figures


def evaluation(
    artifact: Artifact,
    cells: Floats,
    embeddings: Embeddings,
    truth: Truth,
    *,
    matches: Sequence[Sequence[Match]] = (),
    outside: Answers | None = None,
    report: Reporter = SILENT,
) -> Evaluation:
    """Figures as in ``evaluate``, and the values behind them; ``outside`` are answers to pictures not from India."""
    answers = answer(artifact, cells, embeddings, matches, report)
    baseline_guesses = baselines(artifact, embeddings)
    distances = distances_km(answers.guesses, truth)
    baselines_km = {name: distances_km(guesses, truth) for name, guesses in baseline_guesses.items()}
    near = _nearest_km(truth, artifact.gallery.photos.vectors)
    states, _ = locate(truth.latitudes, truth.longitudes)
    in_state = locate(*positions(answers.guesses))[0] == states
    covered = distances < answers.radii_km

    def figures_with_baselines(rows: NDArray[Any]) -> dict[str, Any]:
        part = Truth(truth.latitudes[rows], truth.longitudes[rows], truth.tiers[rows])
        baseline_figures = {name: figures(guesses[rows], part) for name, guesses in baseline_guesses.items()}
        for name, row in baseline_figures.items():
            gain = score(distances[rows]) - score(baselines_km[name][rows])
            row |= {"difference": _rounded(gain.mean()), "difference_ci95": _rounded(interval(gain))}
        return {**figures(answers.guesses[rows], part), "baselines": baseline_figures}

    def summary(rows: NDArray[Any]) -> dict[str, Any]:
        return _summary(distances[rows], in_state[rows])

    all_rows = np.arange(len(distances))
    bins = np.digitize(near, NEAREST_KM)
    edges = (0, *NEAREST_KM, None)
    not_near = near >= LEAK_KM
    result = {
        **figures_with_baselines(all_rows),
        "bootstrap": {"resamples": RESAMPLES, "seed": SEED, "confidence": CONFIDENCE, "method": "percentile"},
        **_radius(covered, answers.radii_km),
        "states": {
            state: {**summary(rows), **_radius(covered[rows], answers.radii_km[rows])}
            for state, rows in _groups(states)
        },
        "nearest_training_photo": {
            "bins": [
                {"from_km": edges[index], "to_km": edges[index + 1], **summary(bins == index)}
                for index in np.unique(bins)
            ],
            "without_nearer_than_km": LEAK_KM,
            "without": figures_with_baselines(not_near) if not_near.any() else None,
        },
        "calibration": _calibration(artifact, answers, truth, states),
        "abstaining": {"by": "spread_km", "curve": risk_coverage(score(distances), answers.spreads_km)},
        "opponents": {
            level.name: {"par": level.par, "score": _rounded(points.mean())}
            for level in artifact.levels
            if level.name != STRONGEST
            for points in [level_points(artifact, level, cells, truth, matches)]
        },
    }
    if tiers := {tier: figures_with_baselines(rows) for tier, rows in _groups(truth.tiers) if tier}:
        result["tiers"] = tiers
    if matches:
        result["reading"] = _reading(artifact, cells, embeddings, matches, answers, distances, truth)
    if outside is not None:
        result["outside"] = {"n": len(outside.guesses), "auroc": _outside(answers, outside)}
    report.progress(len(distances), len(distances), "Measuring")
    return Evaluation(result, truth, answers, distances, baselines_km, near)


def _reading(
    artifact: Artifact,
    cells: Floats,
    embeddings: Embeddings,
    matches: Sequence[Sequence[Match]],
    answers: Answers,
    distances: Floats,
    truth: Truth,
) -> dict[str, Any]:
    """What reading gains, in all and where the most telling text is of a kind."""
    points = score(distances)
    blind = score(distances_km(answer(artifact, cells, embeddings).guesses, truth))
    kinds = np.array([most_telling(texts) if read else "" for texts, read in zip(matches, answers.read, strict=True)])
    rows = {"": np.ones(len(points), bool), **{kind: kinds == kind for kind in np.unique(kinds) if kind}}
    parts = {
        name or "all": {
            "n": int(part.sum()),
            "score": _rounded(points[part].mean()),
            "score_without": _rounded(blind[part].mean()),
            "difference_ci95": _rounded(interval((points - blind)[part])),
        }
        for name, part in rows.items()
    }
    return {"read": int(answers.read.sum()), "by_most_telling_text": parts}


def level_points(
    artifact: Artifact, level: Level, cells: Floats, truth: Truth, matches: Sequence[Sequence[Match]] = ()
) -> Floats:
    """Scores (N,) of an opponent of this level, weaker than the strongest, that reads what it can."""
    centroids = artifact.partition.centroids
    believed = weaken(cells, artifact.partition.states, level.name, level.temperature)
    return score(distances_km(level_guesses(centroids, believed, level.name, matches, artifact.trusts), truth))


def figures(guesses: Floats, truth: Truth) -> dict[str, Any]:
    """The figures of guesses (N, 3), unit vectors, against the truth."""
    distances = distances_km(guesses, truth)
    points = score(distances)
    states, districts = locate(truth.latitudes, truth.longitudes)
    guessed_states, guessed_districts = locate(*positions(guesses))
    in_state = guessed_states == states
    return {
        "n": len(points),
        "median_km": _rounded(np.median(distances)),
        "median_km_ci95": _rounded(interval(distances, np.median)),
        "mean_km": _rounded(distances.mean()),
        "score": _rounded(points.mean()),
        "score_ci95": _rounded(interval(points)),
        "score_world": _rounded(score(distances, WORLD_SCALE_KM).mean()),
        "within_km": {str(km): _rounded((distances < km).mean(), 4) for km in THRESHOLDS_KM},
        "state_accuracy": _rounded(in_state.mean(), 4),
        "state_accuracy_ci95": _rounded(interval(in_state), 4),
        "district_accuracy": _rounded((in_state & (guessed_districts == districts)).mean(), 4),
    }


def known_to(artifact: Artifact, sha256s: NDArray[np.str_], perceptual_hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which pictures (N,) the version was trained on: same bytes, or perceptual hashes within 4 of 64 bits."""
    same = np.isin(sha256s, artifact.gallery.sha256)
    return same | (
        nearest_hamming_distance(perceptual_hashes, artifact.gallery.perceptual_hashes) <= NEAR_DUPLICATE_BITS
    )


def _groups(labels: NDArray[np.str_]) -> list[tuple[str, NDArray[np.bool_]]]:
    """Each label and the mask (N,) of its rows."""
    return [(str(label), labels == label) for label in np.unique(labels)]


def _summary(distances: Floats, in_state: NDArray[np.bool_]) -> dict[str, Any]:
    """The main measures of a group of photos (n,), with intervals where the group is large enough."""
    points = score(distances)
    row: dict[str, Any] = {
        "n": len(points),
        "score": _rounded(points.mean()),
        "median_km": _rounded(np.median(distances)),
        "state_accuracy": _rounded(in_state.mean(), 4),
    }
    if len(points) >= FEWEST_FOR_INTERVAL:
        row["score_ci95"] = _rounded(interval(points))
        row["median_km_ci95"] = _rounded(interval(distances, np.median))
        row["state_accuracy_ci95"] = _rounded(interval(in_state), 4)
    return row


def _radius(covered: NDArray[np.bool_], radii: Floats) -> dict[str, float]:
    return {
        "radius_coverage": _rounded(covered.mean(), 4),
        "radius_median_km": _rounded(np.median(radii)),
        "radius_mean_km": _rounded(radii.mean()),
    }


def _calibration(artifact: Artifact, answers: Answers, truth: Truth, states: NDArray[np.str_]) -> dict[str, Any]:
    """The calibration of cell probabilities and of their sums by state; a state without cells has no column."""
    of_states, names = answers.state_probabilities(artifact)
    return {
        "cells": calibration(answers.cells, artifact.partition.cell_of(truth.latitudes, truth.longitudes)),
        "states": calibration(of_states, columns(states, names)),
    }


def columns(values: NDArray[np.str_], names: NDArray[np.str_]) -> NDArray[np.intp]:
    """The place (N,) of each value among the names (K,), -1 where it is none of them."""
    place = {str(name): number for number, name in enumerate(names)}
    return np.array([place.get(str(value), -1) for value in values])


def _outside(inside: Answers, outside: Answers) -> dict[str, float]:
    """AUROC of each signal at detecting pictures not from India; no signal is chosen here."""
    return {
        "spread_km": _rounded(auroc(inside.spreads_km, outside.spreads_km), 4),
        "entropy": _rounded(auroc(inside.entropies, outside.entropies), 4),
        "cosine": _rounded(auroc(-inside.cosines, -outside.cosines), 4),
    }


def _nearest_km(truth: Truth, vectors: Floats) -> Floats:
    """Distances (N,) from the true positions to the nearest of unit vectors (M, 3)."""
    from scipy.spatial import cKDTree  # here, as the page of versions imports this module

    _, nearest = cKDTree(vectors).query(unit_vectors(truth.latitudes, truth.longitudes))
    return haversine_km(*positions(vectors[nearest]), truth.latitudes, truth.longitudes)


def distances_km(guesses: Floats, truth: Truth) -> Floats:
    """Of guesses (N, 3), unit vectors, from the truth (N,)."""
    return haversine_km(*positions(guesses), truth.latitudes, truth.longitudes)


def _rounded(value: Any, digits: int = 1) -> Any:
    """A number or a list of numbers, rounded, for JSON."""
    return np.round(np.asarray(value, float), digits).tolist()
