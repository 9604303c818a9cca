"""Queries for pages and sockets. Those that contain the answer are only called for locked rounds."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import Avg, Count, F, Max
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from geoguess.game.clues import clues_of
from geoguess.game.rules import FEWEST_ROUNDS, Position, day_of, distance_km, points, round_score, state_at
from geoguess.models import Game, Player, RoomRound, Round, Series, SeriesPhoto
from pipeline.models import Collection, Photo
from pipeline.photos.selectors import playable_photos
from predictor.answers.levels import STRONGEST
from predictor.gazetteer.table import LANGUAGES, find
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import ModelVersion, Prediction
from predictor.reasons.texts import TextReason, texts_of
from predictor.versions.selectors import answer, levels_of, prediction_for, training_hashes, versions_for

if TYPE_CHECKING:
    from predictor.versions.selectors import ReadPrediction

TOP_CELLS = 5
MOST_TEXTS = 3  # told at a reveal
MOVED_KM = 5.0  # less is not worth a sentence
LEVEL_NAMES = {"atlas": _("Atlas"), "surveyor": _("Surveyor"), "traveller": _("Traveller")}
LEVEL_WORDS = {
    "atlas": _("the model as it is"),
    "surveyor": _("believes less of what it sees"),
    "traveller": _("knows states, not places"),
}


class Place(TypedDict):
    """A place in degrees."""

    latitude: float
    longitude: float


class Truth(Place):
    """Where a photo was taken, with the place's name in the local script if it is known.

    ``names`` has, for each language in which the place's or the district's name is known, these by the English ones.
    """

    place: str
    local_name: str
    names: dict[str, dict[str, str]]
    state: str
    district: str


class ReadText(TypedDict):
    """A text that the model read, and its guess without it: the distance from the truth in km, and the points."""

    kind: str
    text: str
    distance_km: float
    score: int


class Credit(TypedDict):
    """Who made a photo, and its licence."""

    author: str
    licence: str
    source: str
    attribution: str


def ready_photos(collection: Collection, version: ModelVersion) -> list[int]:
    """Ids of the collection's playable photos with a prediction of this version that it was not trained on."""
    predicted = Prediction.objects.filter(version=version).values("sha256")
    photos = playable_photos(collection).filter(sha256__in=predicted).values_list("pk", "sha256")
    trained_on = training_hashes(version)
    return [pk for pk, sha256 in photos if sha256 not in trained_on]


def dealt_photos(collection: Collection, version: ModelVersion, now: datetime) -> list[int]:
    """The ready photos that games and rooms may deal: without those of today's daily challenge, which is ranked."""
    daily = SeriesPhoto.objects.filter(series__kind=Series.Kind.DAILY, series__day=day_of(now))
    held_back = set(daily.values_list("photo_id", flat=True))
    ready = ready_photos(collection, version)
    return [pk for pk in ready if pk not in held_back] or ready


def places_of(photos: list[int]) -> dict[int, tuple[float, float]]:
    """The positions of photos, by key. Pictures of one place, as a scene drawn anew, are not played in one game."""
    rows = Photo.objects.filter(pk__in=photos).values_list("pk", "latitude", "longitude")
    return {pk: (latitude, longitude) for pk, latitude, longitude in rows}


def game_of(player: Player | None, token: str) -> Game:
    """The player's game with this token. Raises Game.DoesNotExist, also for other players' games."""
    if player is None:
        raise Game.DoesNotExist
    return Game.objects.select_related("collection", "version", "player", "series").get(token=token, player=player)


def latest_round(game: Game) -> Round | None:
    return game.rounds.order_by("-number").first()


def unfinished_game(player: Player) -> Game | None:
    """The player's latest game, if it is not finished."""
    latest = player.games.order_by("-started_at", "-pk").first()
    return latest if latest and latest.finished_at is None else None


def totals(game: Game, up_to: int) -> dict[str, int]:
    """Total points of both sides over the locked rounds up to number ``up_to``: sums of rounded points."""
    rows = game.rounds.filter(locked_at__isnull=False, number__lte=up_to).values_list("score", "model_score")
    return {"player": sum(points(score) for score, _ in rows), "model": sum(points(score) for _, score in rows)}


