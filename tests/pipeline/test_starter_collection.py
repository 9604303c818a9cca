"""Drawn scenes are photos like any other: places of their split, clues kept, drawing goes on where it stopped."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from geoguess.management.commands.prepare import FIRST_SCENES
from pipeline.curation.gallery import exhibit
from pipeline.curation.removal import put_in_bin, take_down
from pipeline.geography.boundaries import distance_outside_km, locate
from pipeline.intake.storing import get_or_create_collection, store_photos
from pipeline.models import Collection, Photo, Review, Unsuitable
from pipeline.photos.selectors import playable_photos
from pipeline.photos.splits import split_of_place
from pipeline.starter import collection as starter_collection
from pipeline.starter.collection import BUFFER_KM, ensure_starter_collection
from pipeline.starter.drawings import FOLDER, build, finish_scene, shipped_scenes, starter_orders
from pipeline.starter.places import places_of_split, starter_places
from pipeline.starter.scene_orders import draw_order
from predictor.geodesy import haversine_km
from predictor.models import ModelVersion, Prediction
from predictor.pictures import store
from predictor.versions.services import promote
from tests.alike import alike


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"


def test_the_starter_has_200_playable_places_in_all_36_states():
    places = starter_places()
    latitudes, longitudes = np.transpose(places)
    states, _ = locate(latitudes, longitudes)
    assert len(set(places)) == 204
    assert len(set(states)) == len(set(states[:FIRST_SCENES])) == 36
    assert {split_of_place(*place) for place in places} == {"test"}
    assert (distance_outside_km(latitudes, longitudes) < 1).all()
    for state in set(states):
        own = states == state
        distances = haversine_km(latitudes[own, None], longitudes[own, None], latitudes[own], longitudes[own])
        np.fill_diagonal(distances, np.inf)
        assert distances.min() >= 25.0


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


@pytest.fixture
def former(monkeypatch, made_version: ModelVersion) -> list[Photo]:
    """Four scenes as the first edition drew and named them; of the shipped ones, a site is to take in only these."""
    scenes = shipped_scenes()[:4]
    monkeypatch.setattr(starter_collection, "shipped_scenes", lambda: scenes)
    collection = get_or_create_collection(name=starter_collection.NAME, illustrated=True)
    promote(version=made_version, sha256s=[])
    return [_stored_as_before(collection, scene) for scene in scenes]


def _stored_as_before(collection: Collection, scene: dict) -> Photo:
    """The scene with another sign, under its first name."""
    drawn = finish_scene(scene)
    image = Image.open(io.BytesIO(drawn.jpeg))
    image.paste("white", (600, 500, 640, 530))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    new = starter_collection._new_photo(replace(drawn, jpeg=buffer.getvalue()))
    name = f"starter-{scene['file_name'][-8:]}"
    return store_photos(collection=collection, photos=[replace(new, file_name=name)])[0]


def test_a_folder_from_before_gets_the_new_drawings_and_the_former_ones_leave_play(former):
    assert not starter_collection.starter_collection_is_complete()
    told = {}
    collection = ensure_starter_collection(on_replaced=told.update)
    assert starter_collection.starter_collection_is_complete()
    playable = {photo.file_name: photo for photo in playable_photos(collection)}
    assert sorted(playable) == [f"starter-2-{number:04}.jpg" for number in range(4)]
    assert collection.photos.count() == 8
    for old in former:
        new = playable[old.file_name.replace("starter-", "starter-2-")]
        assert told[old.pk] == new.pk
        assert (new.latitude, new.longitude, new.split) == (old.latitude, old.longitude, old.split)
        assert new.sha256 != old.sha256
        assert store.read(old.sha256)  # for the rounds that showed it
        old.refresh_from_db()
        assert (old.review, old.review_note) == (Review.UNSUITABLE, "Replaced by a newer drawing")

    told.clear()
    ensure_starter_collection(on_replaced=told.update)
    assert not told
    assert collection.photos.count() == 8


def test_a_scene_that_is_drawn_as_before_stays_the_photo_that_it_is(former):
    scene = starter_collection.shipped_scenes()[0]
    former[0].delete()
    new = starter_collection._new_photo(finish_scene(scene))
    as_before = store_photos(
        collection=Collection.objects.get(),
        photos=[replace(new, file_name="starter-0000.jpg", fields=new.fields | {"clues": [], "place": "Near Agra"})],
    )[0]
    told = {}
    ensure_starter_collection(on_replaced=told.update)
    assert starter_collection.starter_collection_is_complete()
    assert as_before.pk not in told
    assert len(told) == 3
    as_before.refresh_from_db()
    assert (as_before.review, as_before.file_name) == (Review.APPROVED, "starter-2-0000.jpg")
    assert (as_before.place, len(as_before.clues)) == (scene["fields"]["place"], len(scene["fields"]["clues"]))
    assert playable_photos().count() == 4


def test_new_drawings_can_be_played_as_soon_as_they_are_there(former, monkeypatch, made_version):
    monkeypatch.setattr(starter_collection, "CHUNK", 2)
    predicted = Prediction.objects.filter(version=made_version).values("sha256")

    def interrupt(done, total):
        raise KeyboardInterrupt

    for news in (2, 4):
        with pytest.raises(KeyboardInterrupt):
            ensure_starter_collection(interrupt)
        playable = playable_photos()
        names = sorted(photo.file_name[-8:] for photo in playable)
        assert names == [f"{number:04}.jpg" for number in range(4)]  # each scene once, in one drawing or the other
        new = playable.filter(file_name__startswith="starter-2-")
        assert new.count() == news
        assert not new.exclude(sha256__in=predicted).exists()


def test_what_curators_decided_on_a_drawing_holds_for_the_new_one(former):
    coast = Collection.objects.create(name="Coast", slug="coast", illustrated=True)
    plain, shown, refused, binned = former
    plain.collections.set([coast])
    exhibit(photos=[shown])
    Photo.objects.filter(pk=refused.pk).update(review=Review.UNSUITABLE, unsuitable=Unsuitable.LOW_QUALITY)
    put_in_bin(rows=[binned], now=timezone.now())
    ensure_starter_collection()
    assert starter_collection.starter_collection_is_complete()
    new = {photo.file_name[-8:-4]: photo for photo in Photo.every.filter(file_name__startswith="starter-2-")}
    assert list(new["0000"].collections.all()) == [coast]
    assert new["0001"].exhibited
    assert new["0002"].unsuitable == Unsuitable.LOW_QUALITY
    assert new["0003"].deleted_at
    assert list(playable_photos()) == [new["0000"]]


def test_what_was_taken_down_does_not_come_back_in_a_new_drawing(former):
    take_down(photo=former[0], now=timezone.now())
    ensure_starter_collection()
    assert starter_collection.starter_collection_is_complete()
    assert playable_photos().count() == 3
    take_down(photo=playable_photos().first(), now=timezone.now())
    assert starter_collection.starter_collection_is_complete()
    ensure_starter_collection()
    assert playable_photos().count() == 2


def test_a_start_with_few_pictures_waits_for_no_new_drawing_where_there_are_pictures_to_play(former):
    collection = ensure_starter_collection(first=4)
    assert set(playable_photos(collection)) == set(former)


def test_photos_of_others_with_such_a_name_are_left_alone(former):
    Photo.objects.filter(pk=former[0].pk).update(source="A camera")
    ensure_starter_collection()
    former[0].refresh_from_db()
    assert former[0].review == Review.APPROVED


@pytest.mark.slow
def test_the_shipped_drawings_are_what_the_code_draws(tmp_path):
    orders = starter_orders()
    scenes = shipped_scenes()
    assert [(scene["file_name"], scene["seed"]) for scene in scenes] == [(one.file_name, one.seed) for one in orders]
    chosen = [0, 87, 203]
    build([orders[index] for index in chosen], tmp_path)
    assert alike(
        shipped_scenes(tmp_path), [scenes[index] for index in chosen], tolerance=2e-4
    )  # boxes: in steps of 1e-4
    for index in chosen:
        name = Path(orders[index].file_name).with_suffix(".webp")
        ours, theirs = (np.asarray(Image.open(folder / name), dtype=float) for folder in (tmp_path, FOLDER))
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
