"""How often the pages that are asked for most ask the database. A page that asks once for each row would soon be slow.

The limits are what the pages need today and one or two more; whoever has to raise one says why beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geoguess.live import selectors
from geoguess.models import Game, Room

pytestmark = pytest.mark.django_db

LIMITS = {
    "home": 7,  # one for the collections that have a version of their own
    "round": 7,
    "picture": 5,
    "guess": 13,
    "result": 7,
    "room": 5,
    "snapshot": 8,
}


@pytest.fixture
def game(client: Client, playable) -> Game:
    client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": ""})
    return Game.objects.get()


@pytest.fixture
def room(client: Client, playable, broker) -> Room:
    """A room of its host, the model and four guests."""
    form = {"collection": playable.slug, "kind": "room", "rounds": "3", "time_limit": "60", "model_plays": "on"}
    client.post(reverse("room-create"), form)
    room = Room.objects.get()
    for name in ("Ravi", "Meena", "Asha", "Kavya"):
        Client().post(reverse("room-join"), {"code": room.code, "name": name})
    return room


def guess(client: Client, game: Game):
    address, body = reverse("round-guess", args=[game.token, 1]), json.dumps({"latitude": 19.0, "longitude": 72.9})
    return client.post(address, body, content_type="application/json")


def asks(django_assert_max_num_queries, name: str, do: Callable[[], object]) -> None:
    """What is done asks no more often than its limit, the second time, when the process knows what it may know."""
    with django_assert_max_num_queries(LIMITS[name]):
        answer = do()
    assert getattr(answer, "status_code", 200) == 200


def test_home(client, playable, django_assert_max_num_queries) -> None:
    client.get("/")
    asks(django_assert_max_num_queries, "home", lambda: client.get("/"))


def test_a_round_from_its_page_to_its_result(client, game, django_assert_max_num_queries) -> None:
    page, picture = reverse("round", args=[game.token, 1]), reverse("round-image", args=[game.token, 1])
    client.get(page)
    asks(django_assert_max_num_queries, "round", lambda: client.get(page))
    asks(django_assert_max_num_queries, "picture", lambda: client.get(picture))
    asks(django_assert_max_num_queries, "guess", lambda: guess(client, game))
    result = reverse("round-result", args=[game.token, 1])
    asks(django_assert_max_num_queries, "result", lambda: client.get(result))


def test_a_rooms_page_and_its_snapshot_whoever_many_are_in_it(client, room, django_assert_max_num_queries) -> None:
    page = reverse("room", args=[room.code])
    client.get(page)
    asks(django_assert_max_num_queries, "room", lambda: client.get(page))
    seat = room.seats.exclude(player=None).first()
    now = timezone.now() + timedelta(seconds=1)
    asks(
        django_assert_max_num_queries,
        "snapshot",
        lambda: selectors.snapshot(room, seat=seat, player=seat.player, present={seat.pk}, now=now),
    )