def round_result(game_round: Round) -> dict[str, Any]:
    """The reveal's payload: the answer, both guesses, the model's cells. Raises ValueError for an open round."""
    if game_round.locked_at is None:
        raise ValueError("The result of an open round must not leave the server.")
    game, photo = game_round.game, game_round.photo
    prediction = prediction_for(game.version, photo.sha256)
    model_answer = answer(prediction, game.scale_km, game.level) if prediction else None
    cells = model_answer.cells[:TOP_CELLS] if model_answer else ()
    positions = guesses(game_round)
    return {
        **positions,
        "model": positions["model"]
        | {
            "radius_km": game_round.model_radius_km,
            "version": game.version.name,
            "doubtful": bool(model_answer and model_answer.doubtful),
        },
        "cells": [asdict(cell) for cell in cells],
        "texts": texts_read(game_round, prediction, game.scale_km, game.level),
        "clues": clues_of(photo, prediction, game_round.image_seed),
        "photo": credit(photo),
        "totals": totals(game, game_round.number),
        "next_url": reverse("summary", args=[game.token])
        if game_round.ends_game
        else reverse("round", args=[game.token, game_round.number + 1]),
        "last": game_round.ends_game,
        "streak": named_states(game_round) if game.mode == Game.Mode.STREAK else None,
        "reasons_url": reverse("round-reasons", args=[game.token, game_round.number]),
    }


def texts_read(
    row: Round | RoomRound, prediction: ReadPrediction | None, scale_km: float, level: str
) -> list[ReadText]:
    """The texts that moved the model's guess in a locked round by ``MOVED_KM`` or more, the most moving first."""
    photo = row.photo
    if prediction is None or not prediction.lines:
        return []
    guess = answer(prediction, scale_km, level)
    if (guess.latitude, guess.longitude) != (row.model_latitude, row.model_longitude):
        return []  # they were read after the round began, and the guess does not heed them
    told: list[ReadText] = []
    for text in texts_of(prediction, scale_km, level)[:MOST_TEXTS]:
        if text.moved_km >= MOVED_KM:
            distance = distance_km(Position(*text.without), Position(photo.latitude, photo.longitude))
            score = points(round_score(distance, photo.precision_km, scale_km))
            told.append({"kind": text.kind, "text": _legible(text), "distance_km": distance, "score": score})
    return told


def _legible(text: TextReason) -> str:
    """The text as it was read; in Indian letters with the place's name in Latin ones, which every player can read."""
    return text.text if text.text.isascii() or not text.places else f"{text.text} ({text.places[0].name})"


def named_states(game_round: Round) -> dict[str, Any]:
    """The result of a locked round of a streak: the right state, and those that the player and the model named."""
    state, player_state = game_round.photo.state, game_round.state_guess
    if game_round.right:
        title = gettext("Right: %(state)s")
    else:
        title = (
            gettext("Right answer: %(state)s. Your answer: %(own)s")
            if player_state
            else gettext("Right answer: %(state)s. You named no state")
        )
    return {
        "title": title % {"state": gettext(state), "own": gettext(player_state)},
        "player": player_state,
        "model": _model_state(game_round),
        "length": game_round.number - (not game_round.right),
    }


def _model_state(game_round: Round) -> str:
    return state_at(Position(game_round.model_latitude, game_round.model_longitude))


def best_streak(player: Player) -> int:
    """The most states in a row that the player has named in one game."""
    right_rounds = Round.objects.filter(game__player=player, game__mode=Game.Mode.STREAK, state_guess=F("photo__state"))
    lengths = right_rounds.order_by().values("game").annotate(length=Count("pk"))
    return lengths.aggregate(best=Max("length"))["best"] or 0


def streak_summary(game: Game) -> dict[str, Any]:
    """The length of a finished streak, and how far the model would have come on the same photos."""
    rounds = list(game.rounds.select_related("photo"))
    model = next((i for i, row in enumerate(rounds) if _model_state(row) != row.photo.state), len(rounds))
    return {
        "length": sum(row.right for row in rounds),
        "best": best_streak(game.player),
        "model": model,
        "model_goes_on": model == len(rounds),
    }


