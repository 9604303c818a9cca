"""What happens in a room. Each function locks the room's row, looks again, changes it and tells the room. Only this
writes rooms, so every change has its number: the room's revision."""

from __future__ import annotations

import secrets
from collections.abc import Set
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from geoguess.game import rules as game_rules
from geoguess.game.commitment import committed_guess
from geoguess.game.groups import room_group
from geoguess.game.selectors import ready_photos
from geoguess.game.services import CannotPlay
from geoguess.live import calls, guessing, outgoing, rules, selectors
from geoguess.models import LessonPlan, Pin, Player, Room, RoomRound, Seat
from geoguess.models.player_names import clean_name
from geoguess.site.sockets import milliseconds
from pipeline.models import Collection, Photo
from predictor.versions.selectors import champion

CODE_TRIES = 20
NAME_TRIES = 250
CHANGING = (
    *("phase", "number", "ends_at", "paused", "paused_left_ms", "revision", "is_closed"),
    *("host", "model_health", "following", "finished_at"),
)


class CannotJoin(Exception):
    """The room does not take this player; the message says why."""


class NotAllowed(Exception):
    """Only the host may do this."""


class TooLate(Exception):
    """The room is no longer where the message thought it was."""


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
    """An open room in its lobby, with the host seated; in a lesson, which follows its plan, the host does not play.
    Raises CannotPlay."""
    version = champion()
    if version is None:
        raise CannotPlay(_("There is no model to play against yet: an admin has to promote one."))
    ready = ready_photos(collection, version)
    lesson: dict[str, Any] = {}
    if plan:
        steps = plan.steps.filter(photo__in=ready).values_list("photo", "note")
        lesson = {"plan": plan, "title": plan.title, "in_teams": plan.in_teams}
        lesson["steps"] = [{"photo": photo, "note": note} for photo, note in steps]
        ready = [photo for photo, _ in steps]
    if not ready:
        raise CannotPlay(
            _("The model has not looked at the pictures of “%(collection)s” yet. Try again in a moment.")
            % {"collection": collection.name}
        )
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
                    **lesson,
                )
                if not plan:
                    _seat(room, host, name or host.name, now)
            return room
        except IntegrityError:  # the code is in use
            continue
    raise CannotPlay(_("No code is free at the moment. Try again in a minute."))


def play_again(*, room_id: int, player: Player, present: Set[int] | None, now: datetime) -> Room:
    """The room once more, in its lobby: whoever asks first is its host, and who is still there (None: everybody) has a
    seat in it. Raises NotAllowed, CannotPlay."""
    with transaction.atomic():
        room = _lock(room_id)
        if room.kind == Room.Kind.LESSON or room.phase != Room.Phase.OVER:
            raise NotAllowed(_("This can be played again when it is over."))
        own = selectors.seat_of(room, player)
        if own is None:
            raise NotAllowed(_("You look on, you do not play."))
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
                name=own.name,
            )
            others = room.seats.filter(removed_at__isnull=True).exclude(player=player).select_related("player")
            for seat in others if present is None else others.filter(pk__in=present):
                _seat(room.following, seat.player, seat.name, now)
            following = selectors.address(room.following)
            _publish(room, outgoing.Following(event="following", following=following))
    return room.following


def join(*, room_id: int, player: Player, name: str, now: datetime, team: str = "") -> Seat:
    """The player's seat, taken now or before. Raises CannotJoin, InvalidName."""
    with transaction.atomic():
        room = _lock(room_id)
        if room.kind == Room.Kind.LESSON and room.host_id == player.pk:
            raise CannotJoin(_("This is a lesson of your own: you hold it on the big screen."))
        seat = room.seats.filter(player=player).first()
        if seat and seat.removed_at:
            raise CannotJoin(_("The host has taken you out of this room."))
        if seat:
            return seat
        if room.phase == Room.Phase.OVER:
            raise CannotJoin(_("This room is over."))
        if room.is_closed:
            raise CannotJoin(_("The host lets nobody else in."))
        seats = room.seats.filter(removed_at__isnull=True).count()
        if seats >= rules.MAX_SEATS[room.kind] - (room.kind == Room.Kind.DUEL and room.model_plays):
            raise CannotJoin(_("This room is full."))
        seat = _seat(room, player, clean_name(name), now, team=_team(room, team))
        if not player.seats.exclude(pk=seat.pk).exists() and player.user_id is None:
            Player.objects.filter(pk=player.pk).update(name=seat.name)  # a guest goes on under the name they chose
        _publish(room, outgoing.Joined(event="joined", seat=selectors.seat_public(seat)))
    return seat


