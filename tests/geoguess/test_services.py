"""Games and rounds: what is stored, when, and that nothing changes it afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from geoguess.game import selectors, services
from geoguess.game.rules import Position
from geoguess.models import Player, Round
from pipeline.models import Split
from predictor.answers.levels import Level
from predictor.geodesy import INDIA_SCALE_KM, score
from predictor.versions import selectors as predicted

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MUMBAI = Position(19.0, 72.9)


@pytest.fixture
def player(db) -> Player:
    return Player.objects.create()


def start(player, collection, time_limit_s=None):
    game = services.start_game(player=player, collection=collection, time_limit_s=time_limit_s, now=NOON)
    return game, game.rounds.get(number=1)


def play(game, number, guess=MUMBAI):
    game_round = services.open_round(game=game, number=number, now=NOON)
    return services.submit_guess(game_round=game_round, guess=guess, now=NOON)


def test_the_models_guess_is_stored_before_the_player_guesses(player, playable):
    _, game_round = start(player, playable)
    before = (game_round.model_latitude, game_round.model_longitude, game_round.model_score)
    locked = services.submit_guess(game_round=game_round, guess=MUMBAI, now=NOON)
    assert (locked.model_latitude, locked.model_longitude, locked.model_score) == before
    assert locked.model_score == pytest.approx(score(locked.model_distance_km, INDIA_SCALE_KM))


def test_player_and_model_are_scored_by_one_function(player, playable):
    _, game_round = start(player, playable)
    same = Position(game_round.model_latitude, game_round.model_longitude)
    locked = services.submit_guess(game_round=game_round, guess=same, now=NOON)
    assert locked.score == locked.model_score
    assert locked.distance_km == locked.model_distance_km


def test_a_game_copies_the_collections_scale(player, playable):
    game, _ = start(player, playable)
    playable.scale_km = 100
    playable.save()
    game.refresh_from_db()
    assert game.scale_km == INDIA_SCALE_KM


def test_five_rounds_show_five_pictures(player, playable):
    game, _ = start(player, playable)
    for number in range(1, 6):
        play(game, number)
    game.refresh_from_db()
    assert game.finished_at == NOON
    assert len(set(game.rounds.values_list("photo_id", flat=True))) == 5


def test_no_picture_repeats_until_all_were_seen(player, playable):
    first, _ = start(player, playable)
    for number in range(1, 6):
        play(first, number)
    second, _ = start(player, playable)
    sixth = second.rounds.get(number=1).photo_id
    assert sixth not in first.rounds.values_list("photo_id", flat=True)


def test_a_small_collection_gives_a_shorter_game(player, collection, add_photo):
    add_photo(1)
    add_photo(2)
    game, _ = start(player, collection)
    assert game.round_count == 2


@pytest.mark.parametrize(
    "fields", [{"split": Split.TRAIN}, {"split": Split.VALIDATION}, {"precision_km": 5.1}, {"predicted": False}]
)
def test_what_must_not_be_played_is_not(player, collection, add_photo, fields):
    add_photo(1, **fields)
    with pytest.raises(services.CannotPlay):
        start(player, collection)


def test_a_picture_the_version_was_trained_on_is_not_played(player, collection, add_photo, version, monkeypatch):
    photo = add_photo(1)
    monkeypatch.setattr(selectors, "training_hashes", lambda _: frozenset({photo.sha256}))
    with pytest.raises(services.CannotPlay):
        start(player, collection)


def test_without_a_champion_nothing_starts(player, playable, version):
    version.is_champion = False
    version.save()
    with pytest.raises(services.CannotPlay, match="still being set up"):
        start(player, playable)


def test_a_second_submit_changes_nothing(player, playable):
    _, game_round = start(player, playable)
    first = services.submit_guess(game_round=game_round, guess=MUMBAI, now=NOON)
    stale = Round.objects.get(pk=game_round.pk)
    again = services.submit_guess(game_round=stale, guess=Position(10, 77), now=NOON + timedelta(seconds=1))
    assert (again.latitude, again.score, again.locked_at) == (first.latitude, first.score, NOON)


def test_a_draft_counts_when_time_is_up(player, playable):
    _, game_round = start(player, playable, 30)
    services.save_draft(game_round=game_round, guess=MUMBAI, now=NOON + timedelta(seconds=20))
    late = services.submit_guess(
        game_round=Round.objects.get(pk=game_round.pk), guess=Position(10, 77), now=NOON + timedelta(seconds=31)
    )
    assert (late.latitude, late.longitude) == (19.0, 72.9)
    assert late.score > 0


def test_a_draft_after_the_deadline_does_not_count(player, playable):
    _, game_round = start(player, playable, 30)
    services.save_draft(game_round=game_round, guess=MUMBAI, now=NOON + timedelta(seconds=31))
    game_round.refresh_from_db()
    assert game_round.locked_at is not None
    assert game_round.latitude is None


def test_without_a_draft_time_up_is_no_guess_and_scores_nothing(player, playable):
    _, game_round = start(player, playable, 30)
    locked = services.lock_if_over(game_round=game_round, now=NOON + timedelta(seconds=31))
    assert (locked.latitude, locked.distance_km, locked.score) == (None, None, 0.0)


def test_a_draft_moved_after_the_lock_is_ignored(player, playable):
    _, game_round = start(player, playable)
    services.submit_guess(game_round=game_round, guess=MUMBAI, now=NOON)
    services.save_draft(game_round=game_round, guess=Position(10, 77), now=NOON)
    game_round.refresh_from_db()
    assert game_round.draft_latitude is None


def test_a_round_cannot_be_opened_out_of_turn(player, playable):
    game, _ = start(player, playable)
    with pytest.raises(services.OutOfTurn):
        services.open_round(game=game, number=2, now=NOON)
    play(game, 1)
    with pytest.raises(services.OutOfTurn):
        services.open_round(game=game, number=3, now=NOON)


def test_opening_a_round_again_returns_the_same(player, playable):
    game, game_round = start(player, playable)
    assert services.open_round(game=game, number=1, now=NOON + timedelta(minutes=5)) == game_round


def test_the_result_of_an_open_round_cannot_be_read(player, playable):
    _, game_round = start(player, playable)
    with pytest.raises(ValueError, match="open round"):
        selectors.round_result(game_round)


def test_totals_are_sums_of_the_points_shown(player, playable):
    game, _ = start(player, playable)
    results = [selectors.round_result(play(game, number)) for number in range(1, 6)]
    assert results[-1]["totals"]["player"] == sum(result["player"]["score"] for result in results)
    assert results[-1]["totals"]["model"] == sum(result["model"]["score"] for result in results)


def test_a_weaker_opponent_guesses_by_its_own_beliefs_from_the_start(
    player, add_photo, collection, version, monkeypatch
):
    photo = add_photo(0, cell=0)
    artifact = predicted.artifact_of(version)
    levels = (Level("atlas", 1, 3000, 9), Level("traveller", 40.0, 900, 9))
    monkeypatch.setattr(predicted, "_artifact", lambda *_: replace(artifact, levels=levels))
    guesses = {}
    for level in ("atlas", "traveller"):
        game = services.start_game(player=player, collection=collection, time_limit_s=None, now=NOON, level=level)
        found = game.rounds.get()
        prediction = predicted.prediction_for(version, photo.sha256)
        assert found.model_latitude == predicted.answer(prediction, game.scale_km, level).latitude
        guesses[level] = found.model_latitude
    assert guesses["atlas"] != guesses["traveller"]