def truth(photo: Photo) -> Truth:
    town, district = find("town", photo.place, photo.state), find("district", photo.district, photo.state)
    return {
        "latitude": photo.latitude,
        "longitude": photo.longitude,
        "place": photo.place,
        "local_name": town.local_name if town else "",
        "names": {
            language: {
                known.name: known.names[language] for known in (district, town) if known and language in known.names
            }
            for language in LANGUAGES
        },
        "state": photo.state,
        "district": photo.district,
    }


def place_name(truth: Truth) -> str:
    """The place, else the district, in the language in use where that is known, and in the local script."""
    name = truth["place"] or truth["district"]
    own = truth["names"].get(get_language() or "", {}).get(name, name)
    return " · ".join(dict.fromkeys(filter(None, (own, truth["local_name"]))))


def credit(photo: Photo) -> Credit:
    """Who made a photo, under which licence, and where it comes from."""
    return {
        "author": photo.author,
        "licence": photo.licence,
        "source": photo.source,
        "attribution": photo.attribution,
    }


def guesses(game_round: Round) -> dict[str, Any]:
    """The truth, the player's guess and the model's guess of a locked round."""
    photo = game_round.photo
    return {
        "truth": truth(photo),
        "player": {
            "latitude": game_round.latitude,
            "longitude": game_round.longitude,
            "distance_km": game_round.distance_km,
            "score": points(game_round.score),
        },
        "model": {
            "latitude": game_round.model_latitude,
            "longitude": game_round.model_longitude,
            "distance_km": game_round.model_distance_km,
            "score": points(game_round.model_score),
        },
    }


def _summary_row(game: Game, row: Round, *, named: bool) -> dict[str, Any]:
    """A locked round in the summary of its game; ``named`` adds what was said of its state."""
    shown = guesses(row)
    return {
        "number": row.number,
        "image_url": reverse("round-image", args=[game.token, row.number]),
        "url": reverse("round", args=[game.token, row.number]),
        "reasons_url": reverse("round-reasons", args=[game.token, row.number]),
        **shown,
        "place": place_name(shown["truth"]),
        "streak": named_states(row) if named else None,
    }


def game_summary(game: Game) -> dict[str, Any]:
    """All rounds of a finished game, both totals, and the text to share."""
    rounds = list(game.rounds.select_related("photo").filter(locked_at__isnull=False))
    game_totals = totals(game, game.round_count)
    streak = streak_summary(game) if game.mode == Game.Mode.STREAK else None
    squares = "".join(("🟩" if row.right else "🟥") if streak else _square(row.score) for row in rounds)
    if streak:
        beyond = "+" if streak["model_goes_on"] else ""
        result = gettext("%(own)s in a row – the model %(model)s") % {
            "own": streak["length"],
            "model": f"{streak['model']}{beyond}",
        }
    else:
        result = gettext("Me %(own)s – the model %(model)s") % {
            "own": f"{game_totals['player']:,}",
            "model": f"{game_totals['model']:,}",
        }
    return {
        "rounds": [_summary_row(game, row, named=streak is not None) for row in rounds],
        "streak": streak,
        "totals": game_totals,
        "max": 5000 * game.round_count,
        "collection": game.collection.shown_name,
        "illustrated": game.collection.illustrated,
        "share_text": f"GeoGuess India · {_title(game)}\n{squares}\n{result}",
        "level": LEVEL_NAMES[game.level],
        "par": next((level.par for level in levels_of(game.version) if level.name == game.level), None),
        "play_again": {
            "collection": game.collection.slug,
            "time_limit": game.time_limit_s or "",
            "level": game.level,
        },
    }


def _title(game: Game) -> str:
    if game.mode == Game.Mode.DAILY and game.series:
        return f"{game.get_mode_display()} {game.series.day}"
    name = game.collection.shown_name
    return name if game.mode == Game.Mode.SOLO else f"{game.get_mode_display()} · {name}"


def _square(score: float | None) -> str:
    """A round's square in the text to share, coloured by its points."""
    return "🟩" if points(score) >= 4000 else "🟨" if points(score) >= 2000 else "🟧" if points(score) >= 500 else "🟥"