def _team(room: Room, text: str) -> str:
    """The team of this name, as it is written already where it is there. Raises CannotJoin, InvalidName."""
    if not room.in_teams:
        return ""
    if not text.strip():
        raise CannotJoin(_("This lesson is played in teams: choose yours, or name a new one."))
    name = clean_name(text)
    return next((team for team in selectors.teams(room) if team.casefold() == name.casefold()), name)


def _seat(room: Room, player: Player, name: str, now: datetime, *, team: str = "") -> Seat:
    """A seat under this name, or the name with the next free number."""
    taken = set(room.seats.filter(removed_at__isnull=True).values_list("name", flat=True))
    free = next(wanted for n in range(1, NAME_TRIES) if (wanted := name if n == 1 else f"{name[:16]} {n}") not in taken)
    playing = room.phase in (Room.Phase.GUESS, Room.Phase.REVEAL)
    return Seat.objects.create(
        room=room,
        player=player,
        name=free,
        team=team,
        from_round=room.number + 1 if playing else 1,
        health=rules.FULL_HEALTH if room.kind == Room.Kind.DUEL else None,
        joined_at=now,
    )


# --- Guessing


def save_draft(*, seat_id: int, number: int, position: game_rules.Position, now: datetime) -> None:
    """Remember where the pin stands: it counts when the round ends. Raises TooLate."""
    with transaction.atomic():
        guessing.put_pin(_open_seat(seat_id, number, now), position, locked_at=None, distance_km=None, score=None)


def lock_guess(
    *, seat_id: int, number: int, position: game_rules.Position, present: Set[int] | None, now: datetime
) -> bool:
    """Lock the seat's guess; False when it was locked before, and that one counts. The last one reveals.

    It is scored at once, and the score stays secret until the reveal. ``present``: the seats that are waited for; None
    for all. Raises TooLate.
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
        _tell(seat.room_id, guessing.next_revision(seat, ends_at), change)
    return True


def _open_seat(seat_id: int, number: int, now: datetime) -> guessing.OpenSeat:
    """Raises TooLate."""
    seat = guessing.open_seat(seat_id, number)
    if seat is None or game_rules.is_over(seat.ends_at, now):
        raise TooLate(_("This round does not take guesses any more."))
    return seat


def _everybody_locked(room_id: int, round_id: int, present: Set[int] | None) -> bool:
    done = guessing.who_is_done(room_id, round_id)
    locked = [seat_id for seat_id, is_locked in done.items() if is_locked]
    return rules.everybody_locked(playing=done, locked=locked, present=set(done) if present is None else present)


# --- From phase to phase: by the host, by the clock, or when everybody is done


def advance(*, room_id: int, player: Player, phase: str, number: int, now: datetime) -> None:
    """The host goes on from this phase of this round; a second click does nothing. Raises NotAllowed, CannotPlay."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        if (room.phase, room.number) == (phase, number) and room.phase != Room.Phase.OVER:
            room.paused, room.paused_left_ms = False, None
            _advance(room, now)


def skip(*, room_id: int, player: Player, number: int, now: datetime) -> None:
    """Drop the open round of a lesson unrevealed, and go on to the next picture. Raises NotAllowed, CannotPlay."""
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
    """Whatever is due, done once, by whoever notices first; the room as it is then."""
    room = Room.objects.get(pk=room_id)
    if _is_due(room, present, now):
        with transaction.atomic():
            room = _lock(room_id)
            if _is_due(room, present, now):
                _advance(room, now)
    return room


