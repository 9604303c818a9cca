"""Starts games, opens rounds, stores drafts, locks and scores guesses. No other module writes games and rounds.

The exception: games of a series are started in ``series``.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Hashable
from datetime import datetime

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from geoguess.game import rules
from geoguess.game.groups import round_group
from geoguess.game.model_guess import committed_guess
from geoguess.game.selectors import dealt_photos, latest_round, places_of
from geoguess.models import Game, Player, Round
from pipeline.models import Collection, Photo
from pipeline.photos.selectors import playable_photos
from pipeline.support.announcing import announce_now
from predictor.answers.levels import STRONGEST
from predictor.models import ModelVersion, Prediction
from predictor.serving.dispatch import send_predict_task
from predictor.versions.selectors import serving_version

REQUEST_PAUSE_S = 60
logger = logging.getLogger(__name__)


class CannotPlay(Exception):
    """A game cannot be started now; the message says why, and what to do."""


class OutOfTurn(Exception):
    """The requested round is not the next one."""


def request_predictions(*, collection: Collection, version: ModelVersion) -> None:
    """Ask the predict worker for the collection's missing predictions; at most once a minute."""
    if not cache.add(f"predicting-{version.pk}-{collection.pk}", True, REQUEST_PAUSE_S):
        return
    predicted = Prediction.objects.filter(version=version).values("sha256")
    missing = list(playable_photos(collection).exclude(sha256__in=predicted).values_list("sha256", flat=True))
    try:
        send_predict_task(version.name, missing)
    except OperationalError:
        logger.warning("The broker does not answer: %d pictures of %s wait for it.", len(missing), collection)


def playing_version(collection: Collection) -> ModelVersion:
    """The version that serves the collection. Raises CannotPlay while there is none."""
    version = serving_version(collection.slug)
    if version is None:
        raise CannotPlay(_("The model is still being set up. Try again in a minute."))
    return version


def nothing_to_play(collection: Collection) -> CannotPlay:
    """Why the collection has no ready photos: the model has not looked at them yet, or none may be played."""
    words = (
        _("The pictures of “%(collection)s” are still being prepared. Try again in a minute.")
        if playable_photos(collection).exists()
        else _("No pictures of “%(collection)s” can be played at the moment. Choose another collection.")
    )
    return CannotPlay(words % {"collection": collection.shown_name})


def start_game(
    *,
    player: Player,
    collection: Collection,
    time_limit_s: int | None,
    now: datetime,
    level: str = STRONGEST,
    mode: str = Game.Mode.SOLO,
) -> Game:
    """A new game against the collection's version at this level, with its first round open. Raises CannotPlay."""
    version = playing_version(collection)
    dealt = dealt_photos(collection, version, now)
    if not dealt:
        raise nothing_to_play(collection)
    max_rounds = rules.ROUNDS_PER_STREAK if mode == Game.Mode.STREAK else rules.ROUNDS_PER_GAME
    game = Game(
        player=player,
        mode=mode,
        collection=collection,
        version=version,
        level=level,
        scale_km=collection.scale_km,
        round_count=min(max_rounds, len(dealt)),
        time_limit_s=time_limit_s,
        started_at=now,
    )
    store_game(game, now=now, dealt=dealt)
    return game


def store_game(game: Game, *, now: datetime, dealt: list[int] | None = None) -> None:
    """Store a new game with its first round open."""
    first = _new_round(game, 1, now, dealt)
    with transaction.atomic():
        game.save()
        first.game = game
        first.save()


def open_round(*, game: Game, number: int, now: datetime) -> Round:
    """The round with this number, started if it is the next one. Raises OutOfTurn."""
    existing = game.rounds.filter(number=number).first()
    if existing:
        return existing
    last = latest_round(game)
    next_number = last.number + 1 if last else 1
    if number != next_number or (last and (last.locked_at is None or last.ends_game)):
        raise OutOfTurn
    new = _new_round(game, number, now)
    try:
        with transaction.atomic():
            new.save()
        return new
    except IntegrityError:  # another tab has opened it at the same moment
        return game.rounds.get(number=number)