def history(player: Player) -> dict[str, Any]:
    """The player's games, latest first, and statistics against the model over all of them."""
    games: list[dict[str, Any]] = []
    for game in player.games.select_related("collection").prefetch_related("rounds__photo"):
        locked = [row for row in game.rounds.all() if row.locked_at]
        games.append(
            {
                "url": reverse("summary" if game.finished_at else "game", args=[game.token]),
                "collection": game.collection.shown_name,
                "mode": game.get_mode_display() if game.mode != Game.Mode.SOLO else "",
                "streak": sum(row.right for row in locked) if game.mode == Game.Mode.STREAK else None,
                "started_at": game.started_at,
                "finished": game.finished_at is not None,
                "player_total": sum(points(row.score) for row in locked),
                "model_total": sum(points(row.model_score) for row in locked),
                "rounds": game.round_count,
                "rounds_played": len(locked),
            }
        )
    finished = [game for game in games if game["finished"] and game["streak"] is None]
    rounds = Round.objects.filter(game__player=player, locked_at__isnull=False).exclude(game__mode=Game.Mode.STREAK)
    means = rounds.aggregate(
        mean_round_score=Avg("score"), model_mean_round_score=Avg("model_score"), rounds=Count("pk")
    )
    return {
        "games": games,
        "stats": {
            "games": len(finished),
            "beaten": sum(game["player_total"] > game["model_total"] for game in finished),
            "best": max((game["player_total"] for game in finished), default=0),
            **means,
        },
    }


def collection_cards() -> list[dict[str, Any]]:
    """The home page's card of each collection with playable photos, with the version that serves it."""
    cards, collections = [], list(Collection.objects.all())
    versions = versions_for([collection.slug for collection in collections])
    for collection in collections:
        version = versions[collection.slug]
        ready = len(ready_photos(collection, version)) if version else 0
        waiting = playable_photos(collection).count() - ready
        if not ready and waiting <= 0:
            continue
        cards.append(
            {
                "name": collection.shown_name,
                "slug": collection.slug,
                "description": collection.shown_description,
                "illustrated": collection.illustrated,
                "playable": ready,
                "waiting": waiting,
                "scale_km": collection.scale_km,
                "average": model_average(collection, version) if version else None,
                "collection": collection,
                "version": version,
                "cover_url": reverse("collection-cover", args=[collection.slug]),
            }
        )
    return cards


def model_average(collection: Collection, version: ModelVersion) -> dict[str, Any] | None:
    """The model's average points in a round of this collection, at full strength; None where nothing is known.

    It is that of the ``rounds`` played here; before there are enough, that on ``photos`` test photos from all India.
    """
    games = Game.objects.filter(collection=collection, version=version, level=STRONGEST)
    # Only pictures that are played now: a scene drawn anew is another picture.
    rounds = Round.objects.filter(game__in=games, locked_at__isnull=False, photo__in=playable_photos(collection))
    played = rounds.aggregate(points=Avg("model_score"), rounds=Count("pk"))
    if played["rounds"] >= FEWEST_ROUNDS:
        return played | {"photos": 0}
    measured = next((level for level in levels_of(version) if level.name == STRONGEST), None)
    if measured is None or collection.scale_km != INDIA_SCALE_KM:
        return None
    return {"points": measured.par, "rounds": 0, "photos": measured.photos}


def opponents(version: ModelVersion | None) -> list[dict[str, Any]]:
    """The version's levels as opponents, the weakest first, with the average (``par``) of each on its test photos."""
    if version is None:
        return []
    return [
        {
            "name": level.name,
            "title": LEVEL_NAMES[level.name],
            "words": LEVEL_WORDS[level.name],
            "par": round(level.par),
            "photos": level.photos,
        }
        for level in reversed(levels_of(version))
    ]


def opponents_of(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The versions that serve the collections on these cards, each with its levels and the collections' slugs."""
    slugs: dict[ModelVersion, list[str]] = {}
    for card in cards:
        if card["version"]:
            slugs.setdefault(card["version"], []).append(card["slug"])
    return [
        {"version": version, "collections": " ".join(served), "levels": opponents(version)}
        for version, served in slugs.items()
    ]


def cover_photo(collection: Collection) -> Photo | None:
    """The photo on a collection's card: always the same one."""
    return playable_photos(collection).order_by("sha256").first()