def _is_due(room: Room, present: Set[int] | None, now: datetime) -> bool:
    if room.paused or room.phase in (Room.Phase.LOBBY, Room.Phase.OVER):
        return False
    if game_rules.is_over(room.ends_at, now):
        return room.phase == Room.Phase.GUESS or bool(present)  # an empty room sleeps
    if room.phase != Room.Phase.GUESS:
        return False
    round_id = room.rounds.values_list("pk", flat=True).get(number=room.number)
    return _everybody_locked(room.pk, round_id, present)


def _advance(room: Room, now: datetime) -> None:
    if room.phase == Room.Phase.GUESS:
        _reveal(room, room.rounds.get(number=room.number), now)
    elif room.phase == Room.Phase.REVEAL and selectors.is_decided(room):
        _finish(room, now)
    else:
        _open_round(room, now)


def _open_round(room: Room, now: datetime) -> None:
    """Raises CannotPlay when no picture is left."""
    room.number += 1
    photo = Photo.objects.get(pk=_choose_photo(room))
    round_ = RoomRound.objects.create(
        room=room,
        number=room.number,
        photo=photo,
        image_seed=secrets.randbits(62),
        started_at=now,
        **committed_guess(photo=photo, version=room.version, scale_km=room.scale_km, level=room.level),
    )
    room.phase, room.ends_at = Room.Phase.GUESS, game_rules.deadline(now, room.time_limit_s)
    _publish(room, outgoing.RoundOpened(event="round", **selectors.round_public(room, round_)))


def _choose_photo(room: Room) -> int:
    """The lesson's next photo, else one of the collection by chance."""
    if room.steps:
        while room.number <= len(room.steps):
            wanted = room.steps[room.number - 1]["photo"]
            if Photo.objects.filter(pk=wanted).exists():  # it may have been taken out since the lesson began
                return int(wanted)
            room.number += 1
        raise CannotPlay(_("No picture of this lesson is left."))
    used = set(room.rounds.values_list("photo_id", flat=True))
    fresh = [pk for pk in ready_photos(room.collection, room.version) if pk not in used]
    if not fresh:
        raise CannotPlay(_("No picture of this collection is left."))
    return secrets.choice(fresh)


def _reveal(room: Room, round_: RoomRound, now: datetime) -> None:
    """Lock the drafts, and show all pins at once."""
    drafts = list(round_.pins.filter(locked_at__isnull=True, seat__in=selectors.playing(room)))
    truth = game_rules.Position(round_.photo.latitude, round_.photo.longitude)
    for pin in drafts:
        pin.locked_at = now
        pin.distance_km = game_rules.distance_km(game_rules.Position(pin.latitude, pin.longitude), truth)
        pin.score = game_rules.round_score(pin.distance_km, round_.photo.precision_km, room.scale_km)
    if drafts:
        Pin.objects.bulk_update(drafts, ["locked_at", "distance_km", "score"])
    round_.revealed_at = now
    if room.kind == Room.Kind.DUEL:
        _hurt(room, round_)
    round_.save(update_fields=["revealed_at", "damage"])
    pause = rules.REVEAL_S[room.kind]
    room.phase, room.ends_at = Room.Phase.REVEAL, now + timedelta(seconds=pause) if pause else None
    shown = selectors.reveal(room, round_)
    _publish(room, outgoing.Revealed(event="reveal", ends_at_ms=milliseconds(room.ends_at), **shown))


def _hurt(room: Room, round_: RoomRound) -> None:
    """Take the difference of the two scores from the health of the worse one."""
    points = {pin.seat_id: game_rules.points(pin.score) for pin in selectors.shown_pins(round_)}
    scores = {seat.pk: points.get(seat.pk, 0) for seat in selectors.playing(room)}
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


# --- What a host does


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
    """Let the clock go on where it stood. Raises NotAllowed."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        if not room.paused:
            return
        left, room.paused, room.paused_left_ms = room.paused_left_ms, False, None
        room.ends_at = now + timedelta(milliseconds=left) if left is not None else None
        _publish(room, outgoing.Resumed(event="resumed", ends_at_ms=milliseconds(room.ends_at)))


def end(*, room_id: int, player: Player, now: datetime) -> None:
    """End the room; an open round is dropped unrevealed. Raises NotAllowed."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        if room.phase != Room.Phase.OVER:
            room.rounds.filter(revealed_at__isnull=True).delete()
            _finish(room, now)


