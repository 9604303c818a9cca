"""The admin: each of its pages answers, lists what its reader may see, and has the one policy that is not strict."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from geoguess.game.services import start_game
from geoguess.models import LessonPlan, LessonStep, Player, Room, Seat, Series, SeriesPhoto
from pipeline.models import Job, Rejection
from predictor.models import Promotion

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def rows(admin_user, playable, version) -> dict[type[Model], Model]:
    """One row of each table that the admin shows."""
    player = Player.objects.create(user=admin_user)
    game = start_game(player=player, collection=playable, time_limit_s=None, now=NOON)
    plan = LessonPlan.objects.create(owner=admin_user, title="Rivers", collection=playable, level="atlas")
    LessonStep.objects.create(plan=plan, place=1, photo=playable.photos.first(), collection=playable)
    common = {"collection": playable, "version": version, "level": "atlas", "scale_km": 2000, "created_at": NOON}
    room = Room.objects.create(code="ABCDEF", kind="room", host=player, round_count=5, **common)
    series = Series.objects.create(kind="challenge", **common)
    SeriesPhoto.objects.create(series=series, number=1, photo=playable.photos.first())
    Seat.objects.create(room=room, player=player, name="Asha", from_round=1, joined_at=NOON)
    made = [
        *(playable, playable.photos.first(), version, player, game, series, plan, room, admin_user),
        Group.objects.create(name="Curious"),
        admin_user.emailaddress_set.create(email="asha@example.org"),
        Rejection.objects.create(file_name="blurred.jpg", reason="unreadable", collection=playable),
        Job.objects.create(kind="retrain", parameters={}),
        Promotion.objects.create(version=version),
    ]
    return {type(row): row for row in made}


def address(model: type[Model], page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def test_every_page_answers(admin_client, rows):
    for model, table in admin.site._registry.items():
        answer = admin_client.get(address(model, "changelist"))
        assert answer.status_code == 200, model
        may_add = table.has_add_permission(answer.wsgi_request)
        assert admin_client.get(address(model, "add")).status_code == (200 if may_add else 403), model
    for model, row in rows.items():
        for page in ("change", "history"):
            assert admin_client.get(address(model, page, row.pk)).status_code == 200, (model, page)
    for page in ("index", "password_change"):
        assert admin_client.get(reverse(f"admin:{page}")).status_code == 200
    assert admin_client.get(reverse("admin:auth_user_password_change", args=[rows[User].pk])).status_code == 200


def test_what_was_played_is_there_to_look_at(admin_client, rows):
    for model in (Room, LessonPlan):
        page = admin_client.get(address(model, "change", rows[model].pk)).content.decode()
        assert 'name="_save"' not in page, model
        assert admin_client.post(address(model, "change", rows[model].pk), {}).status_code == 403
    assert "Asha" in admin_client.get(address(Room, "change", rows[Room].pk)).content.decode()


def test_the_sidebar_lists_what_its_reader_may_see(admin_client):
    user = User.objects.create_user("curator", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_photo", "view_job"]))
    client = Client()
    client.force_login(user)

    def sections(client: Client) -> dict[str, list[str]]:
        navigation = client.get("/admin/").context["sidebar_navigation"]
        return {group.get("title", ""): [item["title"] for item in group["items"]] for group in navigation}

    assert sections(client) == {"": ["Workshop", "The site"], "Photos": ["Photos"], "Jobs": ["Jobs"]}
    everything = sections(admin_client)
    assert everything["Photos"] == ["Photos", "Collections", "Rejected files"]
    assert {"Models", "Games", "People"} <= set(everything)


def test_only_the_admin_may_evaluate_and_set_inline_styles(admin_client):
    for page in ("/admin/", "/admin/pipeline/job/add/", "/admin/nowhere/"):
        directives = dict(line.split(" ", 1) for line in admin_client.get(page)["Content-Security-Policy"].split("; "))
        assert directives["script-src"].split() == ["'self'", "'unsafe-eval'"], page
        assert directives["style-src"].split() == ["'self'", "'unsafe-inline'"]
        assert directives["default-src"] == "'self'"
        assert directives["frame-ancestors"] == "'self'"
    for page in ("/", "/workshop/", "/adminx/", reverse("account_login")):
        assert "unsafe" not in admin_client.get(page)["Content-Security-Policy"], page


def test_who_opens_the_admin_logs_in_on_the_sites_own_page(client):
    User.objects.create_superuser("kavya", password="peepal-1947")
    answer = client.get("/admin/pipeline/job/", follow=True)
    assert answer.request["PATH_INFO"] == reverse("account_login")
    there = f"{answer.request['PATH_INFO']}?{answer.request['QUERY_STRING']}"
    answer = client.post(there, {"login": "kavya", "password": "peepal-1947"})
    assert answer.headers["Location"] == "/admin/pipeline/job/"


def test_who_is_no_staff_does_not_get_in(client):
    client.force_login(User.objects.create_user("guest"))
    assert client.get("/admin/", follow=True).status_code == 403
