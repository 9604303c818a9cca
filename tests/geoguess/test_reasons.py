"""Reasons are told of finished rounds, of the gallery and to educators, and of nothing else."""

from __future__ import annotations

import io
import json

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from geoguess.game import rules, series, services
from geoguess.game.rules import Position
from geoguess.models import Game, Player, Room, Round
from geoguess.reasons import gallery
from geoguess.site import limits
from pipeline.curation.gallery import exhibit
from pipeline.models import Photo, Split
from pipeline.photos.selectors import playable_hashes, playable_photos
from predictor.models import Question
from predictor.pictures import store
from predictor.serving import questions
from predictor.serving.questions import Failure
from predictor.versions.selectors import posterior_of, prediction_for
from tests.geoguess.test_live_services import go_on, make
from tests.made import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted")]


@pytest.fixture
def counted(monkeypatch) -> dict[str, int]:
    """Limits counted here, and no worker rung for: this file is about pages. test_limits and test_serving are real."""
    spent: dict[str, int] = {}

    def spend(*, who: str, what: str, limit: int, seconds: int) -> None:
        spent[what] = spent.get(what, 0) + 1
        if spent[what] > limit:
            raise limits.TooOften("again in 5 seconds")

    uploads: dict[str, bytes] = {}
    monkeypatch.setattr(limits, "spend", spend)
    monkeypatch.setattr(questions, "send_answer_task", lambda: None)
    monkeypatch.setattr(questions.redis.Redis, "set", lambda self, key, data, ex: uploads.__setitem__(key, data))
    monkeypatch.setattr(questions.redis.Redis, "get", lambda self, key: uploads.get(key))
    return spent


@pytest.fixture
def played(client, add_photo, collection) -> Round:
    """A round of the client's own, locked."""
    for number in range(2):
        add_photo(number)
    client.post("/play/", {"collection": collection.slug})
    game = Game.objects.get()
    services.submit_guess(game_round=game.rounds.get(), guess=Position(20.0, 78.0), now=timezone.now())
    return game.rounds.get()


def address(name: str, game_round: Round) -> str:
    return reverse(name, args=[game_round.game.token, game_round.number])


def answer(key: str, version, **fields) -> None:
    """What a worker would have stored."""
    prediction = version.predictions.first()
    Question.objects.filter(key=key).update(
        state="answered",
        version=version,
        posterior=prediction.posterior,
        embedding=prediction.embedding,
        answered_at=timezone.now(),
        **fields,
    )


def state_of(response) -> dict:
    html = response.content.decode()
    return json.loads(html.split('id="reasons-state" type="application/json">')[1].split("</script>")[0])


@pytest.mark.parametrize("name", ["round-reasons", "round-whole", "round-map"])
def test_an_open_round_has_no_reasons(client, add_photo, collection, name) -> None:
    add_photo(0)
    client.post("/play/", {"collection": collection.slug})
    open_round = Round.objects.get()
    assert client.get(address(name, open_round)).status_code == 404
    assert client.post(address("round-look", open_round), "{}", "application/json").status_code == 404
    assert not Question.objects.exists()


@pytest.mark.parametrize("name", ["round-reasons", "round-whole", "round-map"])
def test_the_reasons_of_somebody_elses_round_are_not_found(client, played, django_user_model, name) -> None:
    client.logout()
    client.cookies.clear()
    assert client.get(address(name, played)).status_code == 404


def test_the_page_of_a_finished_round_tells_what_the_posterior_holds(client, played, version) -> None:
    state = state_of(client.get(address("round-reasons", played)))
    cells, _ = posterior_of(prediction_for(version, played.photo.sha256))
    assert state["reasons"]["heat"] == pytest.approx(cells.tolist(), abs=1e-4)
    assert state["truth"]["latitude"] == played.photo.latitude
    assert state["player"]["latitude"] == 20.0
    assert len(state["reasons"]["neighbours"]) == 3
    assert state["reasons"]["neighbours"][0]["picture"] is None  # of photos that are not on this site
    outlines = client.get(state["urls"]["cells"]).json()["cells"]
    assert [cell["name"] for cell in outlines] == ["Delhi cell", "Bengaluru cell", "Kolkata cell"]


def test_the_picture_of_a_finished_round_is_whole(client, played) -> None:
    html = client.get(address("round-reasons", played)).content.decode()
    whole = address("round-whole", played)
    assert f'src="{whole}"' in html
    shown = Image.open(io.BytesIO(client.get(whole).content))
    stored = Image.open(io.BytesIO(store.read(played.photo.sha256)))
    copy = Image.open(io.BytesIO(client.get(address("round-image", played)).content))
    assert shown.size == stored.size != copy.size


