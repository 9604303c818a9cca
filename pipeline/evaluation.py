"""How good answers are: distances, scores, states and districts, with bootstrap intervals, beside simple baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.baselines import baselines
from pipeline.boundaries import locate
from predictor.artifact import Artifact
from predictor.geodesy import WORLD_SCALE_KM, Floats, haversine_km, positions, score
from predictor.heads import Embeddings
from predictor.images import NEAR_DUPLICATE_BITS, nearest_bits
from predictor.posterior import best_guess, density, radius_km

THRESHOLDS_KM = (1, 10, 25, 50, 100, 200, 500)
RESAMPLES = 2000
SEED = 0


@dataclass(frozen=True)
class Truth:
    """Positions (N,) in degrees of N pictures, and the tier (N,) of each, empty where none is known."""

    latitudes: Floats
    longitudes: Floats
    tiers: NDArray[np.str_]


def evaluate(artifact: Artifact, cells: Floats, embeddings: Embeddings, truth: Truth) -> dict[str, Any]:
    """Figures of a version, given cell probabilities (N, C) and projected embeddings (N, d), and of the baselines."""
    how = artifact.calibration
    wheres = [
        density(row, embedding, artifact.prototypes, artifact.gallery.places, how)
        for row, embedding in zip(cells, embeddings, strict=True)
    ]
    guesses = np.stack([best_guess(where) for where in wheres])
    radii = np.array([radius_km(where, guess, how) for where, guess in zip(wheres, guesses, strict=True)])
    others = baselines(artifact, embeddings)
    result = {
        **figures(guesses, truth),
        "radius_coverage": round(float((_distances(guesses, truth) < radii).mean()), 4),
        "radius_median_km": round(float(np.median(radii)), 1),
        "baselines": {name: figures(points, truth) for name, points in others.items()},
    }
    tiers = np.unique(truth.tiers[truth.tiers != ""])
    if len(tiers):
        result["tiers"] = {str(tier): _of_tier(tier, guesses, others, truth) for tier in tiers}
    return result


def figures(guesses: Floats, truth: Truth) -> dict[str, Any]:
    """The measures of one way of guessing: unit vectors (N, 3) against the truth."""
    distances = _distances(guesses, truth)
    points = score(distances)
    states, districts = locate(truth.latitudes, truth.longitudes)
    guessed_states, guessed_districts = locate(*positions(guesses))
    in_state = guessed_states == states
    sample = np.random.default_rng(SEED).integers(0, len(points), (RESAMPLES, len(points)))
    low, high = np.percentile(points[sample].mean(axis=1), [2.5, 97.5])
    return {
        "n": len(points),
        "median_km": round(float(np.median(distances)), 1),
        "mean_km": round(float(distances.mean()), 1),
        "score": round(float(points.mean()), 1),
        "score_ci95": [round(float(low), 1), round(float(high), 1)],
        "score_world": round(float(score(distances, WORLD_SCALE_KM).mean()), 1),
        "within_km": {str(km): round(float((distances < km).mean()), 4) for km in THRESHOLDS_KM},
        "state_accuracy": round(float(in_state.mean()), 4),
        "district_accuracy": round(float((in_state & (guessed_districts == districts)).mean()), 4),
    }


def known_to(artifact: Artifact, sha256s: NDArray[np.str_], perceptual_hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which pictures (N,) the version was trained on: the same bytes, or looks that differ in at most 4 of 64 bits."""
    same = np.isin(sha256s, artifact.gallery.sha256)
    return same | (nearest_bits(perceptual_hashes, artifact.gallery.perceptual_hashes) <= NEAR_DUPLICATE_BITS)


def _of_tier(tier: str, guesses: Floats, others: dict[str, Floats], truth: Truth) -> dict[str, Any]:
    rows = truth.tiers == tier
    part = Truth(truth.latitudes[rows], truth.longitudes[rows], truth.tiers[rows])
    compared = {name: figures(points[rows], part) for name, points in others.items()}
    return {**figures(guesses[rows], part), "baselines": compared}


def _distances(guesses: Floats, truth: Truth) -> Floats:
    return haversine_km(*positions(guesses), truth.latitudes, truth.longitudes)
