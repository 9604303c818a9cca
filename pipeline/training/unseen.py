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

CHOICES = ("cells", "states")


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
    makers, count = np.asarray(makers), len(photos)
    unseen = Unseen(
        np.empty(count),
        {},
        np.empty(count, bool),
        {name: np.empty(count) for name in CHOICES},
        {name: np.empty(count, bool) for name in CHOICES},
    )
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
        unseen.distances_km[outside], unseen.covered[outside] = distances, distances < answers.radii_km
        for name, guesses in baselines(artifact, embeddings).items():
            unseen.baselines_km.setdefault(name, np.empty(count))[outside] = distances_km(guesses, truth)
        states, state_names = state_probabilities(
            cells, artifact.partition.states, artifact.calibration.state_temperature
        )
        right_cells = artifact.partition.cell_of(truth.latitudes, truth.longitudes)
        right_states = columns(locate(truth.latitudes, truth.longitudes)[0], state_names)
        for name, probabilities, right in zip(CHOICES, (cells, states), (right_cells, right_states), strict=True):
            unseen.sureness[name][outside] = probabilities.max(axis=1)
            unseen.right[name][outside] = probabilities.argmax(axis=1) == right
    return unseen
