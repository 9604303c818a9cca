"""All changes of rooms, which go through the phases lobby -> guess -> reveal -> guess -> reveal -> … -> over.

Each function locks the room's row, checks its state, changes it and sends an event to the room's group. No other module
writes rooms, so each change has a number: the room's revision.
"""

from __future__ import annotations

import secrets
from collections.abc import Set
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from geoguess.game import rules as game_rules
from geoguess.game.groups import room_group
from geoguess.game.model_guess import committed_guess
from geoguess.game.selectors import dealt_photos, places_of, ready_photos
from geoguess.game.services import CannotPlay, nothing_to_play, playing_version
from geoguess.live import database_thread, guessing, outgoing, rules, selectors
from geoguess.models import LessonPlan, Pin, Player, Room, RoomRound, Seat
from geoguess.models.player_names import characters, clean_name
from geoguess.site.sockets import milliseconds
from pipeline.models import Collection, Photo
from predictor.models import ModelVersion

CODE_TRIES = 20
NAME_TRIES = 250
MUTABLE_FIELDS = (
    *("phase", "number", "ends_at", "paused", "paused_left_ms", "revision", "is_closed"),
    *("host", "model_health", "following", "finished_at"),
)


class CannotJoin(Exception):
    """The player cannot join the room; the message says why."""


class NotAllowed(Exception):
    """The player may not do this; the message says why."""


class TooLate(Exception):
    """The round takes no guess from this seat now; the message says why."""


# --- Opening and joining


def create_room(
    *,
    host: Player,
    kind: str,
    collection: Collection,
    round_count: int,
    time_limit_s: int | None,
    model_plays: bool,
    level: str,
    now: datetime,
    plan: LessonPlan | None = None,
    name: str = "",
) -> Room:
    """A new room in its lobby, with a seat for the host, who does not play in a lesson. A lesson follows ``plan``.
    Raises CannotPlay."""
    version = playing_version(collection)
    lesson_fields: dict[str, Any] = {}
    if plan:
        steps = _playable_steps(plan)
        lesson_fields = {"plan": plan, "title": plan.title, "in_teams": plan.in_teams, "steps": steps}
    ready = [step["photo"] for step in steps] if plan else ready_photos(collection, version)
    if not ready:
        raise nothing_to_play(collection)
    for _try in range(CODE_TRIES):
        try:
            with transaction.atomic():
                room = Room.objects.create(
                    code=rules.new_code(),
                    kind=kind,
                    host=host,
                    collection=collection,
                    version=version,
                    level=level,
                    model_plays=model_plays,
                    scale_km=collection.scale_km,
                    round_count=min(rules.DUEL_ROUNDS if kind == Room.Kind.DUEL else round_count, len(ready)),
                    time_limit_s=rules.DUEL_LIMIT_S if kind == Room.Kind.DUEL else time_limit_s,
                    model_health=rules.FULL_HEALTH if kind == Room.Kind.DUEL and model_plays else None,
                    created_at=now,
                    **lesson_fields,
                )
                if not plan:
                    _create_seat(room, host, name or host.name, now)
            return room
        except IntegrityError:  # the code is in use
            continue
    raise CannotPlay(_("The room could not be created. Try again in a minute."))


def _playable_steps(plan: LessonPlan) -> list[dict[str, Any]]:
    """The plan's steps that can be played, each with the version that serves the collection it was chosen from."""
    steps = list(plan.steps.select_related("collection"))
    versions = {step.collection: playing_version(step.collection) for step in steps}
    ready = {collection: set(ready_photos(collection, version)) for collection, version in versions.items()}
    return [
        {"photo": step.photo_id, "note": step.note, "version": versions[step.collection].pk}
        for step in steps
        if step.photo_id in ready[step.collection]
    ]


def play_again(*, room_id: int, player: Player, present: Set[int] | None, now: datetime) -> Room:
    """The room that follows this one, opened by the first request, whose player becomes its host. The ``present`` seats
    (None: all) get seats in it. Raises NotAllowed, CannotPlay."""
    with transaction.atomic():
        room = _lock(room_id)
        if room.kind == Room.Kind.LESSON or room.phase != Room.Phase.OVER:
            raise NotAllowed(_("You can play again when this game has ended."))
        player_seat = selectors.seat_of(room, player)
        if player_seat is None:
            raise NotAllowed(_("You are watching, not playing."))
        if room.following is None:
            room.following = create_room(
                host=player,
                kind=room.kind,
                collection=room.collection,
                round_count=room.round_count,
                time_limit_s=room.time_limit_s,
                model_plays=room.model_plays,
                level=room.level,
                now=now,
                name=player_seat.name,
            )
            others = room.seats.filter(removed_at__isnull=True).exclude(player=player).select_related("player")
            for seat in others if present is None else others.filter(pk__in=present):
                _create_seat(room.following, seat.player, seat.name, now)
            following = selectors.address(room.following)
            _publish(room, outgoing.Following(event="following", following=following))
    return room.following


