"""The pin maximises the expected score; prototypes share out their cell; the radius holds what it promises."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.geodesy import distance_matrix_km, positions, score, unit_vectors
from predictor.posterior import (
    Calibration,
    Density,
    Places,
    best_guess,
    conformal_factor,
    density,
    neighbours,
    radius_km,
    rank_states,
    refined,
    spread_km,
)

RNG = np.random.default_rng(3)


def _places(count: int, cells: int, dim: int = 8) -> Places:
    embeddings = RNG.normal(size=(count, dim)).astype(np.float32)
    vectors = unit_vectors(RNG.uniform(10, 30, count), RNG.uniform(70, 95, count))
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    return Places(unit, vectors, np.arange(count) % cells)


def _expected(where: Density, guesses: np.ndarray, scale_km: float) -> np.ndarray:
    return score(distance_matrix_km(guesses, where.points), scale_km) @ where.weights


@pytest.mark.parametrize("scale_km", [200.0, 3828.242, 14916.862])
@pytest.mark.parametrize("seed", range(5))
def test_no_point_of_a_fine_grid_has_a_better_expected_score(scale_km: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = unit_vectors(rng.uniform(10, 30, 30), rng.uniform(70, 95, 30))
    where = Density(points, rng.dirichlet(np.full(30, 0.3)))
    grid = unit_vectors(*(axis.ravel() for axis in np.meshgrid(np.arange(8, 32, 0.25), np.arange(68, 97, 0.25))))
    best = _expected(where, grid, scale_km).max()
    assert _expected(where, best_guess(where, scale_km)[None], scale_km)[0] >= best * 0.999


def test_between_two_even_choices_a_wide_map_asks_for_the_middle_of_three() -> None:
    where = Density(unit_vectors([10, 20, 30], [78, 78, 78]), np.array([0.34, 0.32, 0.34]))
    latitude, _ = positions(best_guess(where, 20_000.0))
    assert latitude == pytest.approx(20, abs=0.5)


def test_on_a_small_map_the_most_probable_point_wins() -> None:
    where = Density(unit_vectors([10, 20, 30], [78, 78, 78]), np.array([0.4, 0.2, 0.4 - 1e-3]))
    assert positions(best_guess(where, 100.0))[0] == pytest.approx(10, abs=0.1)


def test_prototypes_share_out_exactly_the_probability_of_their_cell() -> None:
    prototypes, cells = _places(40, 5), np.array([0.5, 0.2, 0.1, 0.1, 0.1])
    where = refined(cells, prototypes.embeddings[0], prototypes, 0.1)
    assert np.bincount(prototypes.cells, where.weights) == pytest.approx(cells)


def test_the_prototype_most_alike_gets_most_of_its_cell() -> None:
    prototypes = _places(40, 5)
    where = refined(np.full(5, 0.2), prototypes.embeddings[7], prototypes, 0.1)
    of_cell = np.flatnonzero(prototypes.cells == prototypes.cells[7])
    assert of_cell[where.weights[of_cell].argmax()] == 7


def test_the_neighbours_are_the_twenty_of_highest_cosine() -> None:
    gallery = _places(100, 5)
    query = gallery.embeddings[3]
    where = neighbours(query, gallery, 0.1)
    expected = gallery.vectors[np.argsort(-(gallery.embeddings @ query))[:20]]
    assert {tuple(row) for row in where.points} == {tuple(row) for row in expected}
    assert where.weights.sum() == pytest.approx(1)
    assert where.weights.argmax() == 0


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_mixture_of_cells_and_neighbours_is_a_probability(share: float) -> None:
    prototypes, gallery = _places(40, 5), _places(100, 5)
    how = Calibration(1.0, 0.1, 0.1, share, 1.0)
    where = density(np.full(5, 0.2), gallery.embeddings[0], prototypes, gallery, how)
    assert where.weights.sum() == pytest.approx(1)
    assert where.weights[len(prototypes.cells) :].sum() == pytest.approx(share)


def test_the_radius_holds_nine_of_ten_truths_that_behave_as_the_calibration_photos() -> None:
    spreads = RNG.uniform(50, 500, 4000)
    distances = spreads * RNG.exponential(1.0, 4000)
    factor = conformal_factor(distances[:2000], spreads[:2000], 0.9)
    assert (distances[2000:] <= factor * spreads[2000:]).mean() == pytest.approx(0.9, abs=0.02)


def test_the_radius_grows_with_the_spread() -> None:
    how = Calibration(1.0, 0.1, 0.1, 0.0, 2.0)
    near = Density(unit_vectors([20, 20.1], [78, 78]), np.array([0.5, 0.5]))
    far = Density(unit_vectors([20, 28], [78, 78]), np.array([0.5, 0.5]))
    guess = unit_vectors(20, 78)
    assert radius_km(near, guess, how) == pytest.approx(2 * spread_km(near, guess))
    assert radius_km(near, guess, how) < radius_km(far, guess, how)


def test_states_sum_their_cells_and_come_most_probable_first() -> None:
    ranking = rank_states(np.array([0.2, 0.3, 0.4, 0.1]), np.array(["Goa", "Kerala", "Punjab", "Goa"]))
    assert [name for name, _ in ranking] == ["Punjab", "Goa", "Kerala"]
    assert dict(ranking)["Goa"] == pytest.approx(0.3)
