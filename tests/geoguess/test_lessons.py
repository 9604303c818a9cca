"""Lessons: who may prepare one, that a class sees the photos in their order, skipping, teams, the report."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from geoguess.classroom import report as reports
from geoguess.classroom import services as classroom
from geoguess.classroom.services import Step, delete_class
from geoguess.game.selectors import ready_photos
from geoguess.live import selectors, services
from geoguess.models import LessonPlan, Pin, Player, Room, Seat
from geoguess.models.player_names import InvalidName
from geoguess.profile.services import delete_player
from geoguess.site import limits
from pipeline.jobs.watch import CHORES
from pipeline.models import Photo, Split
from tests.geoguess.test_live_services import DELHI, MUMBAI, NOW, go_on, lock, refreshed

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def educator(groups) -> User:
    user = User.objects.create_user("meera", password="a long password")
    user.groups.add(Group.objects.get(name="Educators"))
    return user


@pytest.fixture
def photos(playable, version) -> list[int]:
    """Four playable photos, in an order that is not the database's."""
    return ready_photos(playable, version)[:4][::-1]


@pytest.fixture
def make_plan(educator, playable, photos):
    def make(**changes) -> LessonPlan:
        fields = {
            **{"owner": educator, "plan": None, "title": "Coasts", "collection": playable, "time_limit_s": None},
            **{"model_plays": True, "level": "atlas", "in_teams": False},
            "steps": [Step(photo, playable.slug, f"Note {photo}") for photo in photos],
        }
        return classroom.save_plan(**fields | changes)

    return make


def begin(plan: LessonPlan) -> Room:
    host, _made = Player.objects.get_or_create(user=plan.owner, defaults={"name": "Meera"})
    return classroom.begin(plan=plan, host=host, now=NOW)


def pupil(room: Room, name: str, team: str = "") -> Seat:
    return services.join(room_id=room.pk, player=Player.objects.create(), name=name, team=team, now=NOW)


def played(room: Room, seats: list[Seat], places: list, *, number: int = 1) -> Room:
    """The round with these guesses, revealed."""
    for seat, place in zip(seats, places, strict=True):
        lock(seat, place, number=number)
    return refreshed(room)


def skip(room: Room, number: int) -> Room:
    services.skip(room_id=room.pk, player=room.host, number=number, now=NOW)
    return refreshed(room)


def test_a_class_sees_the_photos_in_their_order_and_the_host_has_no_seat(make_plan, photos):
    room = begin(make_plan())
    assert not room.seats.exists()
    seat = pupil(room, "Ravi")
    seen = []
    for number in range(1, 5):
        room = go_on(room)
        seen.append(room.rounds.get(number=number).photo_id)
        room = played(room, [seat], [MUMBAI], number=number)
        shown = selectors.reveal(room, room.rounds.get(number=number))
        assert shown["note"] == f"Note {photos[number - 1]}"
        assert shown["last"] == (number == 4)
    assert seen == photos
    assert go_on(room).phase == Room.Phase.OVER


def test_a_skipped_picture_is_never_revealed(make_plan, photos):
    room = begin(make_plan())
    seat, _ = pupil(room, "Ravi"), pupil(room, "Asha")
    room = go_on(room)
    lock(seat)
    room = skip(refreshed(room), 1)
    assert (room.phase, room.number) == ("guess", 2)
    assert skip(room, 1).number == 2  # a second click does nothing
    assert room.rounds.get().photo_id == photos[1]
    for number in (2, 3):
        room = skip(room, number)
    room = skip(room, 4)
    assert room.phase == Room.Phase.OVER
    assert not room.rounds.exists()


def test_only_the_host_skips(make_plan):
    room = go_on(begin(make_plan()))
    with pytest.raises(services.NotAllowed):
        services.skip(room_id=room.pk, player=Player.objects.create(), number=1, now=NOW)


def test_a_photo_taken_out_since_the_lesson_began_is_passed_over(make_plan, photos):
    plan = make_plan()
    room = begin(plan)
    plan.steps.all().delete()  # later edits change nothing
    room.steps[0]["photo"] = 10**6
    room.save()
    room = go_on(room)
    assert (room.number, room.rounds.get().photo_id) == (2, photos[1])


