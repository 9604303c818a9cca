"""What a recipe is worth on the photos of makers, and at places, that it never met: nested cross-validation.

Everything that is chosen is chosen inside (folds of the photos that are fitted to), and measured outside (Varma & Simon
2006: choosing and measuring on the same held-out photos flatters).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.baselines import baselines
from pipeline.evaluation.evaluate import Truth, answer, columns, distances_km
from pipeline.evaluation.measures import ece_if_calibrated, expected_calibration_error
from pipeline.geography.boundaries import locate
from pipeline.support.progress import SILENT, Reporter
from pipeline.training.folds import folds_of_makers, groups_of_makers
from pipeline.training.learning import FittedModel, Photos, learn
from pipeline.training.recipe import Recipe
from pipeline.training.train import train_artifact
from predictor.encoders.encoder import Encoder
from predictor.geodesy import Floats

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

    def figures(self, groups: NDArray[np.integer]) -> dict[str, float]:
        """Share of photos in their circle, its mean over the groups (N,) that photos come in and the standard error of
        that, and calibration errors beside those that right confidences have by chance.
        """
        _, group = np.unique(groups, return_inverse=True)
        by_group = np.bincount(group, self.covered) / np.bincount(group)
        row = {
            "radius_coverage": float(self.covered.mean()),
            "radius_coverage_makers": float(by_group.mean()),
            "radius_coverage_makers_error": float(by_group.std(ddof=1) / np.sqrt(len(by_group))),
        }
        for name, sureness in self.sureness.items():
            row[f"ece_{name}"] = expected_calibration_error(sureness, self.right[name])
            row[f"ece_{name}_if_calibrated"] = ece_if_calibrated(sureness)
        return row


def together(answers: Sequence[Unseen]) -> Unseen:
    """The answers of several seeds in one."""
    first = answers[0]
    return Unseen(
        np.concatenate([answer.distances_km for answer in answers]),
        {name: np.concatenate([answer.baselines_km[name] for answer in answers]) for name in first.baselines_km},
        np.concatenate([answer.covered for answer in answers]),
        {name: np.concatenate([answer.sureness[name] for answer in answers]) for name in first.sureness},
        {name: np.concatenate([answer.right[name] for answer in answers]) for name in first.right},
    )


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
            groups=groups_of_makers(makers[fit], places[fit]),
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
        answers = answer(artifact, cells, embeddings, measured.matches.tolist())
        distances = distances_km(answers.guesses, truth)
        unseen.distances_km[outside], unseen.covered[outside] = distances, distances < answers.radii_km
        for name, guesses in baselines(artifact, embeddings).items():
            unseen.baselines_km.setdefault(name, np.empty(count))[outside] = distances_km(guesses, truth)
        states, state_names = answers.state_probabilities(artifact)
        right_cells = artifact.partition.cell_of(truth.latitudes, truth.longitudes)
        right_states = columns(locate(truth.latitudes, truth.longitudes)[0], state_names)
        for name, probabilities, right in zip(
            CHOICES, (answers.cells, states), (right_cells, right_states), strict=True
        ):
            unseen.sureness[name][outside] = probabilities.max(axis=1)
            unseen.right[name][outside] = probabilities.argmax(axis=1) == right
    return unseen
