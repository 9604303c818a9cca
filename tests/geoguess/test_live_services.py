"""Rooms and duels in the database: who may do what, and that each thing happens once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from geoguess.game.rules import Position
from geoguess.live import rules, selectors, services
from geoguess.models import Pin, Player, Room
from geoguess.models.player_names import InvalidName

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOW = timezone.now()
MUMBAI, DELHI = Position(19.08, 72.88), Position(28.61, 77.21)


def make(collection, **changes) -> Room:
    options = {
        "host": Player.objects.create(name="Asha"),
        "kind": Room.Kind.ROOM,
        "collection": collection,
        "round_count": 3,
        "time_limit_s": 60,
        "model_plays": True,
        "level": "atlas",
        "now": NOW,
    }
    return services.create_room(**options | changes)


def enter(room: Room, name: str = "Ravi", now=NOW):
    return services.join(room_id=room.pk, player=Player.objects.create(), name=name, now=now)


def go_on(room: Room, now=NOW) -> Room:
    room.refresh_from_db()
    services.advance(room_id=room.pk, player=room.host, phase=room.phase, number=room.number, now=now)
    room.refresh_from_db()
    return room


def lock(seat, position=MUMBAI, *, number=1, present=None, now=NOW) -> bool:
    return services.lock_guess(seat_id=seat.pk, number=number, position=position, present=present, now=now)


def refreshed(room: Room) -> Room:
    room.refresh_from_db()
    return room


def test_a_room_opens_with_its_host_seated(playable):
    room = make(playable)
    assert (room.phase, room.number, room.revision) == ("lobby", 0, 0)
    assert [seat.name for seat in room.seats.all()] == ["Asha"]


def test_no_more_rounds_than_pictures(playable):
    assert make(playable, round_count=10).round_count == 6


def test_a_player_gets_one_seat_and_keeps_it(playable):
    room, player = make(playable), Player.objects.create()
    one = services.join(room_id=room.pk, player=player, name="Ravi", now=NOW)
    other = services.join(room_id=room.pk, player=player, name="Somebody", now=NOW)
    assert one == other
    assert refreshed(room).revision == 1
    player.refresh_from_db()
    assert player.name == "Ravi"


def test_equal_names_get_a_number(playable):
    room = make(playable)
    assert [enter(room, "Ravi").name for _ in range(3)] == ["Ravi", "Ravi 2", "Ravi 3"]


def test_a_bad_name_is_refused_and_takes_no_seat(playable):
    room = make(playable)
    with pytest.raises(InvalidName):
        enter(room, "fuck")
    assert room.seats.count() == 1


def test_nobody_joins_a_closed_a_full_or_a_finished_room(playable):
    room = make(playable)
    services.set_closed(room_id=room.pk, player=room.host, closed=True)
    with pytest.raises(services.CannotJoin, match="closed this room"):
        enter(room)
    duel = make(playable, kind=Room.Kind.DUEL, model_plays=False)
    enter(duel)
    with pytest.raises(services.CannotJoin, match="full"):
        enter(duel, "Third")
    services.end(room_id=duel.pk, player=duel.host, now=NOW)
    with pytest.raises(services.CannotJoin, match="has ended"):
        enter(duel, "Third")


def test_everybody_locks_and_the_round_is_revealed_once(playable):
    room = make(playable)
    ravi = enter(room)
    asha = room.seats.get(name="Asha")
    assert go_on(room).phase == "guess"
    assert lock(asha)
    assert refreshed(room).phase == "guess"
    assert lock(ravi, DELHI)
    assert refreshed(room).phase == "reveal"
    near, far = Pin.objects.get(seat=asha), Pin.objects.get(seat=ravi)
    assert near.score > far.score
    assert near.distance_km < far.distance_km
    shown = selectors.reveal(room, room.rounds.get())
    assert {pin["seat"] for pin in shown["pins"]} == {asha.pk, ravi.pk}
    assert shown["totals"][str(asha.pk)] == round(near.score)
    assert shown["totals"]["0"] == round(room.rounds.get().model_score)


def test_a_second_submit_changes_nothing(playable):
    room = make(playable)
    enter(room)
    asha = room.seats.get(name="Asha")
    go_on(room)
    assert lock(asha)
    revision = refreshed(room).revision
    assert not lock(asha, DELHI)
    assert refreshed(room).revision == revision
    assert Pin.objects.get().latitude == MUMBAI.latitude


def test_a_draft_counts_when_time_is_up_and_none_is_no_points(playable):
    room = make(playable)
    ravi, asha = enter(room), room.seats.get(name="Asha")
    go_on(room)
    services.save_draft(seat_id=asha.pk, number=1, position=MUMBAI, now=NOW)
    late = NOW + timedelta(seconds=61)
    services.tick(room_id=room.pk, present=set(), now=NOW + timedelta(seconds=60, milliseconds=400))
    assert refreshed(room).phase == "guess"  # half a second of grace
    services.tick(room_id=room.pk, present=set(), now=late)
    services.tick(room_id=room.pk, present=set(), now=late)
    assert refreshed(room).phase == "reveal"
    assert Pin.objects.get().seat == asha
    assert selectors.totals(room).get(ravi.pk, 0) == 0
    with pytest.raises(services.TooLate):
        lock(ravi, now=late)


def test_who_is_away_is_not_waited_for(playable):
    room = make(playable)
    ravi, asha = enter(room), room.seats.get(name="Asha")
    go_on(room)
    lock(asha, present={asha.pk, ravi.pk})
    assert refreshed(room).phase == "guess"
    services.tick(room_id=room.pk, present={asha.pk}, now=NOW)
    assert refreshed(room).phase == "reveal"


def test_who_comes_late_plays_from_the_next_round_on(playable):
    room = make(playable)
    asha = room.seats.get(name="Asha")
    go_on(room)
    late = enter(room, "Late")
    assert late.from_round == 2
    with pytest.raises(services.TooLate):
        lock(late)
    lock(asha)
    assert refreshed(room).phase == "reveal"  # nobody waits for who does not play yet
    go_on(room)
    assert lock(late, number=2)


def test_the_host_goes_on_once_however_often_they_click(playable):
    room = make(playable)
    for _ in range(3):
        services.advance(room_id=room.pk, player=room.host, phase="lobby", number=0, now=NOW)
    assert (refreshed(room).phase, room.number) == ("guess", 1)


def test_only_the_host_may_and_nobody_removes_the_host(playable):
    room = make(playable)
    ravi, asha = enter(room), room.seats.get(name="Asha")
    for service, more in (
        (services.pause, {"now": NOW}),
        (services.end, {"now": NOW}),
        (services.set_closed, {"closed": True}),
        (services.remove, {"seat_id": asha.pk, "now": NOW}),
        (services.advance, {"phase": "lobby", "number": 0, "now": NOW}),
        (services.rename, {"seat_id": asha.pk, "name": "Loser"}),
    ):
        with pytest.raises(services.NotAllowed):
            service(room_id=room.pk, player=ravi.player, **more)
    with pytest.raises(services.NotAllowed):
        services.remove(room_id=room.pk, player=room.host, seat_id=asha.pk, now=NOW)
    services.rename(room_id=room.pk, player=ravi.player, seat_id=ravi.pk, name="Ravi Rao")
    services.rename(room_id=room.pk, player=room.host, seat_id=ravi.pk, name="Table 4")
    assert refreshed(ravi).name == "Table 4"


def test_who_was_removed_stays_out_and_is_not_waited_for(playable):
    room = make(playable)
    ravi, asha = enter(room), room.seats.get(name="Asha")
    go_on(room)
    services.remove(room_id=room.pk, player=room.host, seat_id=ravi.pk, now=NOW)
    with pytest.raises(services.CannotJoin, match="removed you"):
        services.join(room_id=room.pk, player=ravi.player, name="Back", now=NOW)
    with pytest.raises(services.TooLate):
        lock(ravi)
    lock(asha)
    assert refreshed(room).phase == "reveal"


def test_a_pause_stops_the_clock(playable):
    room = make(playable)
    asha = room.seats.get(name="Asha")
    go_on(room)
    services.pause(room_id=room.pk, player=room.host, now=NOW + timedelta(seconds=20))
    services.tick(room_id=room.pk, present=None, now=NOW + timedelta(hours=1))
    assert refreshed(room).phase == "guess"
    with pytest.raises(services.TooLate):
        lock(asha)
    services.resume(room_id=room.pk, player=room.host, now=NOW + timedelta(hours=1))
    assert refreshed(room).ends_at == NOW + timedelta(hours=1, seconds=40)


def test_the_room_goes_on_by_itself_but_sleeps_when_empty(playable):
    room = make(playable)
    asha = room.seats.get(name="Asha")
    go_on(room)
    lock(asha)
    later = NOW + timedelta(seconds=rules.REVEAL_S["room"] + 1)
    services.tick(room_id=room.pk, present=set(), now=later)
    assert refreshed(room).phase == "reveal"
    services.tick(room_id=room.pk, present={asha.pk}, now=later)
    assert (refreshed(room).phase, room.number) == ("guess", 2)


def test_the_last_reveal_ends_the_room_and_frees_its_code(playable):
    room = make(playable, round_count=1)
    go_on(room)
    lock(room.seats.get())
    assert selectors.reveal(refreshed(room), room.rounds.get())["last"]
    assert go_on(room).phase == "over"
    final = selectors.final(room, room.seats.get())["rounds"]
    assert [row["own"]["seat"] for row in final] == [room.seats.get().pk]
    Room.objects.create(
        **{field: getattr(room, field) for field in ("code", "kind", "level", "scale_km", "round_count")},
        host=room.host,
        collection=room.collection,
        version=room.version,
        created_at=NOW,
    )


def again(room: Room, player: Player, present: set[int] | None = None) -> Room:
    return services.play_again(room_id=room.pk, player=player, present=present, now=NOW)


def test_a_room_is_played_again_by_those_who_are_still_there(playable):
    room = make(playable, round_count=1)
    seats = [enter(room, name) for name in ("Ravi", "Meena", "Tara")]
    services.remove(room_id=room.pk, player=room.host, seat_id=seats[2].pk, now=NOW)
    with pytest.raises(services.NotAllowed, match="has ended"):
        again(room, seats[0].player)
    services.end(room_id=room.pk, player=room.host, now=NOW)
    with pytest.raises(services.NotAllowed, match="watching, not playing"):
        again(room, seats[2].player)
    following = again(room, seats[0].player, {seats[0].pk, room.seats.get(name="Asha").pk})
    assert (following.host, following.phase, following.round_count) == (seats[0].player, "lobby", 1)
    assert [seat.name for seat in following.seats.order_by("pk")] == ["Ravi", "Asha"]
    assert again(room, seats[1].player) == following  # who comes later opens no other one
    assert (
        selectors.snapshot(refreshed(room), seat=seats[1], player=seats[1].player, present=set(), now=NOW)["following"]
        == f"/r/{following.code}/"
    )


def test_photos_do_not_repeat(playable):
    room = make(playable, round_count=6)
    asha = room.seats.get()
    for number in range(1, 7):
        go_on(room)
        lock(asha, number=number)
        refreshed(room)
    assert len(set(room.rounds.values_list("photo_id", flat=True))) == 6


def test_the_host_who_is_gone_hands_over_to_who_is_here(playable):
    room = make(playable)
    ravi, meena = enter(room), enter(room, "Meena")
    old = room.host_id
    services.host_is_away(room_id=room.pk, host_id=old, present={meena.pk}, now=NOW)
    assert refreshed(room).host == meena.player
    services.host_is_away(room_id=room.pk, host_id=old, present={ravi.pk}, now=NOW)  # another process, too late
    assert refreshed(room).host == meena.player


def test_a_duel_takes_health_by_the_difference(playable):
    room = make(playable, kind=Room.Kind.DUEL, model_plays=False)
    ravi, asha = enter(room), room.seats.get(name="Asha")
    go_on(room)
    lock(asha)
    ends_at = refreshed(room).ends_at
    assert ends_at == NOW + timedelta(seconds=rules.LAST_CALL_S)
    lock(ravi, DELHI)
    scores = dict(Pin.objects.values_list("seat__name", "score"))
    difference = round(scores["Asha"]) - round(scores["Ravi"])
    assert room.rounds.get().damage == difference > 0
    assert refreshed(ravi).health == rules.FULL_HEALTH - difference
    assert refreshed(asha).health == rules.FULL_HEALTH


def test_a_duel_ends_with_the_health(playable):
    room = make(playable, kind=Room.Kind.DUEL, model_plays=False)
    ravi, asha = enter(room), room.seats.get(name="Asha")
    room.seats.filter(pk=ravi.pk).update(health=1)
    go_on(room)
    lock(asha)
    lock(ravi, DELHI)
    assert refreshed(ravi).health == 0
    assert go_on(room).phase == "over"


def test_a_duel_with_the_model_needs_one_player(playable):
    room = make(playable, kind=Room.Kind.DUEL)
    with pytest.raises(services.CannotJoin, match="full"):
        enter(room)
    asha = room.seats.get()
    go_on(room)
    lock(asha, Position(8.1, 77.5))
    lost = refreshed(asha).health != rules.FULL_HEALTH
    assert lost != (refreshed(room).model_health != rules.FULL_HEALTH)


def test_ending_a_room_shows_no_open_round(playable):
    room = make(playable)
    go_on(room)
    services.end(room_id=room.pk, player=room.host, now=NOW)
    assert room.rounds.count() == 0
    assert refreshed(room).phase == "over"


def test_a_snapshot_of_an_open_round_holds_no_answer(playable):
    room = make(playable)
    ravi, asha = enter(room), room.seats.get(name="Asha")
    go_on(room)
    lock(asha)
    photo, round_ = room.rounds.get().photo, room.rounds.get()
    seen = selectors.snapshot(refreshed(room), seat=ravi, player=ravi.player, present={ravi.pk}, now=NOW)
    text = str(seen)
    for secret in (photo.latitude, photo.place, photo.state, photo.district, round_.model_latitude, MUMBAI.latitude):
        assert str(secret) not in text
    assert seen["locked"] == [asha.pk]
    assert seen["me"] == {"seat": ravi.pk, "host": False, "pin": None, "locked": False}
    with pytest.raises(ValueError, match="not revealed"):
        selectors.reveal(room, round_)
    with pytest.raises(ValueError, match="not over"):
        selectors.final(room, ravi)


def test_a_guess_costs_few_queries(playable, django_assert_max_num_queries):
    room = make(playable)
    enter(room)
    go_on(room)
    asha = room.seats.get(name="Asha")
    with django_assert_max_num_queries(12, connection=connection):
        lock(asha)