def test_the_best_guess_of_a_team_counts(make_plan):
    room = begin(make_plan(in_teams=True))
    with pytest.raises(services.CannotJoin, match="in teams"):
        pupil(room, "Ravi")
    with pytest.raises(InvalidName):
        pupil(room, "Ravi", "<b>")
    seats = [pupil(room, "Ravi", "Ganga"), pupil(room, "Asha", " ganga "), pupil(room, "Omar", "Yamuna")]
    room = played(go_on(room), seats, [MUMBAI, DELHI, MUMBAI])
    scores = {pin["seat"]: pin["score"] for pin in selectors.reveal(room, room.rounds.get())["pins"]}
    best = max(scores[seats[0].pk], scores[seats[1].pk])
    assert selectors.team_totals(room) == {"Ganga": best, "Yamuna": scores[seats[2].pk]}
    assert scores[seats[0].pk] != scores[seats[1].pk]


def test_nothing_of_an_open_round_is_in_report_or_totals(make_plan):
    room = begin(make_plan(in_teams=True))
    seats = [pupil(room, "Ravi", "Ganga"), pupil(room, "Asha", "Yamuna")]
    room = go_on(room)
    lock(seats[0])
    assert selectors.team_totals(refreshed(room)) == {"Ganga": 0, "Yamuna": 0}
    assert reports.report_of(room).rounds == []
    said = json.dumps(selectors.snapshot(room, seat=seats[1], player=seats[1].player, present=set(), now=NOW))
    assert "Note" not in said


def test_in_a_lesson_only_the_host_gives_names_and_teams(make_plan):
    room = begin(make_plan(in_teams=True))
    ravi, asha = pupil(room, "Ravi", "Ganga"), pupil(room, "Asha", "Yamuna")
    with pytest.raises(services.NotAllowed):
        services.rename(room_id=room.pk, player=ravi.player, seat_id=ravi.pk, name="King")
    services.rename(room_id=room.pk, player=room.host, seat_id=ravi.pk, name="Ravi R", team="YAMUNA")
    ravi.refresh_from_db()
    assert (ravi.name, ravi.team) == ("Ravi R", asha.team)
    assert selectors.teams(room) == ["Yamuna"]


@pytest.mark.usefixtures("broker")
def test_who_holds_a_lesson_takes_no_seat_in_it(client: Client, educator, make_plan):
    room = begin(make_plan())
    client.force_login(educator)
    answer = client.post(reverse("room-join"), {"code": room.code, "name": "Meera"}, follow=True)
    assert "your own lesson" in answer.content.decode()
    assert not room.seats.exists()


@pytest.mark.usefixtures("broker")
def test_the_form_to_join_asks_for_the_team_and_wrong_codes_are_counted(client: Client, make_plan, monkeypatch):
    elsewhere = {"REMOTE_ADDR": "198.51.100.23"}
    room = begin(make_plan(in_teams=True))
    pupil(room, "Ravi", "Ganga")
    answer = client.post(reverse("room-join"), {"code": room.code, "name": "Asha"}, follow=True)
    page = answer.content.decode()
    assert "choose yours" in page
    assert 'value="Ganga"' in page
    client.post(reverse("room-join"), {"code": room.code, "name": "Asha", "team": "Ganga", "new_team": "Yamuna"})
    assert room.seats.get(name="Asha").team == "Yamuna"
    client = Client()
    monkeypatch.setitem(limits.ADDRESS_LIMITS, "wrong-codes", {"limit": 20, "seconds": 600})
    for _ in range(20):
        client.get(reverse("rooms"), {"code": "000000"}, **elsewhere)
    for code in (room.code[:5], room.code):
        assert "Ganga" not in client.get(reverse("rooms"), {"code": code}, **elsewhere).content.decode()
    answer = client.get("/r/000000/", follow=True, **elsewhere)
    assert "Too many attempts" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "  "}, "title"),
        ({"steps": []}, "at least one"),
        ({"steps": [Step(10**6, "streets", "")]}, "Picture 1 can no longer be played"),
        ({"title": "x" * 81}, "80"),
    ],
)
def test_a_lesson_that_cannot_be_kept_says_why(make_plan, changes, words):
    with pytest.raises(classroom.BadLesson, match=words):
        make_plan(**changes)
    assert not LessonPlan.objects.exists()


def test_a_picture_twice_and_a_long_note_are_refused(make_plan, photos):
    twice, long = [Step(photos[0], "streets", "")] * 2, [Step(photos[0], "streets", "x" * 501)]
    for steps in (twice, long):
        with pytest.raises(classroom.BadLesson):
            make_plan(steps=steps)


