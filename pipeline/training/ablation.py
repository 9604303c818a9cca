"""The ablation: the effect of each part of the method, by switching it off, or on, with all else unchanged.

Every row is trained and tuned like any version, with the same features and split, once per seed (of the folds used for
tuning), and measured on the same test photos. The mean score on the photos held out of the folds is given too: it
decides which parts are on by default, so that test photos decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.baselines import baselines
from pipeline.evaluation.evaluate import Truth
from pipeline.geocells import automatic_minimum
from pipeline.support.progress import SILENT, Reporter
from pipeline.training.folds import folds_of_makers
from pipeline.training.learning import FittedModel, Photos, learn
from pipeline.training.recipe import PIGEON_CELLS, Cells, Recipe
from pipeline.training.train import train_artifact
from predictor.answers.artifact import Artifact
from predictor.answers.posterior import locate
from predictor.encoders.encoder import Encoder
from predictor.geodesy import Floats, distance_matrix_km, score, unit_vectors
from predictor.network.heads import Embeddings

SEEDS = (1, 2, 3)
REFERENCE = "as it is"
OPTICS_WITHOUT_METADATA = "with second OPTICS, without metadata in it"
RESAMPLES = 2000
PIGEON = Recipe(
    minimum=PIGEON_CELLS[0],
    maximum=PIGEON_CELLS[1],
    smoothing="pigeon",
    metadata=False,
    second_optics=True,
    retrieval=False,
    score_optimal=False,
    pigeon_refinement=True,
)


class UnknownPart(ValueError):
    """The table has no row of this name."""


def variants(default: Recipe, photos: int) -> dict[str, Recipe]:
    """The recipes to compare, by the name of what differs from the default; ``photos`` are used for training."""

    def toggled(part: str, name: str) -> tuple[str, Recipe]:
        on = getattr(default, part)
        change: dict[str, Any] = {part: not on}
        return f"{'without' if on else 'with'} {name}", replace(default, **change)

    cells: dict[Cells, str] = {
        "rectangular": "rectangular cells",
        "quadtree": "quadtree cells",
        "districts": "merged districts as cells, none inside a city",
    }
    fewer = max(1, (default.minimum or automatic_minimum(photos)) // 2)
    return {
        REFERENCE: default,
        **{name: replace(default, cells=kind) for kind, name in cells.items()},
        "cells of half as many photos, finer in cities": replace(default, minimum=fewer),
        "without smoothing": replace(default, smoothing="none"),
        "smoothing by a tau for each cell": replace(default, tau_per_cell=True),
        "PIGEON's unnormalised smoothing, 75 km": replace(default, smoothing="pigeon"),
        **dict(
            toggled(part, name)
            for part, name in {
                "contrastive": "contrastive pretraining",
                "multitask": "multi-task heads",
                "second_optics": "second OPTICS",
                "refine": "refinement",
                "score_optimal": "score-optimal guess",
                "hierarchy": "hierarchy of states",
                "retrieval": "retrieval mix",
            }.items()
        ),
        OPTICS_WITHOUT_METADATA: replace(default, second_optics=True, metadata=False),
        "with large-margin loss (0.1)": replace(default, margin=0.1),
        "with large-margin loss (0.3)": replace(default, margin=0.3),
        "PIGEON's constants": PIGEON,
    }


def task_variants(default: Recipe, tasks: Iterable[str]) -> dict[str, Recipe]:
    """Recipes in which a single one of the multi-task heads counts."""
    return {f"only the head “{task}”": replace(default, multitask=True, tasks=(task,)) for task in tasks}


def select_recipes(recipes: dict[str, Recipe], parts: Sequence[str]) -> dict[str, Recipe]:
    """The reference recipe and those of these names; all without names. Raises UnknownPart."""
    if unknown := set(parts) - set(recipes):
        raise UnknownPart(f"The table has no row {', '.join(sorted(unknown))}: there is {', '.join(recipes)}.")
    return {name: recipe for name, recipe in recipes.items() if not parts or name == REFERENCE or name in parts}


@dataclass(frozen=True)
class Row:
    """A row of the table: points and distances in km (seeds, n) of the test photos; mean scores of held-out ones."""

    name: str
    points: Floats
    distances: Floats
    held_out: Sequence[float] = ()

    def figures(self, reference: Row) -> dict[str, Any]:
        """Means over seeds and photos, and the paired difference from the reference with its 95 % interval."""
        gain = (self.points.mean(axis=0) - reference.points.mean(axis=0)).ravel()
        sample = np.random.default_rng(0).integers(0, len(gain), (RESAMPLES, len(gain)))
        low, high = np.percentile(gain[sample].mean(axis=1), [2.5, 97.5])
        return {
            "name": self.name,
            "held_out": round(float(np.mean(self.held_out)), 1) if self.held_out else None,
            "score": round(float(self.points.mean()), 1),
            "seeds": [round(float(mean), 1) for mean in self.points.mean(axis=1)],
            "median_km": round(float(np.median(self.distances)), 1),
            "difference": round(float(gain.mean()), 1),
            "difference_ci95": [round(float(low), 1), round(float(high), 1)],
        }


def ablate(
    photos: Photos,
    makers: Sequence[str],
    places: NDArray[np.integer],
    raw: Embeddings,
    truth: Truth,
    *,
    encoder: Encoder,
    collection: str,
    recipes: dict[str, Recipe],
    seeds: Iterable[int] = SEEDS,
    report: Reporter = SILENT,
) -> dict[str, Any]:
    """The table, given training photos, their makers (N,) and place clusters (N,), and the test embeddings (n, r)."""
    true_vectors = unit_vectors(truth.latitudes, truth.longitudes)
    seeds, rows, done = tuple(seeds), [], 0
    baseline_distances: dict[str, list[Floats]] = {}
    learner = _CachedLearner(next(iter(recipes.values())))
    for name, recipe in recipes.items():
        distances, held_out = [], []
        for seed in seeds:
            report.progress(done, len(recipes) * len(seeds), name)
            folds = folds_of_makers(makers, places, seed)
            artifact = train_artifact(
                photos,
                folds,
                encoder=encoder,
                collection=collection,
                seed=seed,
                recipe=recipe,
                learner=learner,
                report=_CancelOnly(report),
            )
            held_out.append(artifact.card["held_out"]["score"])
            embeddings = artifact.heads.project(raw)
            distances.append(_distances(_guesses(artifact, embeddings, report), true_vectors))
            if name == next(iter(recipes)):
                for baseline, guesses in baselines(artifact, embeddings).items():
                    baseline_distances.setdefault(baseline, []).append(_distances(guesses, true_vectors))
            done += 1
        rows.append(Row(name, score(np.stack(distances)), np.stack(distances), held_out))
        report.log(f"{name}: {rows[-1].points.mean():,.0f} points, {np.mean(held_out):,.0f} on held-out photos")
    rows += [
        Row(f"baseline: {name}", score(np.stack(by_seed)), np.stack(by_seed))
        for name, by_seed in baseline_distances.items()
    ]
    return {
        "collection": collection,
        "encoder": encoder.name,
        "photos": len(photos),
        "test_photos": len(true_vectors),
        "seeds": list(seeds),
        "rows": [row.figures(rows[0]) for row in rows],
    }


def as_markdown(table: dict[str, Any]) -> str:
    """The table as Markdown."""
    lines = [
        "| | held out | mean score | by seed | median km | difference (95 %) |",
        "|---|---|---|---|---|---|",
    ]
    for row in table["rows"]:
        low, high = row["difference_ci95"]
        seeds = " / ".join(f"{value:,.0f}" for value in row["seeds"])
        difference = f"{row['difference']:+,.0f} ({low:+,.0f} to {high:+,.0f})" if row is not table["rows"][0] else ""
        held_out = "" if row["held_out"] is None else f"{row['held_out']:,.0f}"
        lines.append(
            f"| {row['name']} | {held_out} | {row['score']:,.0f} | {seeds} | {row['median_km']:,.0f} | {difference} |"
        )
    return "\n".join(lines) + "\n"


class _CachedLearner:
    """`learn` with a cache for the default recipe: half of the table's recipes differ from it only in answering."""

    def __init__(self, default: Recipe) -> None:
        self.default = default.without_answering()
        self.models: dict[str, FittedModel] = {}

    def __call__(self, photos: Photos, recipe: Recipe, report: Reporter, *args: Any, **options: Any) -> FittedModel:
        if recipe.without_answering() != self.default:
            return learn(photos, recipe, report, *args, **options)
        key = photos.data_sha256()
        if key not in self.models:
            self.models[key] = learn(photos, recipe, report)
        return self.models[key]


class _CancelOnly:
    """A reporter that only checks for cancellation, as progress within one training is not that of the ablation."""

    def __init__(self, report: Reporter) -> None:
        self.folder = report.folder
        self.check = report.check

    def progress(self, done: int, total: int, phase: str) -> None:
        self.check()

    def log(self, text: str) -> None: ...

    def point(self, series: str, x: float, y: float) -> None: ...


def _guesses(artifact: Artifact, embeddings: Embeddings, report: Reporter) -> Floats:
    cells = artifact.heads.posterior(embeddings, artifact.calibration.temperature)
    guesses = []
    for row, embedding in zip(cells, embeddings, strict=True):
        report.check()
        guesses.append(locate(row, embedding, artifact.reference, artifact.method).guess)
    return np.stack(guesses)


def _distances(guesses: Floats, truth: Floats) -> Floats:
    return np.diagonal(distance_matrix_km(guesses, truth))
