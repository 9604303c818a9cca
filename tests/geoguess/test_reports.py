"""Reports of players on pictures, from the round to the outcome on the profile."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geoguess.game import services
from geoguess.models import Game, Player, Round
from geoguess.players import services as players
from geoguess.players.actors import SESSION_KEY
from geoguess.players.reports import report, reports_of
from geoguess.profile import figures
from geoguess.profile.services import delete_player
from geoguess.site import limits
from pipeline.curation.reports import resolve_reports
from pipeline.models import Photo, Report
from pipeline.photos.selectors import playable_photos
from tests.geoguess.test_live_services import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def game(client: Client, add_photo, collection, version):
    for number in range(6):
        add_photo(number, cell=0)
    client.post(reverse("game-start"), {"collection": collection.slug})
    return Player.objects.get().games.get()


def lock_and_report(client: Client, number: int = 1) -> Photo:
    """Guess the place of the round, report its picture, and return it."""
    game = Game.objects.get(player__token=client.session[SESSION_KEY], finished_at__isnull=True)
    address = reverse("round-guess", args=[game.token, number])
    client.post(address, {"latitude": 20, "longitude": 77}, content_type="application/json")
    assert client.post(reverse("round-report", args=[game.token, number]), {"reason": "broken"}).status_code == 200
    return game.rounds.get(number=number).photo


def player_of(photo: Photo, collection) -> Client:
    """A browser of a new guest, whose first round shows this picture."""
    client = Client()
    client.post(reverse("game-start"), {"collection": collection.slug})
    Round.objects.filter(game__player__token=client.session[SESSION_KEY]).update(photo=photo)
    return client


def test_three_guests_who_guessed_it_take_a_picture_out_of_play_and_see_the_outcome(client: Client, game, collection):
    shown = lock_and_report(client)
    assert shown in playable_photos()
    lock_and_report(player_of(shown, collection))
    assert shown in playable_photos()
    profile = client.get(reverse("profile")).content.decode()
    assert "not decided yet" in profile
    assert "out of play" not in profile
    third = player_of(shown, collection)
    lock_and_report(third)
    assert shown not in playable_photos()
    assert "the picture is out of play until then" in third.get(reverse("profile")).content.decode()
    resolve_reports(photo=shown, outcome="corrected", user=None, now=timezone.now())
    assert "you were right: the picture was corrected" in client.get(reverse("profile")).content.decode()
    assert shown in playable_photos()


def test_a_guest_who_has_not_guessed_is_heard_but_takes_nothing_out(client: Client, game, collection):
    shown = game.rounds.get().photo
    assert (
        reverse("round-report", args=[game.token, 1])
        in client.get(reverse("round", args=[game.token, 1])).content.decode()
    )
    for one in (client, *(player_of(shown, collection) for _ in range(5))):
        token = Game.objects.get(player__token=one.session[SESSION_KEY]).token
        assert "Thank you" in one.post(reverse("round-report", args=[token, 1]), {"reason": "broken"}).json()["message"]
    assert shown.reports.count() == 6
    assert shown in playable_photos()


def test_an_account_is_enough(client: Client, game):
    client.force_login(User.objects.create_user("asha"))
    client.get(reverse("profile"))
    player = Player.objects.get(user__username="asha")
    report(player=player, photo=game.rounds.get().photo, reason="broken", now=timezone.now())
    assert game.rounds.get().photo not in playable_photos()


def test_reports_take_out_no_more_than_their_share_of_a_collection(add_photo, collection, version):
    for number in range(40):
        add_photo(number, cell=number % 3)
    accounts = [Player.objects.create(user=User.objects.create_user(f"account{number}")) for number in range(3)]
    photos = list(playable_photos(collection))
    for number, photo in enumerate(photos):
        report(player=accounts[number // 20], photo=photo, reason="broken", now=timezone.now())
    assert playable_photos(collection).count() == 38  # 5 % of 40 are out, and the curators have all 40 reports
    assert Report.objects.filter(outcome="").count() == 40
    assert services.start_game(player=accounts[0], collection=collection, time_limit_s=None, now=timezone.now())


def test_a_collection_without_playable_pictures_says_so(add_photo, collection, version):
    photo = add_photo(0, cell=0)
    account = Player.objects.create(user=User.objects.create_user("asha"))
    report(player=account, photo=photo, reason="broken", now=timezone.now())
    with pytest.raises(services.CannotPlay, match=r"No pictures of .* can be played at the moment"):
        services.start_game(player=account, collection=collection, time_limit_s=None, now=timezone.now())
    with pytest.raises(services.CannotPlay, match=r"No pictures of .* can be played at the moment"):
        make(collection)


@pytest.mark.services
@pytest.mark.usefixtures("broker")
def test_reports_are_counted_by_network_address(client: Client, game, collection, monkeypatch):
    monkeypatch.setitem(limits.ADDRESS_LIMITS, "reports", {"limit": 2, "seconds": 600})
    shown = game.rounds.get().photo
    answers = []
    for one in (client, player_of(shown, collection), player_of(shown, collection)):
        token = Game.objects.get(player__token=one.session[SESSION_KEY]).token
        address = reverse("round-report", args=[token, 1])
        answers.append(one.post(address, {"reason": "broken"}, REMOTE_ADDR="203.0.113.77").status_code)
    assert answers == [200, 200, 429]


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


def test_the_next_game_does_not_show_a_picture_that_was_taken_out(client: Client, game, collection):
    reported = game.rounds.get().photo
    Report.objects.create(photo=reported, reason="broken", reporter="x", takes_out=True, created_at=timezone.now())
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