def test_a_look_alike_has_a_picture_only_where_it_is_never_played(client, played, add_photo) -> None:
    train = add_photo(7, predicted=False, split=Split.TRAIN)
    Photo.objects.filter(pk=train.pk).update(sha256="ab" * 32)
    shown = add_photo(8, predicted=False, split=Split.TEST)
    Photo.objects.filter(pk=shown.pk).update(sha256="cd" * 32)
    neighbours = state_of(client.get(address("round-reasons", played)))["reasons"]["neighbours"]
    assert sum(neighbour["picture"] is not None for neighbour in neighbours) == 1
    assert client.get(reverse("training-photo", args=[shown.pk])).status_code == 404


def test_covering_a_part_is_asked_of_a_worker_and_its_answer_told(client, played, version) -> None:
    look = address("round-look", played)
    asked = client.post(look, json.dumps({"covered": [[0.1, 0.2, 0.5, 0.6]]}), "application/json")
    assert asked.status_code == 202
    question = Question.objects.get()
    assert (question.sha256, question.covered, question.explained) == (
        played.photo.sha256,
        [[0.1, 0.2, 0.5, 0.6]],
        False,
    )
    address_of_answer = reverse("look-answer", args=[asked.json()["key"]])
    assert client.get(address_of_answer).status_code == 202
    answer(question.key, version)
    assert client.get(address_of_answer).json()["version"] == version.name
    Question.objects.update(state="failed", version=None, error=Failure.UNREADABLE)
    assert "JPEG" in client.get(address_of_answer).json()["error"]
    Question.objects.update(error="A sentence, as older versions stored it.")
    assert "Try again" in client.get(address_of_answer).json()["error"]
    assert client.get(reverse("look-answer", args=["nothing"])).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[1]",
        '{"covered": [[0, 0, 1]]}',
        '{"covered": [[0.5, 0, 0.2, 1]]}',
        '{"covered": [[0, 0, 2, 1]]}',
        '{"covered": [["a", 0, 1, 1]]}',
        '{"covered": [[NaN, 0, 1, 1]]}',
        json.dumps({"covered": [[0, 0, 1, 1]] * 6}),
    ],
)
def test_boxes_that_cannot_be_are_refused(client, played, body) -> None:
    assert client.post(address("round-look", played), body, "application/json").status_code == 400
    assert not Question.objects.exists()


def test_looking_too_often_and_a_full_queue_are_said(client, played, counted, settings) -> None:
    look = address("round-look", played)
    settings.PREDICT_QUEUE_LIMIT = 1
    assert client.post(look, "{}", "application/json").status_code == 202
    full = client.post(look, "{}", "application/json")
    assert (full.status_code, "Try again" in full.json()["error"]) == (503, True)
    counted["look"] = 30
    assert client.post(look, "{}", "application/json").status_code == 429


def test_the_map_is_one_file_in_a_sandbox_without_other_hosts(client, played) -> None:
    response = client.get(address("round-map", played))
    policy, html = response["Content-Security-Policy"], response.content.decode()
    assert "sandbox allow-scripts" in policy
    assert "unsafe" not in policy
    assert "http://" not in html.replace("http://www.w3.org", "").replace("http://leafletjs.com", "")
    assert html.count("<script") == html.count("<script nonce=")
    assert ' src="data:image/jpeg' in html
    for words in ("The true place", "The player", "Probability of each geocell", "90 % circle"):
        assert words in html
    assert "attachment" in client.get(address("round-map", played) + "?download")["Content-Disposition"]


@pytest.fixture
def educator(client, groups) -> User:
    user = User.objects.create_user("meera")
    user.groups.add(Group.objects.get(name="Educators"))
    client.force_login(user)
    return user


def file() -> dict:
    return {"picture": SimpleUploadedFile("mine.jpg", picture(3), "image/jpeg")}


def test_only_educators_may_have_their_pictures_located(client, version, django_user_model) -> None:
    assert client.get("/explain/").status_code == 302
    assert client.post("/explain/", file()).status_code == 302
    client.force_login(django_user_model.objects.create_user("somebody"))
    assert client.get("/explain/").status_code == 403
    assert client.post("/explain/", file()).status_code == 403
    assert not Question.objects.exists()


def test_an_educators_picture_is_explained_and_kept_nowhere(client, version, educator, add_photo, groups) -> None:
    add_photo(0)
    before = set(store.settings.STORE_DIR.rglob("*.jpg"))
    response = client.post("/explain/", file(), follow=True)
    assert response.status_code == 200
    question = Question.objects.get()
    assert question.explained
    assert not question.sha256
    answer(question.key, version)
    here = reverse("upload-reasons", args=[question.key])
    assert state_of(client.get(here))["truth"] is None
    assert client.get(here + "picture")["Content-Type"] == "image/jpeg"
    assert client.get(here + "map").status_code == 200
    assert client.post(here + "look", '{"covered": [[0, 0, 0.5, 0.5]]}', "application/json").status_code == 202
    assert Question.objects.exclude(pk=question.pk).get().upload == question.key
    assert set(store.settings.STORE_DIR.rglob("*.jpg")) == before
    other = User.objects.create_user("ravi")
    other.groups.add(Group.objects.get(name="Educators"))
    client.force_login(other)
    for path in (here, here + "picture", here + "map"):
        assert client.get(path).status_code == 404


