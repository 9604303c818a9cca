"""While another process keeps SQLite locked, pages wait for it and then say that the site is busy; nothing is lost."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from geoguess.game import model_guess
from geoguess.live import services as rooms
from geoguess.models import Game, Player, Round
from geoguess.site.busy import RETRY_AFTER_S, is_busy

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite has one lock for all"),
]
PLACE = {"latitude": 20.0, "longitude": 77.0}


@pytest.fixture
def locked():
    """Keep the database locked for so many seconds, from a process that is not the site's."""
    threads = []

    def lock(seconds: float) -> None:
        held = threading.Event()

        def hold() -> None:
            other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            held.set()
            time.sleep(seconds)
            other.execute("ROLLBACK")
            other.close()

        threads.append(threading.Thread(target=hold))
        threads[-1].start()
        assert held.wait(5)

    yield lock
    for thread in threads:
        thread.join()


@pytest.fixture
def impatient():
    """Wait for the lock no longer than a tenth of a second."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
        yield
        cursor.execute("PRAGMA busy_timeout = 20000")


@pytest.fixture
def game(client, playable, broker) -> Game:
    client.raise_request_exception = False
    client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": ""})
    return Game.objects.get()


def test_a_guess_waits_for_the_lock(client, game, locked) -> None:
    locked(1.0)
    answer = client.post(reverse("round-guess", args=[game.token, 1]), PLACE, content_type="application/json")
    assert answer.status_code == 200
    assert Round.objects.get().score is not None


def test_a_guess_that_waits_in_vain_may_be_sent_again(client, game, locked, impatient) -> None:
    address = reverse("round-guess", args=[game.token, 1])
    locked(0.6)
    answer = client.post(address, PLACE, content_type="application/json")
    assert answer.status_code == 503
    assert answer["Retry-After"] == str(RETRY_AFTER_S)
    assert answer.json() == {"error": "The site is busy. Try again in a moment."}
    time.sleep(0.7)
    again = client.post(address, PLACE, content_type="application/json")
    assert again.status_code == 200
    assert client.post(address, {"latitude": 1, "longitude": 1}, content_type="application/json").json() == again.json()


def test_a_page_that_waits_in_vain_says_so(client, game, locked, impatient) -> None:
    client.cookies.clear()
    locked(0.6)
    answer = client.post(reverse("game-start"), {"collection": game.collection.slug})
    assert (answer.status_code, answer["Retry-After"]) == (503, str(RETRY_AFTER_S))
    assert "The site is busy" in answer.content.decode()


def test_any_other_error_stays_one(client, game, monkeypatch) -> None:
    def broken(**_):
        raise OperationalError("no such table: geoguess_round")

    monkeypatch.setattr("geoguess.game.services.submit_guess", broken)
    answer = client.post(reverse("round-guess", args=[game.token, 1]), PLACE, content_type="application/json")
    assert answer.status_code == 500
    assert not is_busy(OperationalError("disk I/O error"))


@pytest.fixture
def locked_while_choosing(monkeypatch) -> list[bool]:
    """Whether the database was locked for writing whenever a picture's model answer was computed."""
    found: list[bool] = []
    compute = model_guess.answer

    def watched(*how):
        found.append(connection.in_atomic_block)
        return compute(*how)

    monkeypatch.setattr(model_guess, "answer", watched)
    return found


def test_the_models_guess_is_computed_before_the_lock(client, game, locked_while_choosing) -> None:
    client.post(reverse("game-start"), {"collection": game.collection.slug})
    client.post(reverse("round-guess", args=[game.token, 1]), PLACE, content_type="application/json")
    client.get(reverse("round", args=[game.token, 2]))
    client.get(reverse("daily"))
    client.post(reverse("daily"))
    assert Round.objects.count() >= 3
    assert len(locked_while_choosing) >= 3
    assert not any(locked_while_choosing)


def test_the_next_picture_of_a_room_is_chosen_before_the_lock(playable, version, broker, locked_while_choosing) -> None:
    player = Player.objects.create()
    how = {"kind": "room", "collection": playable, "round_count": 3, "time_limit_s": None, "model_plays": True}
    room = rooms.create_room(host=player, level="atlas", now=timezone.now(), **how)
    rooms.advance(room_id=room.pk, player=player, phase="lobby", number=0, now=timezone.now())
    assert room.rounds.count() == 1
    assert locked_while_choosing == [False]
