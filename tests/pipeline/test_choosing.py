"""Hyperparameters are those that are best on held-out photos, in made cases where it is known which these are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import shapely

from pipeline.support.progress import SilentReporter
from pipeline.training import choosing
from pipeline.training.choosing import PENALTIES, HeldOutFold
from pipeline.training.learning import targets
from pipeline.training.recipe import NARROW, Recipe
from pipeline.training.trusting import no_matches
from predictor.answers.partition import Partition
from predictor.answers.posterior import GalleryPhotos, state_probabilities
from predictor.geodesy import Floats, positions, unit_vectors
from predictor.network.heads import unit

CELLS = unit_vectors([28.6, 27.0, 24.5, 13.0], [77.2, 78.5, 80.0, 80.2])
PHOTOS = 60


@dataclass
class MadeModel:
    """Stands for a fitted model: what its heads say of the held-out photos is given."""

    logits: list[Floats]  # (n, C) for each penalty
    evidence: dict[str, Floats]  # (n, C) for each task
    gallery: GalleryPhotos

    @property
    def partition(self) -> Partition:
        names = np.array([str(number) for number in range(len(CELLS))])
        boxes = np.array([shapely.box(y - 1, x - 1, y + 1, x + 1) for x, y in zip(*positions(CELLS), strict=True)])
        return Partition(names, names, CELLS, boxes)

    @property
    def tasks(self) -> dict[str, Any]:
        return {
            name: SimpleNamespace(evidence=lambda _, values=values: values) for name, values in self.evidence.items()
        }

    def heads(self, penalty: int, shares: dict, hierarchy: bool) -> Any:
        return SimpleNamespace(logits=lambda embeddings: self.logits[penalty])


def made_fold(seed: int, **model: Any) -> Any:
    """Photos near the cells, which look like those of the gallery that lie at the same places."""
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, len(CELLS), PHOTOS)
    vectors = unit(CELLS[cells] + rng.normal(0, 0.01, (PHOTOS, 3)))
    embeddings = unit(rng.normal(size=(PHOTOS, 32))).astype(np.float32)
    gallery = GalleryPhotos(embeddings, vectors, cells)
    fitted = MadeModel(**({"logits": [], "evidence": {}, "gallery": gallery} | model))
    return HeldOutFold(
        fitted, embeddings, vectors, fitted.partition.states[cells], np.arange(PHOTOS), no_matches(PHOTOS)
    )


def wanted(fold: HeldOutFold) -> Floats:
    """The log of the cells' probabilities that training aims at (n, C)."""
    return np.log(targets(NARROW, fold.vectors, fold.learnt.partition))


@pytest.fixture
def pooled() -> list[Any]:
    """Folds in which half the logits and 0.7 of the evidence of "state" make the target, and "season" knows nothing."""
    folds = []
    for seed in (1, 2):
        fold, rng = made_fold(seed), np.random.default_rng(10 + seed)
        state, season = rng.normal(size=(2, PHOTOS, len(CELLS)))
        fold.learnt.logits = [2 * (wanted(fold) - 0.7 * state)]
        fold.learnt.evidence = {"season": season, "state": state}
        folds.append(fold)
    return folds


def test_the_gradient_of_the_shares_is_that_of_finite_differences(pooled, monkeypatch) -> None:
    points, step = np.array([[1.0, 0.0, 0.0], [0.4, 0.3, 1.1], [0.6, 0.5, 0.2]]), 1e-5
    tried = []

    def spy(loss, start, **options):
        for point in points:
            slope = [(loss(point + d)[0] - loss(point - d)[0]) / (2 * step) for d in step * np.eye(3)]
            tried.append((loss(point)[1], slope))
        return SimpleNamespace(x=start)

    monkeypatch.setattr(choosing, "minimize", spy)
    choosing._choose_shares(pooled, Recipe(multitask=True), 0, 1.0)
    for gradient, slope in tried:
        assert gradient == pytest.approx(slope, rel=1e-5)
    assert len(tried) == len(points)


def test_evidence_is_weighed_by_what_it_is_worth(pooled) -> None:
    temperature, shares = choosing._choose_shares(pooled, Recipe(multitask=True), 0, 1.0)
    assert temperature == pytest.approx(2.0, abs=0.02)
    assert shares["state"] == pytest.approx(0.7, abs=0.02)
    assert shares.get("season", 0.0) < 0.02


@pytest.mark.parametrize("recipe", [Recipe(multitask=False), Recipe(multitask=True, tasks=())])
def test_a_recipe_without_tasks_keeps_the_temperature(pooled, recipe) -> None:
    assert choosing._choose_shares(pooled, recipe, 0, 1.3) == (1.3, {})