def test_what_is_no_picture_or_too_much_is_said(client, version, educator, counted, monkeypatch) -> None:
    bad = client.post("/explain/", {"picture": SimpleUploadedFile("x.jpg", b"no picture")})
    assert (bad.status_code, "JPEG" in bad.content.decode()) == (400, True)
    assert client.post("/explain/").status_code == 400
    scan = io.BytesIO()
    Image.new("1", (13_000, 13_000)).save(scan, "PNG")  # a few kB
    large = client.post("/explain/", {"picture": SimpleUploadedFile("x.png", scan.getvalue())})
    assert (large.status_code, "50 megapixels" in large.content.decode()) == (400, True)
    counted["upload"] = 20
    assert client.post("/explain/", file()).status_code == 429

    def refuse(**_: object) -> None:
        raise questions.NoBroker("away")

    counted["upload"] = 0
    monkeypatch.setattr(questions, "ask", refuse)
    assert client.post("/explain/", file()).status_code == 503


def test_a_picture_of_the_gallery_is_told_and_never_played_again(client, version, add_photo, collection) -> None:
    right, other = add_photo(0, cell=1, latitude=12.97, longitude=77.59), add_photo(1)
    assert playable_photos().count() == 2
    assert client.get(reverse("gallery-reasons", args=[right.pk])).status_code == 404
    exhibit(photos=[right])
    assert [photo.pk for photo in playable_photos()] == [other.pk]
    assert right.sha256 in playable_hashes()  # a new champion looks at it, too
    assert "Near" not in client.get("/gallery/").content.decode()
    state = state_of(client.get(reverse("gallery-reasons", args=[right.pk])))
    assert state["truth"]["latitude"] == 12.97
    assert client.get(reverse("gallery-picture", args=[right.pk]))["Content-Type"] == "image/jpeg"
    assert client.get(reverse("gallery-map", args=[right.pk])).status_code == 200
    assert client.post(reverse("gallery-look", args=[right.pk]), "{}", "application/json").status_code == 202


def test_a_picture_in_somebodys_open_round_stays_out_of_the_gallery(client, version, add_photo, collection) -> None:
    photo = add_photo(0)
    services.start_game(player=Player.objects.create(), collection=collection, time_limit_s=None, now=timezone.now())
    exhibit(photos=[photo])
    assert not gallery.exhibited_photos().exists()
    assert client.get(reverse("gallery-reasons", args=[photo.pk])).status_code == 404
    services.submit_guess(game_round=Round.objects.get(), guess=Position(20, 78), now=timezone.now())
    assert gallery.exhibited_photos().get() == photo


def test_the_gallery_says_where_people_beat_the_model(client, version, add_photo, collection) -> None:
    photo = add_photo(0, cell=0)  # in Mumbai; the model believes in Delhi
    services.start_game(player=Player.objects.create(), collection=collection, time_limit_s=None, now=timezone.now())
    services.submit_guess(game_round=Round.objects.get(), guess=Position(19.076, 72.8777), now=timezone.now())
    exhibit(photos=[photo])
    kinds = {group["kind"]: group for group in gallery.groups(version)}
    assert kinds["people"]["cases"][0]["ahead"] > 500
    assert "model" not in kinds
    assert "Where players beat the model" in client.get("/gallery/").content.decode()


def test_the_command_chooses_telling_pictures(version, add_photo, collection) -> None:
    add_photo(0, cell=1, latitude=12.97, longitude=77.59)
    add_photo(1, cell=0)
    call_command("exhibit", collection=collection.name, each=1, stdout=io.StringIO())
    chosen = gallery.cases(version, gallery.exhibited_photos())
    assert {case.kind for case in chosen} <= {"right", "wrong", "unsure"}
    assert chosen
    with pytest.raises(CommandError, match="Streets of test"):
        call_command("exhibit", collection="Nothing")


def test_an_admin_moves_photos_into_the_gallery_and_back(admin_client, add_photo) -> None:
    photo = add_photo(0)
    for action, exhibited in (("show_in_gallery", True), ("take_out_of_gallery", False)):
        admin_client.post("/admin/pipeline/photo/", {"action": action, "_selected_action": [photo.pk]})
        photo.refresh_from_db()
        assert photo.exhibited is exhibited


def test_the_gallery_shows_nothing_of_a_room_that_goes_on_or_of_todays_daily(playable, add_photo):
    now = timezone.now()
    room = go_on(make(playable))
    daily = series.daily_series(day=rules.day_of(now), now=now)
    being_played = {room.rounds.get().photo, *(row.photo for row in daily.photos.all())}
    other = add_photo(77)
    exhibit(photos=[*being_played, other])
    assert list(gallery.exhibited_photos()) == [other]
    Room.objects.update(phase=Room.Phase.OVER)
    daily.delete()
    assert set(gallery.exhibited_photos()) == {*being_played, other}