def join(*, room_id: int, player: Player, name: str, now: datetime, team: str = "") -> Seat:
    """The player's seat, created if there is none. Raises CannotJoin, InvalidName."""
    with transaction.atomic():
        room = _lock(room_id)
        if room.kind == Room.Kind.LESSON and room.host_id == player.pk:
            raise CannotJoin(_("This is your own lesson: run it from the big screen. You cannot join as a pupil."))
        seat = room.seats.filter(player=player).first()
        if seat and seat.removed_at:
            raise CannotJoin(_("The host removed you from this room."))
        if seat:
            return seat
        if room.phase == Room.Phase.OVER:
            raise CannotJoin(_("The game in this room has ended."))
        if room.is_closed:
            raise CannotJoin(_("The host has closed this room to new players."))
        seats = room.seats.filter(removed_at__isnull=True).count()
        if seats >= rules.MAX_SEATS[room.kind] - (room.kind == Room.Kind.DUEL and room.model_plays):
            raise CannotJoin(_("This room is full."))
        seat = _create_seat(room, player, clean_name(name), now, team=_team(room, team))
        if not player.seats.exclude(pk=seat.pk).exists() and player.user_id is None:
            Player.objects.filter(pk=player.pk).update(name=seat.name)  # a guest keeps the name they chose
        _publish(room, outgoing.Joined(event="joined", seat=selectors.seat_public(seat)))
    return seat


def _team(room: Room, text: str) -> str:
    """The team of this name, in the spelling of an existing team if there is one. Raises CannotJoin, InvalidName."""
    if not room.in_teams:
        return ""
    if not text.strip():
        raise CannotJoin(_("This lesson is played in teams: choose yours, or name a new one."))
    name = clean_name(text)
    return next((team for team in selectors.teams(room) if team.casefold() == name.casefold()), name)


def _create_seat(room: Room, player: Player, name: str, now: datetime, *, team: str = "") -> Seat:
    """A new seat with this name, or with the next free number after it if another seat has the name."""
    names = set(room.seats.filter(removed_at__isnull=True).values_list("name", flat=True))
    candidates = (name if n == 1 else f"{''.join(characters(name)[:16])} {n}" for n in range(1, NAME_TRIES))
    free_name = next(candidate for candidate in candidates if candidate not in names)
    playing = room.phase in (Room.Phase.GUESS, Room.Phase.REVEAL)
    return Seat.objects.create(
        room=room,
        player=player,
        name=free_name,
        team=team,
        from_round=room.number + 1 if playing else 1,
        health=rules.FULL_HEALTH if room.kind == Room.Kind.DUEL else None,
        joined_at=now,
    )


# --- Guessing


def save_draft(*, seat_id: int, number: int, position: game_rules.Position, now: datetime) -> None:
    """Store the pin's position, which becomes the guess when the round ends. Raises TooLate."""
    with transaction.atomic():
        guessing.put_pin(_open_seat(seat_id, number, now), position, locked_at=None, distance_km=None, score=None)


def lock_guess(
    *, seat_id: int, number: int, position: game_rules.Position, present: Set[int] | None, now: datetime
) -> bool:
    """Lock and score the seat's guess; False if one is locked already, which then counts.

    The last guess reveals the round; until then the score is secret. ``present`` are the seats that the round waits
    for; None for all. Raises TooLate.
    """
    with transaction.atomic():
        seat = _open_seat(seat_id, number, now)
        distance_km = game_rules.distance_km(position, seat.truth)
        score = game_rules.round_score(distance_km, seat.precision_km, seat.scale_km)
        if not guessing.put_pin(seat, position, locked_at=now, distance_km=distance_km, score=score):
            return False
        if _everybody_locked(seat.room_id, seat.round_id, present):
            room = _lock(seat.room_id)
            _reveal(room, room.rounds.select_related("photo").get(pk=seat.round_id), now)
            return True
        ends_at = seat.ends_at
        if seat.kind == Room.Kind.DUEL:
            last_call = now + timedelta(seconds=rules.LAST_CALL_S)
            ends_at = min(ends_at, last_call) if ends_at else last_call
        change = outgoing.Locked(event="locked", seat=seat_id, ends_at_ms=milliseconds(ends_at))
        _send_event(seat.room_id, guessing.next_revision(seat, ends_at), change)
    return True


