"""The table of landmarks is true where that can be tested, and the nearest one is found."""

from __future__ import annotations

import numpy as np

from pipeline.geography import boundaries
from pipeline.geography.landmarks import KINDS, landmarks, nearest_landmarks

SHORE_KM = 1.0  # piers, forts in the sea and beaches may lie this far outside the outline


def test_every_landmark_lies_in_the_state_that_it_names():
    table = landmarks()
    states, _ = boundaries.locate(table.latitude, table.longitude)
    elsewhere = table.name[states != table.state]
    assert elsewhere.tolist() == []
    assert boundaries.distance_outside_km(table.latitude, table.longitude).max() < SHORE_KM


def test_there_are_landmarks_of_every_kind_in_every_state_with_names_of_their_own():
    table = landmarks()
    assert len(table.name) >= 300
    assert len(np.unique(table.name)) == len(table.name)
    assert set(table.kind) == set(KINDS)
    names, counts = np.unique(table.state, return_counts=True)
    assert set(names) == set(boundaries.states()["state"])
    assert counts.min() >= 4


def test_the_nearest_landmark_and_its_distance_are_found():
    table = landmarks()
    index, distance_km = nearest_landmarks(table.latitude, table.longitude)
    assert index.tolist() == list(range(len(table.name)))
    assert distance_km.max() < 1e-6
    across_the_river, km = nearest_landmarks([27.1880], [78.0310])
    assert table.name[across_the_river] == ["Itimad-ud-Daula's Tomb"]  # the Taj Mahal is 1.8 km away
    assert 0.4 < km[0] < 0.7
