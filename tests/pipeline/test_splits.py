"""Splits follow places: linked photos share one, known photos keep theirs, and the shares come out as meant."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipeline.photos.splits import assign_splits, place_clusters, split_of_place

KM = 1 / 111.195  # degrees of latitude


def assign(latitudes, longitudes, *, sequences=None, groups=None, hashes=None, known=None):
    blank = [""] * len(latitudes)
    return assign_splits(
        latitudes=latitudes,
        longitudes=longitudes,
        sequences=sequences or blank,
        near_duplicate_groups=groups or blank,
        perceptual_hashes=hashes or blank,
        current_splits=known or blank,
    )


def somewhere_of(split, start=20.0):
    return next(start + step * 0.1 for step in range(100) if split_of_place(start + step * 0.1, 78.0) == split)


def test_shares_are_about_70_10_20():
    rng = np.random.default_rng(3)
    counts = Counter(
        split_of_place(a, b) for a, b in zip(rng.uniform(8, 35, 20_000), rng.uniform(69, 96, 20_000), strict=True)
    )
    assert counts["train"] / 20_000 == pytest.approx(0.7, abs=0.02)
    assert counts["validation"] / 20_000 == pytest.approx(0.1, abs=0.01)
    assert counts["test"] / 20_000 == pytest.approx(0.2, abs=0.02)


def test_the_split_of_a_place_never_changes():
    places = [(28.6139, 77.2090), (9.9312, 76.2673), (34.1526, 77.5771), (12.9716, 77.5946), (22.5726, 88.3639)]
    assert [split_of_place(*place) for place in places] == ["train", "train", "train", "test", "train"]


def test_a_lone_photo_gets_the_split_of_its_place():
    assert assign([28.6139], [77.2090]) == [split_of_place(28.6139, 77.2090)]


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_photo_within_a_kilometre_takes_the_known_split_and_one_beyond_does_not_link(split):
    other = somewhere_of("test" if split != "test" else "train")
    assert assign([other, other + 0.9 * KM], [78.0, 78.0], known=[split, ""]) == [split, split]
    clusters = place_clusters([other, other + 1.1 * KM], [78.0, 78.0], ["", ""], ["", ""], ["", ""])
    assert clusters[0] != clusters[1]


def test_places_chain_into_one_cluster():
    latitudes = [20 + step * 0.8 * KM for step in range(30)]
    assert len(set(assign(latitudes, [78.0] * 30))) == 1


@pytest.mark.parametrize("link", ["sequences", "groups"])
def test_a_shared_name_links_photos_far_apart_and_an_empty_one_does_not(link):
    train, test = somewhere_of("train"), somewhere_of("test")
    assert assign([train, test], [78.0, 78.0], **{link: ["a", "a"]}, known=["", "validation"])[0] == "validation"
    assert assign([train, test], [78.0, 78.0], **{link: ["", ""]}) == ["train", "test"]


@pytest.mark.parametrize(("bits", "linked"), [(4, True), (5, False)])
def test_perceptual_hashes_link_within_four_bits(bits, linked):
    rng = np.random.default_rng(bits)
    for _ in range(200):
        value = int(rng.integers(0, 2**63))
        flipped = value
        for bit in rng.choice(64, bits, replace=False):
            flipped ^= 1 << int(bit)
        clusters = place_clusters([20.0, 30.0], [78.0, 78.0], ["", ""], ["", ""], [f"{value:016x}", f"{flipped:016x}"])
        assert (clusters[0] == clusters[1]) == linked


def test_known_photos_keep_their_split_and_train_wins_where_a_new_one_joins_two_clusters():
    latitudes = [20.0, 20 + 0.9 * KM, 20 + 1.8 * KM]
    for first in ("test", "validation"):
        assert assign(latitudes, [78.0] * 3, known=[first, "", "train"]) == [first, "train", "train"]


def test_importing_in_one_go_or_one_by_one_in_any_order_gives_linked_photos_one_split():
    rng = np.random.default_rng(11)
    latitudes, longitudes = rng.uniform(20, 20.2, 60), rng.uniform(78, 78.2, 60)
    whole = assign(latitudes, longitudes)
    again = assign(latitudes, longitudes, known=whole)
    assert whole == again
    clusters = place_clusters(latitudes, longitudes, [""] * 60, [""] * 60, [""] * 60)
    for cluster in set(clusters):
        assert len({split for split, member in zip(whole, clusters, strict=True) if member == cluster}) == 1


def test_twenty_thousand_photos_are_split_in_seconds():
    rng = np.random.default_rng(5)
    hashes = [f"{value:016x}" for value in rng.integers(0, 2**63, 20_000)]
    splits = assign(rng.uniform(8, 35, 20_000), rng.uniform(69, 96, 20_000), hashes=hashes)
    assert set(splits) == {"train", "validation", "test"}
