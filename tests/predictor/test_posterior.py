"""The pin maximises the expected score; prototypes share out their cell; the radius holds what it promises."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.answers.calibration import Calibration, conformal_factor, conformal_factors
from predictor.answers.method import AnswerMethod
from predictor.answers.posterior import (
    Density,
    Estimate,
    GalleryPhotos,
    Prototypes,
    Reference,
    best_guess,
    locate,
    neighbours,
    refine,
    reweigh,
    state_probabilities,
)
from predictor.geodesy import distance_matrix_km, positions, score, unit_vectors
from predictor.network.heads import unit


def _reference(pictures: int = 40, cells: int = 5, dim: int = 64) -> Reference:
    """Pictures in turn in each cell; pictures 0-9, 10-19 … of a cell's number are two prototypes a cell."""
    rng = np.random.default_rng(3)
    embeddings = unit(rng.normal(size=(pictures, dim))).astype(np.float32)
    vectors = unit_vectors(rng.uniform(10, 30, pictures), rng.uniform(70, 95, pictures))
    cell = np.arange(pictures) % cells
    of_picture = 2 * cell + (np.arange(pictures) // cells) % 2
    means = np.stack([embeddings[of_picture == prototype].mean(axis=0) for prototype in range(2 * cells)])
    prototypes = Prototypes(unit(means), np.arange(2 * cells) // 2, of_picture)
    return Reference(
        unit_vectors(rng.uniform(10, 30, cells), rng.uniform(70, 95, cells)),
        GalleryPhotos(embeddings, vectors, cell),
        prototypes,
    )


def _query(reference: Reference, picture: int) -> np.ndarray:
    """Much like one of the pictures, but not the same."""
    change = np.random.default_rng(picture).normal(0, 0.02, (1, 64))
    return unit(reference.gallery.embeddings[[picture]] + change).astype(np.float32)


def _expected(density: Density, guesses: np.ndarray, scale_km: float) -> np.ndarray:
    return score(distance_matrix_km(guesses, density.points), scale_km) @ density.weights


@pytest.mark.parametrize("scale_km", [200.0, 3828.242, 14916.862])
@pytest.mark.parametrize("seed", range(5))
def test_no_point_of_a_fine_grid_has_a_better_expected_score(scale_km: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = unit_vectors(rng.uniform(10, 30, 30), rng.uniform(70, 95, 30))
    density = Density(points, rng.dirichlet(np.full(30, 0.3)))
    grid = unit_vectors(*(axis.ravel() for axis in np.meshgrid(np.arange(8, 32, 0.25), np.arange(68, 97, 0.25))))
    best = _expected(density, grid, scale_km).max()
    assert _expected(density, best_guess(density, scale_km)[None], scale_km)[0] >= best * 0.999


def test_between_two_even_choices_a_wide_map_asks_for_the_middle_of_three() -> None:
    density = Density(unit_vectors([10, 20, 30], [78, 78, 78]), np.array([0.34, 0.32, 0.34]))
    latitude, _ = positions(best_guess(density, 20_000.0))
    assert latitude == pytest.approx(20, abs=0.5)


def test_on_a_small_map_the_most_probable_point_wins() -> None:
    density = Density(unit_vectors([10, 20, 30], [78, 78, 78]), np.array([0.4, 0.2, 0.4 - 1e-3]))
    assert positions(best_guess(density, 100.0))[0] == pytest.approx(10, abs=0.1)


def test_refinement_shares_out_exactly_the_probability_of_each_cell() -> None:
    reference, cells = _reference(), np.array([[0.5, 0.2, 0.1, 0.1, 0.1]])
    weights = refine(cells, _query(reference, 0), reference, AnswerMethod())
    assert np.bincount(reference.gallery.cells, weights[0]) == pytest.approx(cells[0])


def test_a_cell_without_pictures_hands_its_probability_to_the_others() -> None:
    reference = _reference(cells=5)
    cells = np.array([[0.2, 0.2, 0.1, 0.1, 0.1, 0.3]])  # the last holds no picture
    weights = refine(cells, _query(reference, 0), reference, AnswerMethod())
    assert np.bincount(reference.gallery.cells, weights[0]) == pytest.approx(cells[0, :5] / 0.7)


@pytest.mark.parametrize("picture", range(0, 40, 7))
def test_the_picture_most_alike_gets_most_of_its_cell(picture: int) -> None:
    reference = _reference()
    weights = refine(
        np.full((1, 5), 0.2), _query(reference, picture), reference, AnswerMethod(prototype_temperature=0.02)
    )[0]
    of_cell = np.flatnonzero(reference.gallery.cells == reference.gallery.cells[picture])
    assert of_cell[weights[of_cell].argmax()] == picture


def test_prototypes_move_probability_among_the_top_cells_only() -> None:
    cells = np.array([[0.4, 0.3, 0.2, 0.1]])
    alike = np.array([[0.1, 0.9, 0.9, 0.9, -0.5]])
    moved = reweigh(cells, alike, np.array([0, 1, 2, 3, 0]), temperature=0.2, top=2)
    assert moved[0, 2:] == pytest.approx(cells[0, 2:])
    assert moved[0, :2].sum() == pytest.approx(0.7)
    assert moved[0, 1] / moved[0, 0] == pytest.approx(0.3 / 0.4 * np.exp((0.9 - 0.1) / 0.2))


def test_the_neighbours_are_the_twenty_of_highest_cosine() -> None:
    similarity = np.random.default_rng(4).uniform(-1, 1, (3, 100))
    weights = neighbours(similarity, 0.1)
    for row, weight in zip(similarity, weights, strict=True):
        assert set(np.flatnonzero(weight)) == set(np.argsort(-row)[:20])
    assert weights.sum(axis=1) == pytest.approx(1)
    assert weights.argmax(axis=1).tolist() == similarity.argmax(axis=1).tolist()


@pytest.mark.parametrize("picture", range(40))
@pytest.mark.parametrize("refined", [True, False])
def test_a_picture_of_the_gallery_is_found_where_it_was_taken(picture: int, refined: bool) -> None:
    reference = _reference()
    stored = reference.gallery.embeddings[picture].astype(np.float16).astype(np.float32)  # as predictions are kept
    cells = np.eye(5)[(reference.gallery.cells[picture] + 1) % 5]  # the posterior is sure of another cell
    found = locate(cells, stored, reference, AnswerMethod(refine=refined))
    assert found.guess == pytest.approx(reference.gallery.vectors[picture])


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_mixture_of_cells_and_neighbours_is_a_probability(share: float) -> None:
    reference = _reference()
    density = locate(np.full(5, 0.2), _query(reference, 3)[0], reference, AnswerMethod(neighbour_share=share)).density
    assert density.weights.sum() == pytest.approx(1)
    assert density.weights[40:].sum() == pytest.approx(share)


def test_a_guess_that_refinement_moves_too_far_stays_where_the_cells_put_it() -> None:
    reference, cells = _reference(), np.array([0.9, 0.025, 0.025, 0.025, 0.025])
    embedding = _query(reference, 0)[0]
    free = locate(cells, embedding, reference, AnswerMethod()).guess
    coarse = locate(cells, embedding, reference, AnswerMethod(refine=False)).guess
    moved = distance_matrix_km(free[None], coarse[None])[0, 0]
    assert moved > 1
    assert locate(cells, embedding, reference, AnswerMethod(guard_km=moved + 1)).guess == pytest.approx(free)
    assert locate(cells, embedding, reference, AnswerMethod(guard_km=moved - 1)).guess == pytest.approx(coarse)


def test_without_the_expected_score_the_best_cell_answers_with_its_centroid_or_its_most_likely_picture() -> None:
    reference, cells = _reference(), np.array([0.1, 0.1, 0.6, 0.1, 0.1])
    embedding = _query(reference, 2)[0]
    coarse = locate(cells, embedding, reference, AnswerMethod(refine=False, score_optimal=False))
    assert coarse.guess == pytest.approx(reference.centroids[2])
    fine = locate(cells, embedding, reference, AnswerMethod(prototype_temperature=0.02, score_optimal=False))
    assert fine.guess == pytest.approx(reference.gallery.vectors[2])


def test_the_radius_holds_nine_of_ten_truths_that_behave_as_the_calibration_photos() -> None:
    rng = np.random.default_rng(5)
    spreads = rng.uniform(50, 500, 4000)
    distances = spreads * rng.exponential(1.0, 4000)
    factor = conformal_factor(distances[:2000], spreads[:2000], 0.9)
    assert (distances[2000:] <= factor * spreads[2000:]).mean() == pytest.approx(0.9, abs=0.02)


def test_the_radius_grows_with_the_spread() -> None:
    calibration = Calibration(radius_factors=(2.0,))
    near = Density(unit_vectors([20, 20.1], [78, 78]), np.array([0.5, 0.5]))
    far = Density(unit_vectors([20, 28], [78, 78]), np.array([0.5, 0.5]))
    guess = unit_vectors(20, 78)
    near_km, far_km = (Estimate(guess, density).spread_km for density in (near, far))
    assert calibration.radius_km(near_km, 0.5) == pytest.approx(2 * near_km)
    assert calibration.radius_km(near_km, 0.5) < calibration.radius_km(far_km, 0.5)


def test_circles_hold_nine_of_ten_also_among_pictures_that_resemble_nothing_known() -> None:
    rng = np.random.default_rng(5)
    cosines, spreads = rng.uniform(0.0, 1.0, 8000), rng.uniform(50, 500, 8000)
    distances = spreads * rng.exponential(1.0, 8000) * np.where(cosines < 0.4, 3.0, 1.0)
    factors, bounds = conformal_factors(distances[:4000], spreads[:4000], cosines[:4000])
    assert factors[0] > factors[-1]
    calibration = Calibration(radius_factors=factors, radius_cosines=bounds)
    radii = np.array(list(map(calibration.radius_km, spreads[4000:], cosines[4000:])))
    held = distances[4000:] <= radii
    for group in np.array_split(np.argsort(cosines[4000:]), 3):
        assert held[group].mean() == pytest.approx(0.9, abs=0.03)
    assert len(conformal_factors(distances[:60], spreads[:60], cosines[:60])[0]) == 1  # too few for groups


def test_states_sum_their_cells() -> None:
    cells, states = np.array([[0.2, 0.3, 0.4, 0.1]]), np.array(["Goa", "Kerala", "Punjab", "Goa"])
    probabilities, names = state_probabilities(cells, states)
    assert names.tolist() == ["Goa", "Kerala", "Punjab"]
    assert probabilities[0] == pytest.approx([0.3, 0.3, 0.4])


def test_a_temperature_flattens_states_and_keeps_their_order() -> None:
    cells, states = np.array([[0.2, 0.3, 0.4, 0.1]]), np.array(["Goa", "Kerala", "Punjab", "Goa"])
    flat, _ = state_probabilities(cells, states, temperature=2.0)
    assert flat[0, 2] == pytest.approx(0.4**0.5 / (0.4**0.5 + 2 * 0.3**0.5))
    assert flat.sum() == pytest.approx(1.0)


def test_doubt_is_shared_by_all_states_of_india_also_those_without_cells() -> None:
    probabilities, _ = state_probabilities(np.array([[0.75, 0.25]]), np.array(["Goa", "Kerala"]), doubt=0.36)
    assert probabilities[0] == pytest.approx([0.64 * 0.75 + 0.01, 0.64 * 0.25 + 0.01])
