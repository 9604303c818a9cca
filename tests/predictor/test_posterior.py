"""The pin maximises the expected score; prototypes share out their cell; the radius holds what it promises."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.answers.posterior import (
    Calibration,
    Density,
    Known,
    Places,
    Prototypes,
    best_guess,
    conformal_factor,
    locate,
    neighbours,
    radius_km,
    rank_states,
    refine,
    reweighed,
    spread_km,
)
from predictor.geodesy import distance_matrix_km, positions, score, unit_vectors
from predictor.network.heads import unit

RNG = np.random.default_rng(3)


def _known(pictures: int = 40, cells: int = 5, dim: int = 64) -> Known:
    """Pictures in turn in each cell; pictures 0-9, 10-19 … of a cell's number are two prototypes a cell."""
    embeddings = unit(RNG.normal(size=(pictures, dim))).astype(np.float32)
    vectors = unit_vectors(RNG.uniform(10, 30, pictures), RNG.uniform(70, 95, pictures))
    cell = np.arange(pictures) % cells
    of_picture = 2 * cell + (np.arange(pictures) // cells) % 2
    means = np.stack([embeddings[of_picture == prototype].mean(axis=0) for prototype in range(2 * cells)])
    prototypes = Prototypes(unit(means), np.arange(2 * cells) // 2, of_picture)
    return Known(
        unit_vectors(RNG.uniform(10, 30, cells), RNG.uniform(70, 95, cells)),
        Places(embeddings, vectors, cell),
        prototypes,
    )


def _query(known: Known, picture: int) -> np.ndarray:
    """Much like one of the pictures, but not the same."""
    return unit(known.gallery.embeddings[[picture]] + RNG.normal(0, 0.02, (1, 64))).astype(np.float32)


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


def test_refinement_shares_out_exactly_the_probability_of_each_cell() -> None:
    known, cells = _known(), np.array([[0.5, 0.2, 0.1, 0.1, 0.1]])
    weights = refine(cells, _query(known, 0), known, Calibration())
    assert np.bincount(known.gallery.cells, weights[0]) == pytest.approx(cells[0])


def test_a_cell_without_pictures_hands_its_probability_to_the_others() -> None:
    known = _known(cells=5)
    cells = np.array([[0.2, 0.2, 0.1, 0.1, 0.1, 0.3]])  # the last holds no picture
    weights = refine(cells, _query(known, 0), known, Calibration())
    assert np.bincount(known.gallery.cells, weights[0]) == pytest.approx(cells[0, :5] / 0.7)


@pytest.mark.parametrize("picture", range(0, 40, 7))
def test_the_picture_most_alike_gets_most_of_its_cell(picture: int) -> None:
    known = _known()
    weights = refine(np.full((1, 5), 0.2), _query(known, picture), known, Calibration(prototype_temperature=0.02))[0]
    of_cell = np.flatnonzero(known.gallery.cells == known.gallery.cells[picture])
    assert of_cell[weights[of_cell].argmax()] == picture


def test_prototypes_move_probability_among_the_top_cells_only() -> None:
    cells = np.array([[0.4, 0.3, 0.2, 0.1]])
    alike = np.array([[0.1, 0.9, 0.9, 0.9, -0.5]])
    moved = reweighed(cells, alike, np.array([0, 1, 2, 3, 0]), temperature=0.2, top=2)
    assert moved[0, 2:] == pytest.approx(cells[0, 2:])
    assert moved[0, :2].sum() == pytest.approx(0.7)
    assert moved[0, 1] / moved[0, 0] == pytest.approx(0.3 / 0.4 * np.exp((0.9 - 0.1) / 0.2))


def test_the_neighbours_are_the_twenty_of_highest_cosine() -> None:
    similarity = RNG.uniform(-1, 1, (3, 100))
    weights = neighbours(similarity, 0.1)
    for row, weight in zip(similarity, weights, strict=True):
        assert set(np.flatnonzero(weight)) == set(np.argsort(-row)[:20])
    assert weights.sum(axis=1) == pytest.approx(1)
    assert weights.argmax(axis=1).tolist() == similarity.argmax(axis=1).tolist()


@pytest.mark.parametrize("picture", range(40))
@pytest.mark.parametrize("refined", [True, False])
def test_a_picture_of_the_gallery_is_found_where_it_was_taken(picture: int, refined: bool) -> None:
    known = _known()
    stored = known.gallery.embeddings[picture].astype(np.float16).astype(np.float32)  # as predictions are kept
    cells = np.eye(5)[(known.gallery.cells[picture] + 1) % 5]  # the posterior is sure of another cell
    found = locate(cells, stored, known, Calibration(refine=refined))
    assert found.guess == pytest.approx(known.gallery.vectors[picture])


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_mixture_of_cells_and_neighbours_is_a_probability(share: float) -> None:
    known = _known()
    where = locate(np.full(5, 0.2), _query(known, 3)[0], known, Calibration(neighbour_share=share)).where
    assert where.weights.sum() == pytest.approx(1)
    assert where.weights[40:].sum() == pytest.approx(share)


def test_a_guess_that_refinement_moves_too_far_stays_where_the_cells_put_it() -> None:
    known, cells = _known(), np.array([0.9, 0.025, 0.025, 0.025, 0.025])
    embedding = _query(known, 0)[0]
    free = locate(cells, embedding, known, Calibration()).guess
    coarse = locate(cells, embedding, known, Calibration(refine=False)).guess
    moved = distance_matrix_km(free[None], coarse[None])[0, 0]
    assert moved > 1
    assert locate(cells, embedding, known, Calibration(guard_km=moved + 1)).guess == pytest.approx(free)
    assert locate(cells, embedding, known, Calibration(guard_km=moved - 1)).guess == pytest.approx(coarse)


def test_without_the_expected_score_the_best_cell_answers_with_its_centroid_or_its_most_likely_picture() -> None:
    known, cells = _known(), np.array([0.1, 0.1, 0.6, 0.1, 0.1])
    embedding = _query(known, 2)[0]
    coarse = locate(cells, embedding, known, Calibration(refine=False, score_optimal=False))
    assert coarse.guess == pytest.approx(known.centroids[2])
    fine = locate(cells, embedding, known, Calibration(prototype_temperature=0.02, score_optimal=False))
    assert fine.guess == pytest.approx(known.gallery.vectors[2])


def test_the_radius_holds_nine_of_ten_truths_that_behave_as_the_calibration_photos() -> None:
    spreads = RNG.uniform(50, 500, 4000)
    distances = spreads * RNG.exponential(1.0, 4000)
    factor = conformal_factor(distances[:2000], spreads[:2000], 0.9)
    assert (distances[2000:] <= factor * spreads[2000:]).mean() == pytest.approx(0.9, abs=0.02)


def test_the_radius_grows_with_the_spread() -> None:
    how = Calibration(radius_factor=2.0)
    near = Density(unit_vectors([20, 20.1], [78, 78]), np.array([0.5, 0.5]))
    far = Density(unit_vectors([20, 28], [78, 78]), np.array([0.5, 0.5]))
    guess = unit_vectors(20, 78)
    assert radius_km(near, guess, how) == pytest.approx(2 * spread_km(near, guess))
    assert radius_km(near, guess, how) < radius_km(far, guess, how)


def test_states_sum_their_cells_and_come_most_probable_first() -> None:
    ranking = rank_states(np.array([0.2, 0.3, 0.4, 0.1]), np.array(["Goa", "Kerala", "Punjab", "Goa"]))
    assert [name for name, _ in ranking] == ["Punjab", "Goa", "Kerala"]
    assert dict(ranking)["Goa"] == pytest.approx(0.3)
