"""What a recipe is worth on the photos of makers, and at places, that it never met: nested cross-validation.

Everything that is chosen is chosen inside (folds of the photos that are fitted to), and measured outside (Varma & Simon
2006: choosing and measuring on the same held-out photos flatters).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.baselines import baselines
from pipeline.evaluation.evaluate import Truth, answer, columns, distances_km
from pipeline.evaluation.measures import expected_calibration_error
from pipeline.geography.boundaries import locate
from pipeline.support.progress import SILENT, Reporter
from pipeline.training.folds import folds_of_makers
from pipeline.training.learning import FittedModel, Photos, learn
from pipeline.training.recipe import Recipe
from pipeline.training.train import train_artifact
from predictor.answers.posterior import state_probabilities
from predictor.encoders.encoder import Encoder
from predictor.geodesy import Floats, score


@dataclass(frozen=True)
class Unseen:
    """Of each of N photos, answered by a version that met neither its maker nor its place: distances (N,) in km of the
    guess and of each baseline's, whether it lies in the circle (N,), and for cells and states how sure the version was
    of its first choice (N,) and whether that was right (N,).
    """

    distances_km: Floats
    baselines_km: dict[str, Floats]
    covered: NDArray[np.bool_]
    sureness: dict[str, Floats]
    right: dict[str, NDArray[np.bool_]]

    def figures(self) -> dict[str, Any]:
        """The means over all photos."""
        return {
            "score": float(score(self.distances_km).mean()),
            "median_km": float(np.median(self.distances_km)),
            "radius_coverage": float(self.covered.mean()),
            **{
                f"ece_{name}": expected_calibration_error(self.sureness[name], self.right[name])
                for name in self.sureness
            },
        }


def answer_unseen(
    photos: Photos,
    makers: Sequence[str] | NDArray[np.str_],
    places: NDArray[np.integer],
    *,
    encoder: Encoder,
    recipe: Recipe,
    seed: int,
    learner: Callable[..., FittedModel] = learn,
    report: Reporter = SILENT,
) -> Unseen:
    """Answers to all photos, with makers (N,) and place clusters (N,), of versions trained on other folds of them."""
    makers = np.asarray(makers)
    parts: list[tuple[NDArray[np.intp], Unseen]] = []
    for fit, outside in folds_of_makers(makers, places, seed):
        artifact = train_artifact(
            photos.part(fit),
            folds_of_makers(makers[fit], places[fit], seed),
            encoder=encoder,
            collection="",
            seed=seed,
            recipe=recipe,
            learner=learner,
            report=report,
        )
        measured = photos.part(outside)
        embeddings = artifact.heads.project(measured.embeddings)
        cells = artifact.heads.posterior(embeddings, artifact.calibration.temperature)
        truth = Truth(measured.latitudes, measured.longitudes, np.full(len(outside), ""))
        answers = answer(artifact, cells, embeddings)
        distances = distances_km(answers.guesses, truth)
        states, state_names = state_probabilities(
            cells, artifact.partition.states, artifact.calibration.state_temperature
        )
        choices = {
            "cells": (cells, artifact.partition.cell_of(truth.latitudes, truth.longitudes)),
            "states": (states, columns(locate(truth.latitudes, truth.longitudes)[0], state_names)),
        }
        unseen = Unseen(
            distances,
            {name: distances_km(guesses, truth) for name, guesses in baselines(artifact, embeddings).items()},
            distances < answers.radii_km,
            {name: probabilities.max(axis=1) for name, (probabilities, _) in choices.items()},
            {name: probabilities.argmax(axis=1) == right for name, (probabilities, right) in choices.items()},
        )
        parts.append((outside, unseen))
    return _joined(parts)


def _joined(parts: list[tuple[NDArray[np.intp], Unseen]]) -> Unseen:
    """One table of the parts, in the order of the photos."""
    order = np.argsort(np.concatenate([rows for rows, _ in parts]))

    def join(read: Callable[[Unseen], NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([read(part) for _, part in parts])[order]

    first = parts[0][1]
    return Unseen(
        join(lambda part: part.distances_km),
        {name: join(lambda part, name=name: part.baselines_km[name]) for name in first.baselines_km},  # type: ignore[misc]
        join(lambda part: part.covered),
        {name: join(lambda part, name=name: part.sureness[name]) for name in first.sureness},  # type: ignore[misc]
        {name: join(lambda part, name=name: part.right[name]) for name in first.right},  # type: ignore[misc]
    )
