"""The ablation: the effect of each part of the method, by switching it off, or on, with all else unchanged.

Every row is trained and tuned like any version, once per seed (of the folds), and measured on photos of makers, and at
places, from which nothing was learnt or chosen (`unseen`). That decides which parts are on by default; test photos
decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.measures import grouped_interval
from pipeline.geocells import automatic_minimum
from pipeline.support.progress import SILENT, Reporter
from pipeline.training.folds import groups_of_makers
from pipeline.training.learning import FittedModel, Photos, learn
from pipeline.training.recipe import PAPER, PIGEON_CELLS, Cells, Recipe
from pipeline.training.unseen import CHOICES, Unseen, answer_unseen, together
from predictor.encoders.encoder import Encoder
from predictor.geodesy import Floats, score

SEEDS = (1, 2, 3)
REFERENCE = "as it is"
OPTICS_WITHOUT_METADATA = "with second OPTICS, without metadata in it"
PIGEON = Recipe(
    minimum=PIGEON_CELLS[0],
    maximum=PIGEON_CELLS[1],
    smoothing="pigeon",
    metadata=False,
    second_optics=True,
    retrieval=False,
    score_optimal=False,
    pigeon_refinement=True,
    reading=False,
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
        "smoothing half as wide": replace(default, tau_per_spacing=default.tau_per_spacing / 2),
        "smoothing twice as wide": replace(default, tau_per_spacing=default.tau_per_spacing * 2),
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
                "reading": "reading",
            }.items()
        ),
        OPTICS_WITHOUT_METADATA: replace(default, second_optics=True, metadata=False),
        "with large-margin loss (0.1)": replace(default, margin=0.1),
        "with large-margin loss (0.3)": replace(default, margin=0.3),
        "the paper's recipe, every part on": PAPER,
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
    """A row of the table: the distances in km (seeds, N) of the answers to all photos, and the answers of all seeds."""

    name: str
    distances: Floats
    answers: Unseen | None = None

    def figures(self, reference: Row, groups: NDArray[np.integer]) -> dict[str, Any]:
        """Means over seeds and photos, and the paired difference from the reference with its 95 % interval.

        The interval resamples groups (N,) of photos: photos of one maker are right or wrong together.
        """
        points = score(self.distances)
        gain = (points - score(reference.distances)).mean(axis=0)
        low, high = grouped_interval(gain, groups)
        row = {
            "name": self.name,
            "score": round(float(points.mean()), 1),
            "seeds": [round(float(mean), 1) for mean in points.mean(axis=1)],
            "median_km": round(float(np.median(self.distances)), 1),
            "difference": round(float(gain.mean()), 1),
            "difference_ci95": [round(low, 1), round(high, 1)],
        }
        if self.answers:
            figures = self.answers.figures(np.tile(groups, len(self.distances)))
            row |= {name: round(value, 4) for name, value in figures.items()}
        return row


def ablate(
    photos: Photos,
    makers: Sequence[str],
    places: NDArray[np.integer],
    *,
    encoder: Encoder,
    collection: str,
    recipes: dict[str, Recipe],
    seeds: Iterable[int] = SEEDS,
    report: Reporter = SILENT,
) -> dict[str, Any]:
    """The table, given photos, and their makers (N,) and place clusters (N,)."""
    rows: list[Row] = []
    seeds, done = tuple(seeds), 0
    baselines: dict[str, list[Floats]] = {}
    learner = _CachedLearner(next(iter(recipes.values())))
    groups = groups_of_makers(makers, places)
    for name, recipe in recipes.items():
        answers: list[Unseen] = []
        for seed in seeds:
            report.progress(done, len(recipes) * len(seeds), name)
            answers.append(
                answer_unseen(
                    photos,
                    makers,
                    places,
                    encoder=encoder,
                    recipe=recipe,
                    seed=seed,
                    learner=learner,
                    report=_CancelOnly(report),
                )
            )
            done += 1
        if not rows:
            for answer in answers:
                for baseline, distances in answer.baselines_km.items():
                    baselines.setdefault(baseline, []).append(distances)
        rows.append(Row(name, np.stack([answer.distances_km for answer in answers]), together(answers)))
        report.log(f"{name}: {score(rows[-1].distances).mean():,.0f} points on photos of unseen makers")
    rows += [Row(f"baseline: {name}", np.stack(by_seed)) for name, by_seed in baselines.items()]
    return {
        "collection": collection,
        "encoder": encoder.name,
        "photos": len(photos),
        "groups": len(np.unique(groups)),
        "seeds": list(seeds),
        "rows": [row.figures(rows[0], groups) for row in rows],
    }


def as_markdown(table: dict[str, Any]) -> str:
    """The table as Markdown."""
    lines = [
        "| | mean score | by seed | median km | difference (95 %) | in the circle | mean of makers "
        "| ECE cells | ECE states |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in table["rows"]:
        low, high = row["difference_ci95"]
        seeds = " / ".join(f"{value:,.0f}" for value in row["seeds"])
        difference = f"{row['difference']:+,.0f} ({low:+,.0f} to {high:+,.0f})" if row is not table["rows"][0] else ""
        cells = [
            row["name"],
            f"{row['score']:,.0f}",
            seeds,
            f"{row['median_km']:,.0f}",
            difference,
            *_calibration_cells(row),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _calibration_cells(row: dict[str, Any]) -> list[str]:
    """How often photos lie in their circle, and calibration errors beside those to expect by chance; empty for rows of
    baselines, which have neither.
    """
    if "radius_coverage" not in row:
        return [""] * 4
    return [
        f"{100 * row['radius_coverage']:.1f} %",
        f"{100 * row['radius_coverage_makers']:.1f} ± {100 * row['radius_coverage_makers_error']:.1f} %",
        *(f"{row[f'ece_{name}']:.3f} ({row[f'ece_{name}_if_calibrated']:.3f})" for name in CHOICES),
    ]


class _CachedLearner:
    """`learn` with a cache for the default recipe: half of the table's recipes differ from it only in answering, and
    most others have its geocells and the weights of its tasks.
    """

    def __init__(self, default: Recipe) -> None:
        self.default = default.without_answering()
        self.models: dict[str, FittedModel] = {}

    def __call__(self, photos: Photos, recipe: Recipe, report: Reporter, *args: Any, **options: Any) -> FittedModel:
        key = photos.data_sha256()
        if recipe.without_answering() != self.default:
            if key in self.models and _geocells(recipe) == _geocells(self.default):
                options["partition"] = self.models[key].partition
            if key in self.models and recipe.contrastive == self.default.contrastive:
                options["fitted_tasks"] = self.models[key].tasks
            return learn(photos, recipe, report, *args, **options)
        if key not in self.models:
            self.models[key] = learn(photos, recipe, report)
        return self.models[key]


def _geocells(recipe: Recipe) -> tuple[Any, ...]:
    """What geocells depend on, beside the photos."""
    return recipe.cells, recipe.minimum, recipe.maximum


class _CancelOnly:
    """A reporter that only checks for cancellation, as progress within one training is not that of the ablation."""

    def __init__(self, report: Reporter) -> None:
        self.folder = report.folder
        self.check = report.check

    def progress(self, done: int, total: int, phase: str) -> None:
        self.check()

    def log(self, text: str) -> None: ...

    def point(self, series: str, x: float, y: float) -> None: ...