def _open_seat(seat_id: int, number: int, now: datetime) -> guessing.OpenSeat:
    """The seat, if its round takes guesses. Raises TooLate."""
    seat = guessing.open_seat(seat_id, number)
    if seat is None or game_rules.is_over(seat.ends_at, now):
        raise TooLate(_("This round does not take guesses any more."))
    return seat


def _everybody_locked(room_id: int, round_id: int, present: Set[int] | None) -> bool:
    locked_by_seat = guessing.locked_by_seat(room_id, round_id)
    locked = [seat_id for seat_id, is_locked in locked_by_seat.items() if is_locked]
    present = set(locked_by_seat) if present is None else present
    return rules.everybody_locked(playing=locked_by_seat, locked=locked, present=present)


# --- Changes of phase: by the host, by the clock, or when everybody has locked


def advance(*, room_id: int, player: Player, phase: str, number: int, now: datetime) -> None:
    """End this phase of this round for the host; idempotent. Raises NotAllowed, CannotPlay."""
    prepared = _prepare_round(room_id, now)
    with transaction.atomic():
        room = _lock_for(room_id, player)
        if (room.phase, room.number) == (phase, number) and room.phase != Room.Phase.OVER:
            room.paused, room.paused_left_ms = False, None
            _advance(room, now, prepared)


def skip(*, room_id: int, player: Player, number: int, now: datetime) -> None:
    """Delete the open round of a lesson unrevealed, and open the next one. Raises NotAllowed, CannotPlay."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        if room.kind != Room.Kind.LESSON or room.phase != Room.Phase.GUESS or room.number != number:
            return
        room.rounds.filter(number=number).delete()
        room.paused, room.paused_left_ms = False, None
        if selectors.is_decided(room):
            _finish(room, now)
        else:
            _open_round(room, now)


def tick(*, room_id: int, present: Set[int] | None, now: datetime) -> Room:
    """Advance the room if that is due: compare-and-set, so that of several processes one does it. Returns the room."""
    room = Room.objects.get(pk=room_id)
    if _is_due(room, present, now):
        prepared = _prepare_round(room_id, now)
        with transaction.atomic():
            room = _lock(room_id)
            if _is_due(room, present, now):
                _advance(room, now, prepared)
    return room


def _is_due(room: Room, present: Set[int] | None, now: datetime) -> bool:
    """Whether the phase is over: by time, or because all present seats have locked."""
    if room.paused or room.phase in (Room.Phase.LOBBY, Room.Phase.OVER):
        return False
    if game_rules.is_over(room.ends_at, now):
        return room.phase == Room.Phase.GUESS or bool(present)  # a reveal waits for somebody to be present
    if room.phase != Room.Phase.GUESS:
        return False
    round_id = room.rounds.values_list("pk", flat=True).get(number=room.number)
    return _everybody_locked(room.pk, round_id, present)


def _advance(room: Room, now: datetime, prepared: RoomRound | None) -> None:
    if room.phase == Room.Phase.GUESS:
        _reveal(room, room.rounds.get(number=room.number), now)
    elif room.phase == Room.Phase.REVEAL and selectors.is_decided(room):
        _finish(room, now)
    else:
        _open_round(room, now, prepared)


def _prepare_round(room_id: int, now: datetime) -> RoomRound | None:
    """The room's next round, if that is what comes next: choosing its photo and the model's guess take longer than any
    write, so they come before the lock."""
    room = Room.objects.select_related("collection", "version").get(pk=room_id)
    opens = room.phase == Room.Phase.LOBBY or (room.phase == Room.Phase.REVEAL and not selectors.is_decided(room))
    try:
        return _new_round(room, now) if opens else None
    except CannotPlay:
        return None  # raised again under the lock, if it is still so


def _new_round(room: Room, now: datetime) -> RoomRound:
    """The next round, not stored yet. Raises CannotPlay if no photo is left."""
    number, photo_id = _choose_photo(room, now)
    photo = Photo.objects.get(pk=photo_id)
    version = _version_of(room, number)
    return RoomRound(
        room=room,
        number=number,
        photo=photo,
        version=version,
        image_seed=secrets.randbits(62),
        **committed_guess(photo=photo, version=version, scale_km=room.scale_km, level=room.level),
    )


def _version_of(room: Room, number: int) -> ModelVersion:
    """The version that guesses in the round: in a lesson the step's, if it had one when the lesson began."""
    step = room.steps[number - 1] if room.steps else {}
    return ModelVersion.objects.get(pk=step["version"]) if "version" in step else room.version


