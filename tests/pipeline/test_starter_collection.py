"""Drawn scenes are photos like any other: places of their split, clues kept, drawing goes on where it stopped."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from django.core.management import call_command
from PIL import Image

from geoguess.management.commands.prepare import FIRST_SCENES
from pipeline.geography.boundaries import distance_outside_km, locate
from pipeline.models import Collection, Photo
from pipeline.photos.splits import split_of_place
from pipeline.starter import collection as starter_collection
from pipeline.starter.collection import BUFFER_KM, ensure_starter_collection
from pipeline.starter.drawings import FOLDER, build, finish_scene, shipped_scenes, starter_orders
from pipeline.starter.places import STARTER_COUNT, STARTER_SPACING_KM, places_of_split, starter_places
from pipeline.starter.scene_orders import draw_order
from predictor.geodesy import haversine_km
from predictor.pictures import store
from tests.alike import alike


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"


def test_the_starter_has_200_playable_places_in_all_36_states():
    places = starter_places()
    latitudes, longitudes = np.transpose(places)
    states, _ = locate(latitudes, longitudes)
    assert len(set(places)) == STARTER_COUNT >= 200
    assert len(set(states)) == len(set(states[:FIRST_SCENES])) == 36
    assert {split_of_place(*place) for place in places} == {"test"}
    assert (distance_outside_km(latitudes, longitudes) < 1).all()
    for state in set(states):
        own = states == state
        distances = haversine_km(latitudes[own, None], longitudes[own, None], latitudes[own], longitudes[own])
        np.fill_diagonal(distances, np.inf)
        assert distances.min() >= STARTER_SPACING_KM


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_places_are_drawn_for_any_split_and_repeat_with_their_seed(split):
    places = places_of_split(40, 3, split)
    assert len(places) == 40
    assert {split_of_place(*place) for place in places} == {split}
    assert places == places_of_split(40, 3, split)
    assert places != places_of_split(40, 4, split)


@pytest.mark.django_db
def test_the_first_start_takes_in_a_few_scenes_and_the_next_run_the_rest(monkeypatch):
    monkeypatch.setattr(starter_collection, "shipped_scenes", lambda: shipped_scenes()[:3])
    monkeypatch.setattr(starter_collection, "STARTER_COUNT", 3)
    progress = []
    ensure_starter_collection(lambda done, total: progress.append((done, total)), first=2)
    assert not starter_collection.starter_collection_is_complete()
    ensure_starter_collection(lambda done, total: progress.append((done, total)), first=2)
    ensure_starter_collection(lambda done, total: progress.append((done, total)))
    assert progress == [(2, 2), (3, 3)]
    assert starter_collection.starter_collection_is_complete()


@pytest.mark.django_db
def test_an_interrupted_start_keeps_its_scenes_and_the_next_one_takes_in_the_rest(monkeypatch):
    monkeypatch.setattr(starter_collection, "shipped_scenes", lambda: shipped_scenes()[:3])
    monkeypatch.setattr(starter_collection, "STARTER_COUNT", 3)
    monkeypatch.setattr(starter_collection, "CHUNK", 2)

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure_starter_collection(interrupt)
    kept = set(Photo.objects.values_list("sha256", flat=True))
    assert len(kept) == 2
    progress = []
    collection = ensure_starter_collection(lambda done, total: progress.append((done, total)))
    assert progress == [(3, 3)]
    assert kept < set(collection.photos.values_list("sha256", flat=True))
    assert collection.photos.count() == 3

    assert collection.illustrated
    for photo in collection.photos.all():
        assert photo.split == "test"
        assert Image.open(io.BytesIO(store.read(photo.sha256))).size == (photo.width, photo.height) == (1200, 800)
        assert photo.author == "GeoGuess India"
        for clue in photo.clues:
            left, top, right, bottom = clue["box"]
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1
            assert clue["kind"]
            assert clue["meaning"]
    progress.clear()
    ensure_starter_collection(lambda done, total: progress.append(done))
    assert progress == []  # nothing left to take in


@pytest.mark.slow
def test_the_shipped_drawings_are_what_the_code_draws(tmp_path):
    orders = starter_orders()
    scenes = shipped_scenes()
    assert alike(
        [[scene["file_name"], scene["position"], scene["seed"]] for scene in scenes],
        [[order.file_name, list(order.position), order.seed] for order in orders],
        tolerance=2e-5,  # of degrees, in steps of 1e-5
    )
    chosen = [0, 87, 203]
    build([orders[index] for index in chosen], tmp_path)
    assert alike(
        shipped_scenes(tmp_path), [scenes[index] for index in chosen], tolerance=2e-4
    )  # boxes: in steps of 1e-4
    for index in chosen:
        ours, theirs = (
            np.asarray(Image.open(folder / f"starter-{index:04}.webp"), dtype=float) for folder in (tmp_path, FOLDER)
        )
        assert np.abs(ours - theirs).mean() < 1


def test_a_shipped_drawing_finished_looks_like_the_scene_drawn_anew():
    scene = shipped_scenes()[40]
    ours = finish_scene(scene)
    anew = draw_order(ours.order)
    assert (ours.width, ours.height) == (anew.width, anew.height)
    assert ours.fields["place"] == anew.fields["place"]
    assert (int(ours.perceptual_hash, 16) ^ int(anew.perceptual_hash, 16)).bit_count() <= 2
    pictures = (np.asarray(Image.open(io.BytesIO(drawn.jpeg)), dtype=float) for drawn in (ours, anew))
    assert np.abs(np.subtract(*pictures)).mean() < 5


@pytest.mark.slow
@pytest.mark.django_db
def test_the_command_draws_scenes_of_one_split_away_from_those_of_others(capsys):
    first = places_of_split(6, 1, "train")[0]
    _known_test_photo(latitude=first[0] + 0.03, longitude=first[1])  # 3 km away
    call_command("make_scenes", count=3, collection="Drawn", split="train", json=True)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"collection": "Drawn", "scenes": 3}
    scenes = Collection.objects.get(name="Drawn").photos.all()
    assert {scene.split for scene in scenes} == {"train"}
    assert all(haversine_km(*first, scene.latitude, scene.longitude) > BUFFER_KM for scene in scenes)


def _known_test_photo(latitude, longitude):
    names = {"sha256": "0" * 64, "original_sha256": "0" * 64, "perceptual_hash": "f0" * 8, "file_name": "a.jpg"}
    Photo.objects.create(**names, width=1, height=1, latitude=latitude, longitude=longitude, state="", split="test")
