"""What texts say of the place, and how that joins what the network says."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.answers.posterior import Density, Estimate, best_guess
from predictor.answers.trust import Trust
from predictor.geodesy import Floats, distance_matrix_km, unit_vectors
from predictor.reading.evidence import AREA_KM2, CIRCUITY, fuse, hear, likelihoods, read_at, witnesses
from predictor.reading.matches import Candidate, Match

TRUSTS = {
    "milestone": Trust(0.9, 6.0),
    "place": Trust(0.8, 12.0),
    "plate": Trust(0.8, 60.0),
    "script": Trust(0.85, 0.0),
}
ANANTAPUR = Candidate("Ananthapuramu", "Andhra Pradesh", 14.68, 77.6, 3.0, 1.0)
DELHI = Candidate("Delhi", "Delhi", 28.65, 77.22, 15.0, 1.0)


def read(
    kind: str, *candidates: Candidate, km: float | None = None, states: dict | None = None, line: int = 0
) -> Match:
    return Match(kind, (line,), "", candidates, states or {}, km, 1.0)


def all_over_india() -> Density:
    """Points a degree apart from Kerala to Delhi, each as likely."""
    latitudes, longitudes = (grid.ravel() for grid in np.meshgrid(np.arange(9.0, 30), np.arange(74.0, 86)))
    return Density(unit_vectors(latitudes, longitudes), np.full(len(latitudes), 1 / len(latitudes)))


def at(latitude: float, longitude: float) -> Floats:
    return unit_vectors([latitude], [longitude])


def km_from(guess: Floats, candidate: Candidate) -> float:
    return float(distance_matrix_km(guess[None], at(candidate.latitude, candidate.longitude))[0, 0])


def test_a_board_is_believed_where_nothing_contradicts_it() -> None:
    density = fuse(all_over_india(), [read("place", ANANTAPUR)], TRUSTS)
    assert density.weights.sum() == pytest.approx(1)
    assert km_from(best_guess(density), ANANTAPUR) < 10
    near = distance_matrix_km(at(ANANTAPUR.latitude, ANANTAPUR.longitude), density.points)[0] < 40
    assert density.weights[near].sum() == pytest.approx(0.8, abs=0.1)  # the trust in a board


def test_the_network_decides_between_towns_of_one_name() -> None:
    twins = [
        Candidate("Aurangabad", "Maharashtra", 19.88, 75.32, 5, 0.8),
        Candidate("Aurangabad", "Bihar", 24.75, 84.37, 5, 0.2),
    ]
    alone = best_guess(fuse(all_over_india(), [read("place", *twins)], TRUSTS))
    assert km_from(alone, twins[0]) < 20
    in_bihar = Density(at(25.3, 85.0), np.ones(1))
    together = fuse(Density(np.concatenate([in_bihar.points] * 2), np.full(2, 0.5)), [read("place", *twins)], TRUSTS)
    assert km_from(best_guess(together), twins[1]) < 20


def test_a_milestone_is_a_ring_by_air_shorter_than_by_road() -> None:
    milestone = read("milestone", ANANTAPUR, km=132)
    on_ring, in_town = (
        at(ANANTAPUR.latitude + 100 / 111.2, ANANTAPUR.longitude),
        at(ANANTAPUR.latitude, ANANTAPUR.longitude),
    )
    there, here = likelihoods([milestone], np.concatenate([on_ring, in_town]), TRUSTS)[0]
    assert pytest.approx(132 / CIRCUITY) == 100
    assert there > 20
    assert here == pytest.approx(1 - 0.9, abs=0.05)


def test_two_milestones_cross() -> None:
    """Between Anantapur and Bengaluru, with the distances to both."""
    bengaluru = Candidate("Bengaluru", "Karnataka", 12.97, 77.59, 26.0, 1.0)
    truth = at(14.0, 77.6)
    signs = [
        read("milestone", town, km=CIRCUITY * km_from(truth[0], town), line=line)
        for line, town in enumerate((ANANTAPUR, bengaluru))
    ]
    guess = best_guess(fuse(all_over_india(), signs, TRUSTS))
    assert distance_matrix_km(guess[None], truth)[0, 0] < 35


@pytest.mark.parametrize("extent", [2.0, 30.0])
@pytest.mark.parametrize("km", [None, 3.0, 30.0, 300.0])
def test_what_a_text_says_is_a_probability_over_india(km: float | None, extent: float) -> None:
    """The ratio to an even density has a mean of one over an area that holds all of it."""
    candidate = Candidate("Somewhere", "Madhya Pradesh", 23.0, 79.0, extent, 1.0)
    kind = "place" if km is None else "milestone"
    certain = {kind: Trust(1.0, 8.0)}
    offsets = np.arange(-600, 600, 4.0)
    north, east = (grid.ravel() for grid in np.meshgrid(offsets, offsets))
    points = unit_vectors(23.0 + north / 111.195, 79.0 + east / (111.195 * np.cos(np.radians(23.0 + north / 111.195))))
    ratio = likelihoods([read(kind, candidate, km=km)], points, certain)[0]
    assert ratio.sum() * 16 / AREA_KM2 == pytest.approx(1, abs=0.06)


def test_a_misreading_cannot_take_over() -> None:
    """The network is sure of Kerala; one board says Delhi."""
    sure = Density(unit_vectors([10.0, 10.1], [76.3, 76.4]), np.array([0.5, 0.5]))
    fused = fuse(sure, [read("place", DELHI)], {"place": Trust(0.3, 12.0)})
    assert km_from(best_guess(fused), DELHI) > 1500
    assert likelihoods([read("place", DELHI)], sure.points, TRUSTS).min() == pytest.approx(1 - 0.8)


def test_one_name_on_five_signs_is_one_witness() -> None:
    signs = [read("shop", ANANTAPUR, line=line) for line in range(4)] + [read("place", ANANTAPUR, line=4)]
    assert [match.kind for match in witnesses(signs)] == ["place"]
    once, five_times = fuse(all_over_india(), signs[4:], TRUSTS), fuse(all_over_india(), signs, TRUSTS)
    assert np.array_equal(once.weights, five_times.weights)


def test_a_script_moves_the_guess_into_the_states_that_write_so() -> None:
    before = all_over_india()
    after = fuse(before, [read("script", states={"Karnataka": 1.0})], TRUSTS)
    near = distance_matrix_km(at(14.5, 76.0), before.points)[0] < 200
    assert after.weights[near].sum() > 3 * before.weights[near].sum()


def test_without_texts_or_trust_or_doubt_about_the_place_an_estimate_is_the_same_object() -> None:
    estimate = Estimate(at(14.0, 77.0)[0], all_over_india())
    assert hear(estimate, [], TRUSTS) is estimate
    assert hear(estimate, [read("place", DELHI)], {}) is estimate
    known = Estimate(at(14.0, 77.0)[0], Density(at(14.0, 77.0), np.ones(1)))
    assert hear(known, [read("place", DELHI)], TRUSTS) is known


def test_weaker_opponents_read_less() -> None:
    matches = [read("place", DELHI), read("plate", states={"Delhi": 1.0}), read("script", states={"Kerala": 1.0})]
    assert read_at("atlas", matches) == matches
    assert [match.kind for match in read_at("surveyor", matches)] == ["plate", "script"]
    assert read_at("traveller", matches) == []