def test_control_characters_do_not_reach_the_database(make_plan, photos):
    plan = make_plan(title="Co\0asts", steps=[Step(photos[0], "streets", "Look\0 at\nthe crops")])
    assert (plan.title, plan.steps.get().note) == ("Coasts", "Look at\nthe crops")


def test_the_copy_of_a_lesson_is_a_lesson_of_its_own(make_plan, photos):
    plan = make_plan()
    copy = classroom.duplicate(plan=LessonPlan.objects.get(pk=plan.pk))
    assert copy.pk != plan.pk
    assert (
        list(copy.steps.values_list("photo", flat=True)) == photos == list(plan.steps.values_list("photo", flat=True))
    )


# --- The report


@pytest.fixture
def session(make_plan) -> Room:
    room = begin(make_plan())
    seats = [pupil(room, "Ravi"), pupil(room, "Asha")]
    Seat.objects.filter(pk=seats[1].pk).update(name="=1+1")  # not a name that the filter lets through
    return played(go_on(room), seats, [MUMBAI, DELHI])


def test_the_report_holds_each_pupil_and_the_model(session):
    head, *rows = reports.table(reports.report_of(session))
    assert head[:2] == ["Pupil", "Points"]
    by_name = {row[0]: row for row in rows}
    assert set(by_name) == {"Ravi", "=1+1", "Class average", "The model"}
    both = zip(by_name["Ravi"][1:], by_name["=1+1"][1:], strict=True)
    assert by_name["Class average"][1:] == pytest.approx([(one + other) / 2 for one, other in both], abs=0.1)
    assert rows[0][1] >= rows[1][1]  # best first


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1+1", "＋1", "－1", "＠x"])
def test_no_cell_begins_a_formula(text):
    assert reports.safe_cell(text) == f"'{text}"
    assert reports.safe_cell("Ravi") == "Ravi"
    assert reports.safe_cell("\x0b=1+1") == "'=1+1"  # a workbook refuses control characters
    assert reports.safe_cell(-3.5) == -3.5