def _open_round(room: Room, now: datetime, prepared: RoomRound | None = None) -> None:
    """Start the next round, the ``prepared`` one if it is that. Raises CannotPlay if no photo is left."""
    round_ = (
        prepared if prepared and not room.rounds.filter(number__gte=prepared.number).exists() else _new_round(room, now)
    )
    room.number, round_.room, round_.started_at = round_.number, room, now
    round_.save()
    room.phase, room.ends_at = Room.Phase.GUESS, game_rules.deadline(now, room.time_limit_s)
    _publish(room, outgoing.RoundOpened(event="round", **selectors.round_public(room, round_)))


def _choose_photo(room: Room, now: datetime) -> tuple[int, int]:
    """The next round's number and photo: the lesson's next one, else a random unplayed one of the collection. Raises
    CannotPlay."""
    if room.steps:
        for number in range(room.number + 1, len(room.steps) + 1):
            photo_id = room.steps[number - 1]["photo"]
            if Photo.objects.filter(pk=photo_id).exists():  # it may have been removed since the lesson began
                return number, int(photo_id)
        raise CannotPlay(_("This lesson has no playable pictures left. Edit it and add some."))
    played = set(room.rounds.values_list("photo_id", flat=True))
    unplayed = [pk for pk in dealt_photos(room.collection, room.version, now) if pk not in played]
    if not unplayed:
        raise CannotPlay(_("This collection has no pictures left. Create a room with another collection."))
    played_places = set(room.rounds.values_list("photo__latitude", "photo__longitude"))
    elsewhere = [pk for pk, place in places_of(unplayed).items() if place not in played_places]
    return room.number + 1, secrets.choice(elsewhere or unplayed)


def _reveal(room: Room, round_: RoomRound, now: datetime) -> None:
    """Lock and score the drafts, then reveal the round with all its pins."""
    drafts = list(round_.pins.filter(locked_at__isnull=True, seat__in=selectors.playing_seats(room)))
    truth = game_rules.Position(round_.photo.latitude, round_.photo.longitude)
    for pin in drafts:
        pin.locked_at = now
        pin.distance_km = game_rules.distance_km(game_rules.Position(pin.latitude, pin.longitude), truth)
        pin.score = game_rules.round_score(pin.distance_km, round_.photo.precision_km, room.scale_km)
    if drafts:
        Pin.objects.bulk_update(drafts, ["locked_at", "distance_km", "score"])
    round_.revealed_at = now
    if room.kind == Room.Kind.DUEL:
        _deal_damage(room, round_)
    round_.save(update_fields=["revealed_at", "damage"])
    reveal_s = rules.REVEAL_S[room.kind]
    room.phase, room.ends_at = Room.Phase.REVEAL, now + timedelta(seconds=reveal_s) if reveal_s else None
    shown = selectors.reveal(room, round_)
    _publish(room, outgoing.Revealed(event="reveal", ends_at_ms=milliseconds(room.ends_at), **shown))


def _deal_damage(room: Room, round_: RoomRound) -> None:
    """Subtract the difference of a duel's two scores from the health of the lower one."""
    points = {pin.seat_id: game_rules.points(pin.score) for pin in selectors.shown_pins(round_)}
    scores = {seat.pk: points.get(seat.pk, 0) for seat in selectors.playing_seats(room)}
    if room.model_plays:
        scores[rules.MODEL] = game_rules.points(round_.model_score)
    worse, round_.damage = rules.damage(scores)
    if worse == rules.MODEL and room.model_health is not None:
        room.model_health = max(0, room.model_health - round_.damage)
    elif worse is not None:
        seat = Seat.objects.get(pk=worse)
        seat.health = max(0, (seat.health or 0) - round_.damage)
        seat.save(update_fields=["health"])


def _finish(room: Room, now: datetime) -> None:
    room.phase, room.ends_at, room.finished_at = Room.Phase.OVER, None, now
    _publish(room, outgoing.Over(event="over"))


# --- Actions of the host


def pause(*, room_id: int, player: Player, now: datetime) -> None:
    """Stop the clock. Raises NotAllowed."""
    with transaction.atomic():
        _pause(_lock_for(room_id, player), now)


def _pause(room: Room, now: datetime) -> None:
    if room.paused or room.phase not in (Room.Phase.GUESS, Room.Phase.REVEAL):
        return
    room.paused = True
    if room.ends_at:
        room.paused_left_ms = max(0, round((room.ends_at - now).total_seconds() * 1000))
        room.ends_at = None
    _publish(room, outgoing.Paused(event="paused"))