def _new_round(game: Game, number: int, now: datetime, dealt: list[int] | None = None) -> Round:
    """A round that is not stored yet. Choosing its photo and the model's guess take longer than any write, so they come
    before SQLite, which has one lock for all, is locked."""
    if game.series:
        photo = game.series.photos.get(number=number).photo
    else:
        photo = _choose_photo(game, dealt_photos(game.collection, game.version, now) if dealt is None else dealt)
    return Round(
        game=game,
        number=number,
        photo=photo,
        image_seed=secrets.randbits(62),
        started_at=now,
        deadline=rules.deadline(now, game.time_limit_s),
        **committed_guess(photo=photo, version=game.version, scale_km=game.scale_km, level=game.level),
    )


def _choose_photo(game: Game, dealt: list[int]) -> Photo:
    """A random photo among those that this player has played least often: no repeats until all have been played.

    Of these, one of a place that is not in this game yet, and that the player has seen least often.
    """
    places = places_of(dealt)
    rounds = Round.objects.filter(game__player=game.player)
    played = list(rounds.values_list("game_id", "photo_id", "photo__latitude", "photo__longitude"))
    in_game: set[Hashable] = {key for game_id, pk, *place in played if game_id == game.pk for key in (pk, tuple(place))}
    times: Counter[Hashable] = Counter(key for _, pk, *place in played for key in (pk, tuple(place)))

    def worn(pk: int) -> tuple[bool, bool, int, int]:
        place = places[pk]
        return pk in in_game, place in in_game, times[pk], times[place]

    least = min(map(worn, places))
    return Photo.objects.get(pk=secrets.choice([pk for pk in places if worn(pk) == least]))


def save_draft(*, game_round: Round, guess: rules.Position, now: datetime) -> None:
    """Store the pin's position, which becomes the guess when time runs out."""
    if rules.is_over(game_round.deadline, now):
        lock_if_over(game_round=game_round, now=now)
        return
    Round.objects.filter(pk=game_round.pk, locked_at__isnull=True).update(
        draft_latitude=guess.latitude, draft_longitude=guess.longitude
    )


def lock_if_over(*, game_round: Round, now: datetime) -> Round:
    """Lock a round whose time is up with its draft, or without a guess; leave any other round unchanged."""
    if game_round.locked_at is None and rules.is_over(game_round.deadline, now):
        return _lock_and_score(game_round, None, now)
    return game_round


def submit_guess(*, game_round: Round, guess: rules.Position, now: datetime) -> Round:
    """Lock the guess. A second submit, or one after the deadline, changes nothing and returns the stored round."""
    if rules.is_over(game_round.deadline, now):
        return _lock_and_score(game_round, None, now)
    return _lock_and_score(game_round, guess, now)


def _lock_and_score(game_round: Round, guess: rules.Position | None, now: datetime) -> Round:
    """Lock and score an open round: compare-and-set under a row lock. Without a guess the draft counts."""
    with transaction.atomic():
        current = Round.objects.select_for_update(of=("self",)).select_related("game", "photo").get(pk=game_round.pk)
        if current.locked_at is not None:
            return current
        if guess is None and current.draft_latitude is not None and current.draft_longitude is not None:
            guess = rules.Position(current.draft_latitude, current.draft_longitude)
        current.locked_at = now
        current.score = 0.0
        if guess is not None:
            truth = rules.Position(current.photo.latitude, current.photo.longitude)
            current.latitude, current.longitude = guess.latitude, guess.longitude
            current.distance_km = rules.distance_km(guess, truth)
            current.score = rules.round_score(current.distance_km, current.photo.precision_km, current.game.scale_km)
            if current.game.mode == Game.Mode.STREAK:
                current.state_guess = rules.state_at(guess)
        current.save(update_fields=["locked_at", "latitude", "longitude", "distance_km", "score", "state_guess"])
        if current.ends_game:
            Game.objects.filter(pk=current.game_id, finished_at__isnull=True).update(finished_at=now)
        transaction.on_commit(lambda: _announce_lock(current.pk))
    return current


def _announce_lock(round_id: int) -> None:
    """Notify the player's tabs, which then fetch the result over HTTP."""
    announce_now(round_group(round_id), {"type": "round.locked"})