def test_the_files_hold_the_table(client: Client, educator, session):
    client.force_login(educator)
    answer = client.get(reverse("lesson-download", args=[session.pk, "csv"]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "'=1+1" in {row[0] for row in rows}
    answer = client.get(reverse("lesson-download", args=[session.pk, "xlsx"]))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet["A"]] == [row[0] for row in rows]
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    assert 'filename="coasts-' in answer["Content-Disposition"]


def test_pages_of_lessons_are_for_educators_and_their_own(client: Client, educator, session, make_plan):
    plan, addresses = session.plan, ["/lessons/", f"/lessons/reports/{session.pk}/", f"/lessons/{session.plan_id}/"]
    assert {client.get(address).status_code for address in addresses} == {302}
    player = User.objects.create_user("pupil", password="a long password")
    client.force_login(player)
    assert {client.get(address).status_code for address in addresses} == {403}
    player.groups.add(Group.objects.get(name="Educators"))
    client.force_login(User.objects.get(pk=player.pk))
    assert [client.get(address).status_code for address in addresses] == [200, 404, 404]
    client.post(reverse("lesson-act", args=[plan.pk]), {"act": "delete"})
    client.post(reverse("lesson-session-delete", args=[session.pk]))
    classroom.put_in_bin(plan=LessonPlan.objects.get(pk=plan.pk), now=timezone.now())
    assert client.post(reverse("lesson-restore", args=[plan.pk])).status_code == 404
    classroom.restore(plan=plan)
    assert LessonPlan.objects.filter(pk=plan.pk).exists()
    assert Room.objects.filter(pk=session.pk).exists()


def test_a_lesson_is_prepared_begun_and_deleted_over_http(client: Client, educator, playable, photos):
    client.force_login(educator)
    steps = json.dumps([{"photo": photo, "collection": playable.slug, "note": "Look"} for photo in photos[:2]])
    form = {"title": "Farms", "time_limit": "60", "model_plays": "on", "level": "atlas", "steps": steps}
    answer = client.post(f"{reverse('lesson-new')}?collection={playable.slug}", form | {"steps": "[]"})
    assert answer.status_code == 400
    assert "at least one" in answer.content.decode()
    client.post(f"{reverse('lesson-new')}?collection={playable.slug}", form)
    plan = LessonPlan.objects.get()
    assert (plan.time_limit_s, plan.steps.count()) == (60, 2)
    assert client.get(reverse("lesson-thumb", args=[photos[0]])).headers["Content-Type"] == "image/jpeg"
    answer = client.post(reverse("lesson-act", args=[plan.pk]), {"act": "begin"})
    room = Room.objects.get()
    assert answer["Location"] == reverse("room", args=[room.code])
    assert b'data-role="screen"' in client.get(answer["Location"]).content
    client.post(reverse("lesson-session-delete", args=[room.pk]))
    assert not Room.objects.exists()


def test_a_deleted_lesson_is_restored_within_thirty_days(client: Client, educator, make_plan, photos):
    client.force_login(educator)
    plan = make_plan()
    answer = client.post(reverse("lesson-act", args=[plan.pk]), {"act": "delete"}, follow=True)
    assert reverse("lesson-act", args=[plan.pk]) not in answer.content.decode()
    assert reverse("lesson-restore", args=[plan.pk]) in answer.content.decode()
    assert client.get(reverse("lesson-edit", args=[plan.pk])).status_code == 404
    classroom.empty_bin(now=timezone.now() + timedelta(days=29))
    client.post(reverse("lesson-restore", args=[plan.pk]))
    assert list(LessonPlan.objects.get().steps.values_list("photo", flat=True)) == photos


def test_after_thirty_days_a_deleted_lesson_is_gone(educator, make_plan):
    classroom.put_in_bin(plan=make_plan(), now=NOW)
    for chore in CHORES:  # a worker does them each minute
        chore(now=NOW + timedelta(days=30))
    assert not classroom.in_bin(owner=educator, now=NOW)
    assert not LessonPlan.every.exists()


def test_reasons_of_a_room_wait_for_the_reveal(client: Client, educator, make_plan):
    client.force_login(educator)
    room = begin(make_plan())
    client.get("/lessons/")
    seat = pupil(room, "Ravi")
    room = go_on(room)
    address = reverse("room-reasons", args=[room.code, 1])
    assert client.get(address).status_code == 404
    assert client.post(reverse("room-look", args=[room.code, 1])).status_code == 404
    played(room, [seat], [MUMBAI])
    assert client.get(address).status_code == 200
    assert Client().get(address).status_code == 404


def test_an_absent_host_pauses_a_lesson(make_plan):
    room = go_on(begin(make_plan(time_limit_s=60)))
    services.host_is_away(room_id=room.pk, host_id=room.host_id, present=set(), now=NOW + timedelta(seconds=20))
    room = refreshed(room)
    assert room.paused
    assert room.host is not None


def test_the_newest_come_first(client: Client, educator, make_plan):
    plans = [make_plan(title=title) for title in ("First", "Second")]
    rooms = [begin(plan) for plan in plans]
    Room.objects.filter(pk=rooms[1].pk).update(created_at=NOW + timedelta(hours=1))
    pupil(rooms[0], "Ravi")
    client.force_login(educator)
    context = client.get(reverse("lessons")).context
    assert list(context["plans"]) == plans[::-1]
    assert list(context["sessions"]) == rooms[::-1]
    make_plan(plan=plans[0])
    assert next(iter(client.get(reverse("lessons")).context["plans"])) == plans[0]


# --- What is deleted


def test_a_deleted_class_leaves_no_name_behind(session):
    """A guest who played elsewhere too stays: that is theirs."""
    elsewhere = Player.objects.get(seats__name="Ravi")
    other = begin(session.plan)
    services.join(room_id=other.pk, player=elsewhere, name="Ravi", now=NOW)
    delete_class(session)
    assert Player.objects.filter(user=None).get() == elsewhere
    assert not Pin.objects.exists()


def test_who_deletes_their_account_deletes_their_classes(session, educator):
    delete_player(session.host)
    assert not Room.objects.exists()
    assert not Seat.objects.exists()
    assert not LessonPlan.objects.exists()
    assert not User.objects.filter(pk=educator.pk).exists()


def test_only_pictures_to_play_have_a_thumbnail(client: Client, educator, photos):
    client.force_login(educator)
    address = reverse("lesson-thumb", args=[photos[0]])
    assert client.get(address).status_code == 200
    Photo.objects.filter(pk=photos[0]).update(split=Split.TRAIN)
    assert client.get(address).status_code == 404
