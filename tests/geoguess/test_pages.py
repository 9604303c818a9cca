"""Every page of the site is opened, with something in every list: none asks the database while it is rendered."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.template import Context, Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from geoguess.classroom import services as classroom
from geoguess.game import rules, series, services
from geoguess.game.selectors import ready_photos
from geoguess.models import Game, Player, Round
from geoguess.reasons import gallery
from pipeline.curation import removal
from pipeline.curation.collections import change_by_hand
from pipeline.curation.gallery import exhibit
from pipeline.curation.reports import report_photo
from pipeline.models import Collection, Job, Photo, Report, Schedule
from pipeline.uploads import receiving
from predictor.models import Alias, ModelVersion, Promotion
from tests.geoguess.test_live_services import MUMBAI, go_on, lock, make
from tests.geoguess.test_series import finish

pytestmark = pytest.mark.django_db

# What each page needs in its address; "?" and more stand behind it.
PAGES = {
    **dict.fromkeys(["home", "daily", "daily-archive", "streak", "rooms", "lessons", "history", "profile"], ""),
    **dict.fromkeys(["gallery", "upload", "leaderboards", "about", "attribution", "responsible-use", "offline"], ""),
    **dict.fromkeys(["profile-delete", "account_email", "account_change_password", "account_logout"], ""),
    **{"daily-day": "day", "challenge": "challenge", "summary": "game", "round": "open_game 1", "room": "room"},
    **{"lesson-new": "?collection=streets", "lesson-edit": "plan", "lesson-report": "class"},
    **{"round-reasons": "game 1", "room-reasons": "room 1", "gallery-reasons": "shown"},
    **{f"workshop:{name}": "" for name in ("home", "uploads", "collections", "collection-new", "statistics", "bin")},
    **{f"workshop:{name}": "" for name in ("models", "review", "jobs", "job-workers", "schedules")},
    **{"workshop:upload": "upload", "workshop:collection": "collection", "workshop:model": "version"},
    **{"workshop:models-compare": "?a=tiny&b=tiny", "workshop:review-photo": "photo", "workshop:schedule": "schedule"},
    **{"workshop:schedule-new": "evaluate"},
}
# These are opened by tests of their own: a picture for the model lies in Redis, a take-down asks for the password.
ELSEWHERE = {"upload-reasons", "workshop:take-down"}
# These answer with pictures, files, JSON or the way to a page.
NO_PAGES = {
    *("collection-cover", "game-start", "streak-start", "game", "challenge-make", "set_language", "catalog"),
    *("manifest", "service-worker", "health", "health-ready", "metrics", "look-answer", "version-cells"),
    *(
        "training-photo",
        "training-scene",
        "profile-export",
        "lesson-act",
        "lesson-restore",
        "lesson-thumb",
        "lesson-download",
    ),
    *("lesson-session-delete", "room-create", "room-join", "room-qr", "room-report", "room-final", "room-image"),
    *("round-whole", "room-whole"),
    *("room-state", "room-act"),
    *(f"round-{name}" for name in ("image", "draft", "guess", "result", "report", "look", "map")),
    *(f"{whose}-{what}" for whose in ("room", "gallery", "upload") for what in ("look", "map")),
    *("gallery-picture", "upload-picture"),
    *(f"workshop:upload-{name}" for name in ("announce", "receive", "picture", "state", "act")),
    *(f"workshop:{name}" for name in ("photo-picture", "collection-act", "collection-export", "bin-restore")),
    *(f"workshop:{name}" for name in ("models-act", "review-decide", "review-dismiss", "schedule-act")),
}


def names(resolver: URLResolver, namespace: str = "") -> set[str]:
    """Of all addresses but the admin's and django-allauth's."""
    found = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found.add(f"{namespace}{entry.name}")
        elif entry.namespace != "admin" and "allauth" not in str(entry.urlconf_name):
            found |= names(entry, f"{entry.namespace}:" if entry.namespace else namespace)
    return found - {"None"}


@pytest.fixture
def reader(groups) -> User:
    """Who may open every page, by permissions and not as a superuser."""
    user = User.objects.create_user("meera", password="a long password", is_staff=True)
    user.groups.set(Group.objects.all())
    return user


@pytest.fixture
def player(reader) -> Player:
    return Player.objects.create(user=reader, name="Quiet Hornbill")


@pytest.fixture
def world(
    reader, player, playable: Collection, add_photo, version: ModelVersion, settings, tmp_path, monkeypatch
) -> dict:
    """Something for every list, and what stands in the addresses."""
    monkeypatch.setattr("pipeline.curation.privacy.faces", lambda image: [])
    settings.UPLOADS_DIR = tmp_path
    now = timezone.now()
    for number in (2, 1, 0):
        before = series.daily_series(day=rules.day_of(now) - timedelta(days=number), now=now)
        finish(series.start_series(series=before, player=player, now=now), now=now)
    solo = finish(services.start_game(player=player, collection=playable, time_limit_s=60, now=now), now=now)
    services.start_game(player=player, collection=playable, time_limit_s=None, now=now)
    room = make(playable, host=player)
    room = go_on(room)
    lock(room.seats.get(), MUMBAI)
    plan, second = (
        classroom.save_plan(
            **{"owner": reader, "plan": None, "title": title, "collection": playable, "time_limit_s": None},
            **{"model_plays": True, "level": "atlas", "in_teams": False},
            steps=[classroom.Step(photo, playable.slug, "Look") for photo in ready_photos(playable, version)[:2]],
        )
        for title in ("Coasts", "Hills")
    )
    lesson = classroom.begin(plan=plan, host=player, now=now)
    classroom.put_in_bin(plan=second, now=now)
    open_rounds = Round.objects.filter(locked_at=None)  # of photos drawn by lot
    photo, binned, *_ = Photo.objects.exclude(pk__in=open_rounds.values("photo")).order_by("pk")
    shown = add_photo(77)  # the gallery hides what is being played
    exhibit(photos=[shown])
    report_photo(photo=photo, reason=Report.Reason.choices[0][0], reporter="somebody", weight=1, now=now)
    removal.put_in_bin(rows=[binned], now=now)
    change_by_hand(collection=playable, add=[], take_out=[photo.pk], user=reader)
    change_by_hand(collection=playable, add=[photo.pk], take_out=[], user=reader)
    Alias.objects.create(name="candidate", version=version)
    Promotion.objects.create(version=version, actor="meera")
    Job.objects.create(kind="evaluate", actor="meera", status=Job.Status.SUCCEEDED)
    schedule = Schedule.objects.create(
        name="Nightly", kind="evaluate", time_of_day=time(2), owner=reader, last_checked_at=now
    )
    return {
        "day": rules.day_of(now).isoformat(),
        "challenge": series.challenge(game=solo, today=rules.day_of(now), now=now).token,
        "game": solo.token,
        "open_game": Game.objects.get(player=player, finished_at=None).token,
        "room": room.code,
        "plan": plan.pk,
        "class": lesson.pk,
        "shown": gallery.exhibited_photos().get().pk,
        "photo": photo.pk,
        "upload": receiving.open_upload(user=reader, collection_name="Mine").pk,
        "collection": playable.slug,
        "version": version.name,
        "schedule": schedule.pk,
    }


def test_a_new_address_is_a_page_or_none():
    assert names(get_resolver()) | {"account_email", "account_change_password", "account_logout"} == (
        set(PAGES) | ELSEWHERE | NO_PAGES
    )


def test_no_page_asks_the_database_while_it_is_rendered(reader, world):
    client = Client()
    client.force_login(reader)
    for name, needs in PAGES.items():
        path, _, query = needs.partition("?")
        words = [world.get(word, word) for word in path.split()]
        answer = client.get(f"{reverse(name, args=words)}?{query}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8"), name
        assert answer.templates, name


def test_nor_does_a_guests(client, playable):
    client.post(reverse("game-start"), {"collection": playable.slug})
    for name in ("home", "daily", "profile", "history", "leaderboards", "rooms"):
        assert client.get(reverse(name)).status_code == 200, name


@pytest.mark.parametrize("source", ["{% for row in rows %}{{ row }}{% endfor %}", "{% if rows and 1 %}{% endif %}"])
def test_a_query_in_a_template_is_found(collection, source):
    with pytest.raises(AssertionError, match="pipeline_collection"):
        Template(source).render(Context({"rows": Collection.objects.all()}))


def test_a_request_for_another_host_is_refused_with_a_page(client, settings):
    settings.ALLOWED_HOSTS, settings.DEBUG = ["localhost"], False
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "was not understood" in answer.content.decode()


def test_a_name_misspelt_in_a_template_fails_a_test():
    template = Template("{{ player.nmae }}")
    with pytest.raises(AssertionError, match="nmae"):
        template.render(Context({"player": {"name": "Asha"}}))
    with pytest.raises(AssertionError, match="plaeyr"):
        Template("{{ plaeyr }}").render(Context({"player": {"name": "Asha"}}))