@pytest.mark.parametrize("right", [0, 3])
def test_the_penalty_and_the_temperature_are_those_whose_cells_are_right(right: int) -> None:
    folds = [made_fold(seed) for seed in (3, 4)]
    for fold in folds:
        noise = np.random.default_rng(5).normal(size=(len(PENALTIES), PHOTOS, len(CELLS)))
        fold.learnt.logits = [*noise]
        fold.learnt.logits[right] = 1.5 * wanted(fold)
    penalty, temperature = choosing._choose_penalty(folds, Recipe(), SilentReporter())
    assert penalty == right
    nearest = np.abs(np.log(choosing.TEMPERATURES / 1.5)).argmin()
    assert temperature == pytest.approx(choosing.TEMPERATURES[nearest])


@pytest.mark.parametrize("cells_are_right", [False, True])
def test_neighbours_have_a_share_where_they_know_more_than_the_cells(cells_are_right: bool) -> None:
    folds, cells = [], []
    for seed in (6, 7):
        fold = made_fold(seed)
        own = fold.learnt.gallery.cells
        told = own if cells_are_right else (own + 2) % len(CELLS)
        cells.append(np.eye(len(CELLS))[told])
        if cells_are_right:  # and what looks alike lies elsewhere
            gallery = fold.learnt.gallery
            shuffled = np.random.default_rng(8).permutation(PHOTOS)
            fold.learnt.gallery = GalleryPhotos(gallery.embeddings[shuffled], gallery.vectors, gallery.cells)
        folds.append(fold)
    recipe = Recipe(refine=False, retrieval=True)
    method = choosing._choose_method(folds, cells, recipe, SilentReporter())
    if cells_are_right:
        assert method.neighbour_share == 0
    else:
        assert method.neighbour_share >= 0.5  # from there on the right photo outweighs a wrong cell


def test_one_held_out_photo_in_a_hundred_counts_as_doubtful() -> None:
    fold = made_fold(9)
    cosines = np.linspace(0, 1, PHOTOS)
    gallery = GalleryPhotos(np.eye(1, 32, dtype=np.float32), CELLS[:1], np.zeros(1, int))
    embeddings = np.zeros((PHOTOS, 32), np.float32)
    embeddings[:, 0], embeddings[:, 1] = cosines, np.sqrt(1 - cosines**2)
    fold.learnt.gallery = gallery
    nearest = choosing._nearest_cosines(
        [HeldOutFold(fold.learnt, embeddings, fold.vectors, fold.states, fold.groups, fold.matches)]
    )
    doubt = choosing._doubt_cosine(nearest)
    assert doubt == pytest.approx(np.quantile(cosines, choosing.DOUBTED_SHARE), abs=1e-4)


def test_the_usual_option_stays_unless_another_is_clearly_better() -> None:
    noise = np.random.default_rng(3).normal(0, 500, (2, 400))
    usual, luckier, better = noise[0], noise[0] + 20 + noise[1], noise[0] + 200 + noise[1]
    assert luckier.mean() > usual.mean()
    alone = np.arange(400)
    assert choosing.best_option([luckier, usual], 1, alone) == 1
    assert choosing.best_option([luckier, usual, better], 1, alone) == 2


def test_what_helps_one_photographer_only_is_not_clearly_better() -> None:
    usual, groups = np.full(400, 1000.0), np.arange(400) // 100
    better_for_one, better_for_all = usual + 400 * (groups == 0), usual + 100
    assert choosing.best_option([usual, better_for_one], 0, np.arange(400)) == 1
    assert choosing.best_option([usual, better_for_one], 0, groups) == 0
    assert choosing.best_option([usual, better_for_all], 0, groups) == 1


@pytest.mark.parametrize("sureness", [0.4, 0.9])
def test_states_are_as_sure_as_they_are_right(sureness: float) -> None:
    """Cells that are right in six of ten cases, whatever they say of themselves."""
    folds, cells = [made_fold(seed) for seed in range(20)], []
    rng = np.random.default_rng(1)
    for fold in folds:
        right = np.array([int(state) for state in fold.states])
        told = np.where(rng.random(PHOTOS) < 0.6, right, (right + rng.integers(1, len(CELLS), PHOTOS)) % len(CELLS))
        rest = (1 - sureness) / (len(CELLS) - 1)
        cells.append(np.where(np.eye(len(CELLS), dtype=bool)[told], sureness, rest))
    temperature, doubt = choosing._calibrate_states(folds, cells)
    states, _ = state_probabilities(np.concatenate(cells), folds[0].learnt.partition.states, temperature, doubt)
    assert states.max(axis=1).mean() == pytest.approx(0.6, abs=0.05)


def test_photos_of_states_without_cells_are_doubted() -> None:
    folds = [made_fold(seed) for seed in range(20)]
    cells = [
        np.where(np.eye(len(CELLS), dtype=bool)[[int(state) for state in fold.states]], 0.97, 0.01) for fold in folds
    ]
    abroad = [replace(fold, states=np.where(np.arange(PHOTOS) % 2, fold.states, "elsewhere")) for fold in folds]
    _, doubt = choosing._calibrate_states(abroad, cells)
    assert doubt == pytest.approx(0.5, abs=0.1)
    _, doubt = choosing._calibrate_states(folds, cells)
    assert doubt == 0
