"""What a browser may send and the site does not understand is answered with 400, never with 500."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from geoguess.live import messages
from geoguess.models import Game
from pipeline.workshop import urls as workshop

BAD_JSON = [
    "[" * 50_000,
    '{"latitude": ' + "[" * 5000 + "]" * 5000 + ', "longitude": 1}',
    '{"more": ' + '{"a": ' * 5000 + "1" + "}" * 5000 + "}",
    f'{{"latitude": {"1" * 400}, "longitude": 1}}',
    '{"latitude": 1e999, "longitude": 1}',
    '{"latitude": NaN, "longitude": 1}',
    '{"latitude": -Infinity, "longitude": 1}',
    '{"latitude": "28", "longitude": 77}',
    '{"latitude": true, "longitude": 77}',
    '{"latitude": 28}',
    "[28, 77]",
    "",
    "\0",
]


@pytest.fixture
def careful(client: Client) -> Client:
    """A browser whose requests may answer with an error, as they do on a real server."""
    client.raise_request_exception = False
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("body", BAD_JSON, ids=lambda body: body[:30])
def test_a_guess_that_is_no_position_is_refused(careful: Client, playable, body: str):
    careful.post(reverse("game-start"), {"collection": playable.slug})
    game = Game.objects.get()
    for name in ("round-draft", "round-guess"):
        answer = careful.post(reverse(name, args=[game.token, 1]), body, content_type="application/json")
        assert (answer.status_code, "error" in answer.json()) == (400, True), name
    assert game.rounds.get().locked_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        *BAD_JSON[:2],
        '{"covered": ' + "[" * 5000,
        f'{{"covered": [[0, 0, 1, {"1" * 400}]]}}',
        '{"covered": [[0, 0, 1, 1e999]]}',
        '{"covered": [[0, 0, 1]]}',
        '{"covered": [["0", 0, 1, 1]]}',
        '{"covered": [[0.5, 0, 0.5, 1]]}',
        '{"covered": 5}',
        '{"covered": [' + ", ".join(["[0, 0, 1, 1]"] * 6) + "]}",
    ],
    ids=lambda body: body[:30],
)
def test_boxes_that_are_none_are_refused(careful: Client, playable, body: str):
    careful.post(reverse("game-start"), {"collection": playable.slug})
    game = Game.objects.get()
    pin = json.dumps({"latitude": 20, "longitude": 77})
    careful.post(reverse("round-guess", args=[game.token, 1]), pin, content_type="application/json")
    answer = careful.post(reverse("round-look", args=[game.token, 1]), body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.django_db
def test_a_code_that_no_room_can_have_has_no_qr_code(careful: Client):
    assert careful.get("/r/123456/qr.svg").status_code == 200
    for code in ("1" * 7, "1" * 3000, "क" * 300):
        assert careful.get(f"/r/{code}/qr.svg").status_code == 400


@pytest.mark.django_db
def test_a_token_outside_ascii_is_a_wrong_one(careful: Client, settings):
    settings.METRICS_TOKEN = "secret"
    for header in ("Bearer geheimß", "Bearer \xff\xfe", "क"):
        assert careful.get("/metrics", headers={"authorization": header}).status_code == 400
    assert careful.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.parametrize(
    "text", ["[" * 1000, '{"type": "ping", "t": 1, "x": ' + "[" * 900, '{"type": "ping", "t": NaN}']
)
def test_a_rooms_message_may_be_nested_as_deeply_as_it_likes(text: str):
    with pytest.raises(messages.BadMessage):
        messages.parse(text)


NUMBERS = ["9" * 400, "9" * 5000]


@pytest.mark.django_db
@pytest.mark.parametrize("digits", NUMBERS, ids=len)
def test_numbers_in_addresses_may_be_of_any_length(careful: Client, django_user_model, digits: str):
    careful.force_login(django_user_model.objects.create_superuser("admin"))
    routes = [str(route.pattern) for route in get_resolver().url_patterns if not hasattr(route, "url_patterns")]
    routes += [f"workshop/{route.pattern}" for route in workshop.urlpatterns]
    for route in routes:
        path = re.sub(r"<(int|str|slug):\w+>", lambda found: digits if found[1] == "int" else "x1", route)
        for query in ("", f"?page={digits}&undo={digits}&width={digits}&offset={digits}&queue={digits}"):
            for answer in (careful.get(f"/{path}{query}"), careful.post(f"/{path}{query}")):
                needs_redis = route in ("health/ready", "accounts/signup/")  # 503 while there is none
                assert answer.status_code < 500 or needs_redis, (path[:60], answer.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("digits", NUMBERS, ids=len)
def test_numbers_in_forms_may_be_of_any_length(careful: Client, django_user_model, playable, digits: str):
    careful.force_login(django_user_model.objects.create_superuser("admin"))
    names = ("photos", "photo", "pk", "rounds", "time_limit", "version", "min", "max", "job", "count", "seat", "files")
    form = dict.fromkeys(names, digits) | {"collection": playable.slug, "kind": "room", "name": "x"}
    paths = [reverse(name) for name in ("game-start", "room-create", "workshop:bin-restore", "workshop:models-act")]
    paths.append(reverse("workshop:collection-act", args=[playable.slug]))
    paths.append(reverse("workshop:collection-new"))
    for path in paths:
        for act in (
            "by_hand",
            "add",
            "restore",
            "delete",
            "remove",
            "filter",
            "save",
            "version",
            "refill",
            "take_down",
        ):
            assert careful.post(path, form | {"act": act}).status_code < 500, (path, act)