def resume(*, room_id: int, player: Player, now: datetime) -> None:
    """Start the clock again with the time that was left. Raises NotAllowed."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        if not room.paused:
            return
        left, room.paused, room.paused_left_ms = room.paused_left_ms, False, None
        room.ends_at = now + timedelta(milliseconds=left) if left is not None else None
        _publish(room, outgoing.Resumed(event="resumed", ends_at_ms=milliseconds(room.ends_at)))


def end(*, room_id: int, player: Player, now: datetime) -> None:
    """End the room; an open round is deleted unrevealed. Raises NotAllowed."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        if room.phase != Room.Phase.OVER:
            room.rounds.filter(revealed_at__isnull=True).delete()
            _finish(room, now)


def set_closed(*, room_id: int, player: Player, closed: bool) -> None:
    """Close the room to new players, or open it again. Raises NotAllowed."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        room.is_closed = closed
        _publish(room, outgoing.Closed(event="closed", closed=closed))


def rename(*, room_id: int, player: Player, seat_id: int, name: str, team: str = "") -> None:
    """Rename a seat and change its team: the host any seat, a player their own. In a lesson only the host may, so that
    pupils cannot undo a change. Raises NotAllowed, InvalidName, CannotJoin."""
    with transaction.atomic():
        room = _lock(room_id)
        seat = room.seats.get(pk=seat_id)
        if player.pk != room.host_id and (room.kind == Room.Kind.LESSON or player.pk != seat.player_id):
            raise NotAllowed(_("Only the host can do this."))
        seat.name = clean_name(name)
        if room.seats.exclude(pk=seat.pk).filter(removed_at__isnull=True, name=seat.name).exists():
            raise CannotJoin(_("Someone else has this name. Choose another."))
        if team:
            seat.team = _team(room, team)
        seat.save(update_fields=["name", "team"])
        teams = selectors.teams_public(room)
        change = outgoing.Renamed(event="renamed", seat=seat.pk, name=seat.name, team=seat.team, teams=teams)
        _publish(room, change)


def remove(*, room_id: int, player: Player, seat_id: int, now: datetime) -> None:
    """Remove a seat permanently. Raises NotAllowed."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        seat = room.seats.get(pk=seat_id)
        if seat.player_id == room.host_id:
            raise NotAllowed(_("The host cannot be removed."))
        if seat.removed_at is None:
            seat.removed_at = now
            seat.save(update_fields=["removed_at"])
            change = outgoing.Removed(event="removed", seat=seat.pk, teams=selectors.teams_public(room))
            _publish(room, change, removed=seat.pk)


def delete(*, room_id: int) -> None:
    """Delete a room with its rounds, seats and pins, and close its sockets."""
    with transaction.atomic():
        _lock(room_id).delete()
        transaction.on_commit(lambda: database_thread.send(room_group(room_id), {"type": "room.gone"}))


def host_is_away(*, room_id: int, host_id: int | None, present: Set[int], now: datetime) -> None:
    """Replace an absent host by a present player; a lesson is paused instead."""
    with transaction.atomic():
        room = _lock(room_id)
        if room.host_id != host_id or room.phase == Room.Phase.OVER:
            return
        if room.kind == Room.Kind.LESSON:
            return _pause(room, now)
        others = room.seats.filter(pk__in=present, removed_at__isnull=True).exclude(pk=selectors.host_seat(room))
        if successor := others.first():
            room.host_id = successor.player_id
            _publish(room, outgoing.NewHost(event="host", seat=successor.pk))


# --- Row locks and events


def _lock(room_id: int) -> Room:
    """The room, locked until the transaction ends: PostgreSQL locks the row, SQLite the database when it begins."""
    rooms = Room.objects.select_related("collection", "version").select_for_update(of=("self",))
    return rooms.get(pk=room_id)


def _lock_for(room_id: int, player: Player) -> Room:
    """The locked room, if the player is its host. Raises NotAllowed."""
    room = _lock(room_id)
    if room.host_id != player.pk:
        raise NotAllowed(_("Only the host can do this."))
    return room


def _publish(room: Room, change: outgoing.Change, *, removed: int | None = None) -> None:
    """Save the room under its next revision, and send the event on commit."""
    room.revision += 1
    room.save(update_fields=MUTABLE_FIELDS)
    _send_event(room.pk, room.revision, change, removed=removed)


def _send_event(room_id: int, revision: int, change: outgoing.Change, *, removed: int | None = None) -> None:
    text = msgspec.json.encode({**outgoing.Numbered(type="event", revision=revision), **change}).decode()
    message = {"type": "room.event", "revision": revision, "text": text, "removed": removed}
    transaction.on_commit(lambda: database_thread.send(room_group(room_id), message))
