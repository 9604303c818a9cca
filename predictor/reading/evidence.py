"""What texts in a picture say of the place: a likelihood over India for each match, and a density that heeds them all.

A text speaks of the place where the picture was taken with a probability, its trust, and is anything else otherwise: a
misreading, a shop called after a far town, a bus on a long journey. So a likelihood never falls below 1 - trust, and
no single text can rule the truth out.

The product of the density that the network gives and the likelihoods is taken at points drawn from both, weighed by the
balance heuristic of multiple importance sampling (Veach & Guibas 1995): a town far from every training photo counts,
too, and what agrees with the network counts most.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from predictor.answers.levels import READS, best_centroids
from predictor.answers.posterior import Density, Estimate, best_guess
from predictor.answers.trust import Trust
from predictor.gazetteer.table import of_kind
from predictor.geodesy import EARTH_RADIUS_KM, INDIA_SCALE_KM, Floats, distance_matrix_km, unit_vectors
from predictor.reading.matches import Match

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

AREA_KM2 = 3_287_263.0  # of India (Census of India 2011)
CIRCUITY = 1.32  # road distance in multiples of the air distance: 1.31 in India (Ballou, Rahardja, Sakai 2002)
CIRCUITY_DEVIATION = 0.1  # of a single road, relative
BANDWIDTH_KM = 100.0  # of the network's density, which is given by points
UNSEEN = 0.1  # probability that the picture is of a place that the network's density leaves out
HEAVIEST = 400  # points of most weight that the network's density is taken from; the rest weighs next to nothing
STEPS = 12  # directions from a candidate in which points are drawn
AREAS_ONLY = 0.5  # trust in a candidate's place, of the trust in its state, where a match names both
# From the most telling to the least; of several texts with one meaning only the first of these counts.
ORDER = ("milestone", "place", "pin", "phone", "landmark", "institution", "plate", "operator", "shop", "script")


@dataclass(frozen=True)
class Cloud:
    """Points (n, 3), unit vectors, with masses (n,) that sum to one, drawn from what a match means."""

    points: Floats
    masses: Floats


def witnesses(matches: Sequence[Match]) -> list[Match]:
    """The matches without repetitions: one name on five signs is one witness."""
    ordered = sorted(matches, key=lambda match: (ORDER.index(match.kind), -match.agreement))
    kept: dict[frozenset[object], Match] = {}
    for match in ordered:
        kept.setdefault(_meaning(match), match)
    return sorted(kept.values(), key=lambda match: match.lines)


def most_telling(matches: Sequence[Match]) -> str:
    """The kind of the match that tells most, "" without matches."""
    return min((match.kind for match in matches), key=ORDER.index, default="")


def read_at(level: str, matches: Sequence[Match]) -> list[Match]:
    """The matches that an opponent of this level can read."""
    return [match for match in matches if level not in READS or match.kind in READS[level]]


def level_guesses(
    centroids: Floats,
    cells: Floats,
    level: str,
    matches: Sequence[Sequence[Match]],
    trusts: Mapping[str, Trust],
) -> Floats:
    """The guesses (N, 3) of a weaker opponent that believes these cell probabilities (N, C) of cells with centroids
    (C, 3), and reads what it can of the N pictures' matches.
    """
    guesses = best_centroids(cells, centroids)
    for row, texts in enumerate(matches):
        seen = Estimate(guesses[row], Density(centroids, cells[row]))
        guesses[row] = hear(seen, read_at(level, texts), trusts).guess
    return guesses


def hear(
    estimate: Estimate, matches: Sequence[Match], trusts: Mapping[str, Trust], scale_km: float = INDIA_SCALE_KM
) -> Estimate:
    """The estimate that heeds these matches, too; the same one if none is trusted, or if the place is known."""
    if len(estimate.density.points) == 1:
        return estimate
    density = fuse(estimate.density, matches, trusts)
    return estimate if density is estimate.density else Estimate(best_guess(density, scale_km), density)


def fuse(density: Density, matches: Sequence[Match], trusts: Mapping[str, Trust]) -> Density:
    """The density that heeds these matches, too; the same one if there are none."""
    heard = [match for match in witnesses(matches) if match.kind in trusts]
    if not heard:
        return density
    heaviest = np.argsort(-density.weights, kind="stable")[:HEAVIEST]
    own = Cloud(density.points[heaviest], density.weights[heaviest] / density.weights[heaviest].sum())
    clouds = [own, *(cloud for match in heard if (cloud := _cloud(match, trusts[match.kind])))]
    points = np.concatenate([cloud.points for cloud in clouds])
    network = own.masses @ _gauss(distance_matrix_km(own.points, points), BANDWIDTH_KM)
    proposal = (
        network
        + sum(
            (_places(match, points, trusts[match.kind]) for match in heard if match.candidates), np.zeros(len(points))
        )
        / AREA_KM2
    )
    prior = (1 - UNSEEN) * network + UNSEEN / AREA_KM2
    masses = np.concatenate([cloud.masses for cloud in clouds])
    weights = masses * prior / proposal * likelihoods(heard, points, trusts).prod(axis=0)
    return Density(points, weights / weights.sum())


def likelihoods(matches: Sequence[Match], points: Floats, trusts: Mapping[str, Trust]) -> Floats:
    """Likelihoods (M, N) of matches at unit vectors (N, 3), relative to no text: at least 1 - trust."""
    rows = []
    for match in matches:
        trust = trusts[match.kind]
        share = trust.share * match.agreement
        rows.append(1 - share + share * _ratio(match, points, trust))
    return np.array(rows).reshape(len(matches), len(points))


def _ratio(match: Match, points: Floats, trust: Trust) -> Floats:
    """How much likelier (N,) the text is at these points than anywhere in India, if it speaks of the place."""
    if not match.states:
        return _places(match, points, trust)
    states, share = _states_of(points), _shares()
    inside = sum((weight / share[state] * (states == state) for state, weight in match.states.items()), np.zeros(1))
    if not match.candidates:
        return inside
    return AREAS_ONLY * inside + (1 - AREAS_ONLY) * _places(match, points, trust)


def _places(match: Match, points: Floats, trust: Trust) -> Floats:
    """The density (N,) of where a match's candidates send one, relative to an even one over India."""
    ratio = np.zeros(len(points))
    for candidate in match.candidates:
        distance = distance_matrix_km(unit_vectors([candidate.latitude], [candidate.longitude]), points)[0]
        width = _width(candidate.extent_km, trust, match.distance_km)
        if match.distance_km is None:
            near = _gauss(distance, width)
        else:
            radius = match.distance_km / CIRCUITY
            near = np.exp(-0.5 * ((distance - radius) / width) ** 2) / _ring_area(radius, width)
        ratio += candidate.weight * near * AREA_KM2
    return ratio


