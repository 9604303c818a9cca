"""Difficulty: what people and the champion miss on a photo, by the label it has now."""

from __future__ import annotations

import pytest

from geoguess.game.difficulty import rate_photos
from geoguess.game.rules import Position
from geoguess.models import Player
from pipeline.curation.collections import Filter
from pipeline.models import Photo
from pipeline.support.progress import SILENT
from predictor.geodesy import MAX_SCORE, haversine_km, score
from predictor.models import ModelVersion
from tests.geoguess.test_services import play, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def played(playable):
    """A round that was guessed exactly."""
    game, game_round = start(Player.objects.create(), playable)
    return play(game, 1, Position(game_round.photo.latitude, game_round.photo.longitude))


def missed(photo: Photo, latitude: float, longitude: float) -> float:
    return MAX_SCORE - float(score(haversine_km(photo.latitude, photo.longitude, latitude, longitude)))


def test_people_and_the_champion_count_alike(played):
    assert rate_photos(report=SILENT) == 6
    photo = Photo.objects.get(pk=played.photo_id)
    models = missed(photo, played.model_latitude, played.model_longitude)
    assert photo.difficulty == pytest.approx((0 + models) / 2, abs=0.1)
    alone = Photo.objects.exclude(pk=photo.pk).first()
    assert alone.difficulty > 0
    easy = Filter(hardest=photo.difficulty).photos()
    assert photo in easy
    assert set(easy) == set(Photo.objects.filter(difficulty__lte=photo.difficulty))


def test_guesses_are_measured_against_a_corrected_label(played):
    Photo.objects.filter(pk=played.photo_id).update(latitude=26.9, longitude=75.8)
    rate_photos(report=SILENT)
    photo = Photo.objects.get(pk=played.photo_id)
    misses = [
        missed(photo, played.latitude, played.longitude),
        missed(photo, played.model_latitude, played.model_longitude),
    ]
    assert photo.difficulty == pytest.approx(sum(misses) / 2, abs=0.1)


def test_without_a_champion_nothing_is_rated(played):
    ModelVersion.objects.update(is_champion=False)
    assert rate_photos(report=SILENT) == 0
    assert not Photo.objects.exclude(difficulty=None).exists()
