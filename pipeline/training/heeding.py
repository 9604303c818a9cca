"""A version that was trained without texts learns to heed them: trust, circle and levels, all else unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.evaluation.evaluate import Truth, answer, distances_km, level_points
from pipeline.training.choosing import FEWEST_READ
from pipeline.training.trusting import fit_trusts
from predictor.answers.artifact import Artifact
from predictor.answers.calibration import conformal_factor
from predictor.answers.levels import STRONGEST
from predictor.geodesy import Floats, score, unit_vectors
from predictor.network.heads import Embeddings
from predictor.reading.matches import Match


def heeding(
    artifact: Artifact, cells: Floats, embeddings: Embeddings, matches: Sequence[tuple[Match, ...]], truth: Truth
) -> Artifact:
    """The artifact with trust fitted to every other one of N pictures that it does not know, given their cell
    probabilities (N, C), projected embeddings (N, d) and what was read in them; the circle of pictures with a text, and
    the levels' scores to expect, come from the rest.
    """
    fit, rest = slice(0, None, 2), slice(1, None, 2)
    trusts = fit_trusts(matches[fit], unit_vectors(truth.latitudes, truth.longitudes)[fit])
    taught = replace(artifact, trusts=trusts)
    there = Truth(truth.latitudes[rest], truth.longitudes[rest], truth.tiers[rest])
    texts = matches[rest]
    answers = answer(taught, cells[rest], embeddings[rest], texts)
    distances, read = distances_km(answers.guesses, there), answers.read
    factor = conformal_factor(distances[read], answers.spreads_km[read]) if read.sum() >= FEWEST_READ else None
    levels = []
    for level in artifact.levels:
        strongest = level.name == STRONGEST
        points = score(distances) if strongest else level_points(taught, level, cells[rest], there, texts)
        levels.append(replace(level, par=round(float(points.mean()), 1), photos=len(points)))
    calibration = replace(artifact.calibration, read_factor=factor)
    return replace(taught, calibration=calibration, levels=tuple(levels))
