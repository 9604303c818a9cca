"""Reports of players on pictures, from the round to the outcome on the profile."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geoguess.game import services
from geoguess.models import Player
from geoguess.players import services as players
from geoguess.players.reports import reports_of
from geoguess.profile import figures
from geoguess.profile.services import delete_player
from pipeline.curation.reports import resolve_reports
from pipeline.models import Report
from pipeline.photos.selectors import playable_photos

pytestmark = pytest.mark.django_db


@pytest.fixture
def game(client: Client, add_photo, collection, version):
    for number in range(6):
        add_photo(number, cell=0)
    client.post(reverse("game-start"), {"collection": collection.slug})
    return Player.objects.get().games.get()


def test_a_round_is_reported_leaves_play_and_the_reporter_sees_the_outcome(client: Client, game):
    shown = game.rounds.get()
    address = reverse("round-report", args=[game.token, 1])
    assert address in client.get(reverse("round", args=[game.token, 1])).content.decode()
    answer = client.post(address, {"reason": "wrong_place"})
    assert "Thank you" in answer.json()["message"]
    assert shown.photo not in playable_photos()
    assert "not decided yet" in client.get(reverse("profile")).content.decode()
    resolve_reports(photo=shown.photo, outcome="corrected", user=None, now=timezone.now())
    assert "you were right: the picture was corrected" in client.get(reverse("profile")).content.decode()
    assert shown.photo in playable_photos()


def test_what_is_no_reason_or_somebody_elses_round_is_refused(client: Client, game):
    address = reverse("round-report", args=[game.token, 1])
    assert client.post(address, {"reason": "ugly"}).status_code == 400
    assert client.get(address).status_code == 405
    assert Client().post(address, {"reason": "broken"}).status_code == 404
    assert not Report.objects.exists()


def test_a_report_tells_nothing_of_the_answer(client: Client, game):
    photo = game.rounds.get().photo
    body = client.post(reverse("round-report", args=[game.token, 1]), {"reason": "broken"}).content.decode()
    page = client.get(reverse("profile")).content.decode()
    for secret in (photo.place, photo.state, photo.file_name, photo.sha256):
        assert secret not in body
        assert secret not in page


def test_the_next_game_does_not_show_a_reported_picture(client: Client, game, collection):
    reported = game.rounds.get().photo
    client.post(reverse("round-report", args=[game.token, 1]), {"reason": "broken"})
    for _ in range(8):
        new = services.start_game(
            player=game.player, collection=collection, time_limit_s=None, now=timezone.now()
        ).rounds.get()
        assert new.photo != reported


def test_reports_go_along_when_a_guest_signs_up_and_are_nobodys_after_deletion(client: Client, game):
    client.post(reverse("round-report", args=[game.token, 1]), {"reason": "private"})
    guest, account = game.player, Player.objects.create()
    players.merge_players(guest=guest, into=account)
    assert [str(row["reason"]) for row in reports_of(account)] == [
        "It shows a face, a number plate or something private"
    ]
    assert len(figures.export(account)["reports"]) == 1
    token = account.token
    delete_player(account)
    report = Report.objects.get()
    assert report.reporter != token
    assert report.outcome == ""  # still to be decided
