"""Creates daily series and challenges, and starts their games. No other module writes series."""

from __future__ import annotations

import random
from collections.abc import Hashable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from geoguess.game import rules
from geoguess.game.selectors import places_of, ready_photos
from geoguess.game.services import CannotPlay, playing_version, store_game
from geoguess.game.standings import challenge_series, game_in, may_challenge
from geoguess.models import Game, Player, Series, SeriesPhoto
from pipeline.models import Collection
from predictor.answers.levels import STRONGEST
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import ModelVersion


def daily_series(*, day: date, now: datetime) -> Series:
    """The day's series, created by the first request. Raises CannotPlay."""
    existing = Series.objects.select_related("collection").filter(day=day).first()
    if existing:
        return existing
    collection, version, photos = _choose(day)
    try:
        return _create(
            photos,
            kind=Series.Kind.DAILY,
            day=day,
            collection=collection,
            version=version,
            level=STRONGEST,
            scale_km=collection.scale_km,
            time_limit_s=rules.DAILY_TIME_LIMIT_S,
            created_at=now,
        )
    except IntegrityError:  # another request created it at the same moment
        return Series.objects.select_related("collection").get(day=day)


def _choose(day: date) -> tuple[Collection, ModelVersion, list[int]]:
    """The collection whose turn it is, its version, and its photos that no daily series has had, or not for the longest
    time. Of these, those first whose place none has had."""
    choices = [
        (collection, version, photos)
        for collection in Collection.objects.filter(scale_km=INDIA_SCALE_KM)
        if len(photos := ready_photos(collection, version := playing_version(collection))) >= rules.ROUNDS_PER_GAME
    ]
    if not choices:
        raise CannotPlay(_("The pictures for today's challenge are still being prepared. Try again in a minute."))
    collection, version, photos = choices[day.toordinal() % len(choices)]
    random.SystemRandom().shuffle(photos)
    places = places_of(photos)
    dailies = SeriesPhoto.objects.filter(series__kind=Series.Kind.DAILY).order_by("series__day")
    last_day: dict[Hashable, Any] = {}
    for pk, *place, day_had in dailies.values_list("photo", "photo__latitude", "photo__longitude", "series__day"):
        last_day[pk] = last_day[tuple(place)] = day_had

    def last_days(pk: int) -> tuple[date, date]:
        return last_day.get(pk, date.min), last_day.get(places[pk], date.min)

    return collection, version, sorted(photos, key=last_days)[: rules.ROUNDS_PER_GAME]


@transaction.atomic
def _create(photos: list[int], **fields: object) -> Series:
    series = Series.objects.create(**fields)
    SeriesPhoto.objects.bulk_create(
        SeriesPhoto(series=series, number=number, photo_id=photo) for number, photo in enumerate(photos, 1)
    )
    return series


def challenge(*, game: Game, today: date, now: datetime) -> Series:
    """The series in which friends play the photos of this finished game. Raises CannotPlay."""
    existing = challenge_series(game)
    if existing:
        return existing
    if not may_challenge(game, today):
        raise CannotPlay(
            _("You can challenge friends with any finished game; with a daily challenge, from the next day.")
        )
    try:
        return _create(
            list(game.rounds.order_by("number").values_list("photo_id", flat=True)),
            kind=Series.Kind.CHALLENGE,
            origin=game,
            collection=game.collection,
            version=game.version,
            level=game.level,
            scale_km=game.scale_km,
            time_limit_s=game.time_limit_s,
            created_at=now,
        )
    except IntegrityError:  # a second click
        return Series.objects.get(origin=game)


def start_series(*, series: Series, player: Player, now: datetime) -> Game:
    """The player's only game of this series, started if there is none."""
    existing = game_in(series, player)
    if existing:
        return existing
    try:
        game = Game(
            player=player,
            mode=series.kind,
            series=series,
            collection=series.collection,
            version=series.version,
            level=series.level,
            scale_km=series.scale_km,
            round_count=series.photos.count(),
            time_limit_s=series.time_limit_s,
            started_at=now,
        )
        store_game(game, now=now)
        return game
    except IntegrityError:  # another tab started it
        return Game.objects.get(series=series, player=player)