def _cloud(match: Match, trust: Trust) -> Cloud | None:
    """Points where a match's candidates send one; None for a match that names areas only."""
    if not match.candidates:
        return None
    points, masses = [], []
    for candidate in match.candidates:
        width = _width(candidate.extent_km, trust, match.distance_km)
        radius = 0.0 if match.distance_km is None else match.distance_km / CIRCUITY
        # Rings that part the bell curve, or the ring of a milestone, into pieces of equal probability.
        steps = (
            [radius - 1.3 * width, radius, radius + 1.3 * width] if radius > 1.3 * width else [0.6 * width, 1.5 * width]
        )
        rings = [r for r in steps if r > 0]
        points += [_ring(candidate.latitude, candidate.longitude, ring) for ring in rings]
        masses += [np.full(STEPS, candidate.weight / len(rings) / STEPS) for _ in rings]
        if radius <= width:
            points.append(unit_vectors([candidate.latitude], [candidate.longitude]))
            masses.append(np.array([candidate.weight / len(rings)]))
    all_masses = np.concatenate(masses)
    return Cloud(np.concatenate(points), all_masses / all_masses.sum())


def _ring(latitude: float, longitude: float, radius_km: float) -> Floats:
    """Points (STEPS, 3) at this distance from a position in degrees, in all directions."""
    bearing, angle = np.arange(STEPS) * 2 * np.pi / STEPS, radius_km / EARTH_RADIUS_KM
    phi, centre = np.radians(latitude), np.radians(longitude)
    to_phi = np.arcsin(np.sin(phi) * np.cos(angle) + np.cos(phi) * np.sin(angle) * np.cos(bearing))
    to_lambda = centre + np.arctan2(
        np.sin(bearing) * np.sin(angle) * np.cos(phi), np.cos(angle) - np.sin(phi) * np.sin(to_phi)
    )
    return unit_vectors(np.degrees(to_phi), np.degrees(to_lambda))


def _width(extent_km: float, trust: Trust, distance_km: float | None) -> float:
    """Standard deviation in km of the distance from a candidate, or from the ring around it."""
    road = 0.0 if distance_km is None else CIRCUITY_DEVIATION * distance_km / CIRCUITY
    return float(np.hypot(np.hypot(extent_km, trust.width_km), road))


def _gauss(distance_km: Floats, width_km: float) -> Floats:
    """Density per square kilometre, at this distance, of a round bell curve."""
    return np.exp(-0.5 * (distance_km / width_km) ** 2) / (2 * np.pi * width_km**2)


def _ring_area(radius_km: float, width_km: float) -> float:
    """The integral in square kilometres, over the plane, of exp(-((d - radius) / width)² / 2), d from the centre."""
    inwards = radius_km / (width_km * math.sqrt(2))
    bell = width_km * math.sqrt(math.pi / 2) * (1 + math.erf(inwards))
    return 2 * math.pi * (width_km**2 * math.exp(-(inwards**2)) + radius_km * bell)


def _meaning(match: Match) -> frozenset[object]:
    """What a match names, the same for all signs with one name."""
    places = frozenset((candidate.name, candidate.state) for candidate in match.candidates)
    return places or frozenset([match.kind == "script", *match.states.items()])


def _states_of(points: Floats) -> NDArray[np.str_]:
    """The states (N,) of unit vectors (N, 3): those of the nearest towns."""
    tree, states = _towns()
    return states[tree.query(points)[1]]


@cache
def _towns() -> tuple[cKDTree, NDArray[np.str_]]:
    from scipy.spatial import cKDTree  # imported here: most pictures have no text, and it slows down every start

    towns = [*of_kind("town"), *of_kind("district")]
    vectors = unit_vectors([town.latitude for town in towns], [town.longitude for town in towns])
    return cKDTree(vectors), np.array([town.state for town in towns])


@cache
def _shares() -> Mapping[str, float]:
    """The share of the towns' inhabitants that live in each state."""
    inhabitants = {state.name: 1.0 for state in of_kind("state")}
    for town in of_kind("town"):
        inhabitants[town.state] += town.population
    total = sum(inhabitants.values())
    return {state: count / total for state, count in inhabitants.items()}