def set_closed(*, room_id: int, player: Player, closed: bool) -> None:
    """Let nobody else in, or everybody with the code again. Raises NotAllowed."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        room.is_closed = closed
        _publish(room, outgoing.Closed(event="closed", closed=closed))


def rename(*, room_id: int, player: Player, seat_id: int, name: str, team: str = "") -> None:
    """The host renames anybody and puts them into a team, a player themselves; in a lesson only the host may, so that
    what they changed stays. Raises NotAllowed, InvalidName, CannotJoin."""
    with transaction.atomic():
        room = _lock(room_id)
        seat = room.seats.get(pk=seat_id)
        if player.pk != room.host_id and (room.kind == Room.Kind.LESSON or player.pk != seat.player_id):
            raise NotAllowed(_("Only the host may do this."))
        seat.name = clean_name(name)
        if room.seats.exclude(pk=seat.pk).filter(removed_at__isnull=True, name=seat.name).exists():
            raise CannotJoin(_("Somebody else has this name."))
        if team:
            seat.team = _team(room, team)
        seat.save(update_fields=["name", "team"])
        teams = selectors.teams_public(room)
        change = outgoing.Renamed(event="renamed", seat=seat.pk, name=seat.name, team=seat.team, teams=teams)
        _publish(room, change)


def remove(*, room_id: int, player: Player, seat_id: int, now: datetime) -> None:
    """Take a seat away for good. Raises NotAllowed."""
    with transaction.atomic():
        room = _lock_for(room_id, player)
        seat = room.seats.get(pk=seat_id)
        if seat.player_id == room.host_id:
            raise NotAllowed(_("A host cannot remove themselves."))
        if seat.removed_at is None:
            seat.removed_at = now
            seat.save(update_fields=["removed_at"])
            change = outgoing.Removed(event="removed", seat=seat.pk, teams=selectors.teams_public(room))
            _publish(room, change, removed=seat.pk)


def delete(*, room_id: int) -> None:
    """Delete a room with all that was done in it; who is in it is shown out."""
    with transaction.atomic():
        _lock(room_id).delete()
        transaction.on_commit(lambda: calls.send(room_group(room_id), {"type": "room.gone"}))


def host_is_away(*, room_id: int, host_id: int | None, present: Set[int], now: datetime) -> None:
    """The host has gone: the room gets another one of those who are there, a lesson pauses until they are back."""
    with transaction.atomic():
        room = _lock(room_id)
        if room.host_id != host_id or room.phase == Room.Phase.OVER:
            return
        if room.kind == Room.Kind.LESSON:
            return _pause(room, now)
        heir = room.seats.filter(pk__in=present, removed_at__isnull=True).exclude(pk=selectors.host_seat(room)).first()
        if heir:
            room.host_id = heir.player_id
            _publish(room, outgoing.NewHost(event="host", seat=heir.pk))


# --- The row and the group


def _lock(room_id: int) -> Room:
    """The row, for this transaction only (PostgreSQL locks the row, SQLite began by locking the database)."""
    rooms = Room.objects.select_related("collection", "version").select_for_update(of=("self",))
    return rooms.get(pk=room_id)


def _lock_for(room_id: int, player: Player) -> Room:
    room = _lock(room_id)
    if room.host_id != player.pk:
        raise NotAllowed(_("Only the host may do this."))
    return room


def _publish(room: Room, change: outgoing.Change, *, removed: int | None = None) -> None:
    """Save the room under its next revision, and tell the room once that is committed."""
    room.revision += 1
    room.save(update_fields=CHANGING)
    _tell(room.pk, room.revision, change, removed=removed)


def _tell(room_id: int, revision: int, change: outgoing.Change, *, removed: int | None = None) -> None:
    text = msgspec.json.encode({**outgoing.Numbered(type="event", revision=revision), **change}).decode()
    message = {"type": "room.event", "revision": revision, "text": text, "removed": removed}
    transaction.on_commit(lambda: calls.send(room_group(room_id), message))
