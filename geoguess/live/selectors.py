"""Queries of rooms for their members. Pins, the truth and the model's guess only of revealed rounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from datetime import datetime
from typing import cast

from django.db.models import QuerySet
from django.urls import reverse

from geoguess.game import round_image
from geoguess.game.clues import clues_of
from geoguess.game.rules import points
from geoguess.game.selectors import LEVEL_NAMES, credit, texts_read, truth
from geoguess.live import outgoing, rules
from geoguess.models import Pin, Player, Room, RoomRound, Seat
from geoguess.site.sockets import milliseconds
from predictor.versions.selectors import prediction_for


def room_by_code(code: str) -> Room | None:
    """The open room with this code, else the latest room that had it."""
    rooms = Room.objects.filter(code=code).select_related("collection", "version", "host")
    return rooms.exclude(phase=Room.Phase.OVER).first() or rooms.first()


def seat_of(room: Room, player: Player | None) -> Seat | None:
    """The player's seat, unless the host has removed it."""
    return room.seats.filter(player=player, removed_at__isnull=True).first() if player else None


def is_member(room: Room, player: Player | None) -> bool:
    """Whether the player has a seat in the room, or is its host."""
    return player is not None and (room.host_id == player.pk or seat_of(room, player) is not None)


def address(room: Room | None) -> str | None:
    """The URL of the room's page."""
    return reverse("room", args=[room.code]) if room else None


def host_seat(room: Room) -> int:
    """Id of the host's seat; 0 without a host, or for a host without a seat."""
    host = room.host_id
    return (room.seats.filter(player_id=host).values_list("pk", flat=True).first() if host else None) or 0


def playing_seats(room: Room) -> QuerySet[Seat]:
    """The seats that play the current round."""
    return room.seats.filter(removed_at__isnull=True, from_round__lte=room.number)


def is_decided(room: Room) -> bool:
    """Whether no further round follows."""
    if room.number >= room.round_count:
        return True
    if room.kind != Room.Kind.DUEL:
        return False
    health = [seat.health for seat in room.seats.filter(removed_at__isnull=True)]
    return 0 in [*health, room.model_health]


def totals(room: Room) -> dict[int, int]:
    """Total points of each seat over the revealed rounds, as sums of rounded points; the model's under 0."""
    sums: dict[int, int] = defaultdict(int)
    pins = Pin.objects.filter(round__room=room, round__revealed_at__isnull=False, score__isnull=False)
    for seat_id, score in pins.values_list("seat_id", "score"):
        sums[seat_id] += points(score)
    if room.model_plays:
        for score in room.rounds.filter(revealed_at__isnull=False).values_list("model_score", flat=True):
            sums[rules.MODEL] += points(score)
    return sums


def teams(room: Room) -> list[str]:
    """Names of the teams that have a seat, sorted."""
    return sorted(set(room.seats.filter(removed_at__isnull=True).values_list("team", flat=True)))


def team_totals(room: Room) -> dict[str, int]:
    """Total points of each team over the revealed rounds; in each round its best guess counts."""
    best: dict[tuple[str, int], int] = {}
    pins = Pin.objects.filter(round__room=room, round__revealed_at__isnull=False, score__isnull=False)
    for team, round_id, score in pins.filter(seat__removed_at__isnull=True).values_list(
        "seat__team", "round_id", "score"
    ):
        best[team, round_id] = max(points(score), best.get((team, round_id), 0))
    sums = dict.fromkeys(teams(room), 0)
    for (team, _), score in best.items():
        sums[team] += score
    return sums


def teams_public(room: Room) -> dict[str, int] | None:
    """The teams' total points for all members; None in a room without teams."""
    return team_totals(room) if room.in_teams else None


def shown_pins(round_: RoomRound) -> QuerySet[Pin]:
    """The pins of a revealed round, without those of removed seats."""
    return round_.pins.filter(score__isnull=False, seat__removed_at__isnull=True)


def seat_public(seat: Seat) -> outgoing.SeatPublic:
    """The data of a seat for all members."""
    return {
        "id": seat.pk,
        "name": seat.name,
        "team": seat.team,
        "from_round": seat.from_round,
        "health": seat.health,
    }


def round_public(room: Room, round_: RoomRound) -> outgoing.OpenRound:
    """The data of a round for all members, without its answer."""
    photo = round_.photo
    width, height = round_image.variant(round_.image_seed, photo.width, photo.height).size
    return {
        "number": round_.number,
        "picture": {
            "url": reverse("room-image", args=[room.code, round_.number]),
            "width": width,
            "height": height,
        },
        "ends_at_ms": milliseconds(room.ends_at),
    }


def reveal(room: Room, round_: RoomRound) -> outgoing.Reveal:
    """A revealed round: the truth, all pins, the model's guess if it plays, all points. Raises ValueError if open."""
    if round_.revealed_at is None:
        raise ValueError("A round that is not revealed must not leave the server.")
    photo = round_.photo
    prediction = prediction_for(round_.version, photo.sha256)
    return {
        "number": round_.number,
        "truth": truth(photo),
        "pins": [
            {
                "seat": pin.seat_id,
                "latitude": pin.latitude,
                "longitude": pin.longitude,
                "distance_km": cast(float, pin.distance_km),
                "score": points(pin.score),
            }
            for pin in shown_pins(round_)
        ],
        "model": {
            "latitude": round_.model_latitude,
            "longitude": round_.model_longitude,
            "radius_km": round_.model_radius_km,
            "distance_km": round_.model_distance_km,
            "score": points(round_.model_score),
        }
        if room.model_plays
        else None,
        "totals": {str(seat): total for seat, total in totals(room).items()},
        "health": {str(seat.pk): seat.health for seat in playing_seats(room)} | {"0": room.model_health}
        if room.kind == Room.Kind.DUEL
        else {},
        "teams": teams_public(room),
        "note": room.steps[round_.number - 1]["note"] if room.steps else "",
        "damage": round_.damage,
        "last": is_decided(room),
        "texts": texts_read(round_, prediction, room.scale_km, room.level),
        "clues": clues_of(photo, prediction, round_.image_seed),
        "photo": credit(photo),
    }


def snapshot(room: Room, *, seat: Seat | None, player: Player, present: Set[int], now: datetime) -> outgoing.Snapshot:
    """The whole room as this member may see it, at the room's current revision."""
    round_ = room.rounds.select_related("photo", "version").filter(number=room.number).first()
    pins = list(round_.pins.all()) if round_ else []
    seat_pin = next((pin for pin in pins if seat and pin.seat_id == seat.pk), None)
    guessing = room.phase == Room.Phase.GUESS
    return {
        "type": "snapshot",
        "revision": room.revision,
        "server_now_ms": milliseconds(now),
        "room": {
            "code": room.code,
            "kind": room.kind,
            "collection": room.collection.shown_name,
            "illustrated": room.collection.illustrated,
            "rounds": room.round_count,
            "time_limit_s": room.time_limit_s,
            "model_plays": room.model_plays,
            "level": str(LEVEL_NAMES[room.level]),
            "title": room.title,
            "in_teams": room.in_teams,
        },
        "phase": cast(outgoing.Phase, room.phase),
        "number": room.number,
        "ends_at_ms": milliseconds(room.ends_at),
        "paused": room.paused,
        "closed": room.is_closed,
        "following": address(room.following),
        "model_health": room.model_health,
        "host": host_seat(room),
        "seats": [seat_public(row) for row in room.seats.filter(removed_at__isnull=True)],
        "present": sorted(present),
        "locked": [pin.seat_id for pin in pins if pin.locked_at] if guessing else [],
        "totals": {str(key): total for key, total in totals(room).items()},
        "teams": teams_public(room),
        "round": round_public(room, round_) if round_ else None,
        "reveal": reveal(room, round_) if round_ and round_.revealed_at else None,
        "me": {
            "seat": seat.pk if seat else None,
            "host": room.host_id == player.pk,
            "pin": {"latitude": seat_pin.latitude, "longitude": seat_pin.longitude} if seat_pin else None,
            "locked": bool(seat_pin and seat_pin.locked_at),
        },
    }


def final(room: Room, seat: Seat | None) -> outgoing.Final:
    """The rounds of a room that is over: truth, the model's guess, own pin, best pin. Raises ValueError before that."""
    if room.phase != Room.Phase.OVER:
        raise ValueError("A room that is not over must not be shown whole.")
    return {"rounds": [_final_round(room, round_, seat) for round_ in room.rounds.select_related("photo", "version")]}


def _final_round(room: Room, round_: RoomRound, seat: Seat | None) -> outgoing.FinalRound:
    result = reveal(room, round_)
    pins = sorted(result["pins"], key=lambda pin: -pin["score"])
    return {
        "number": round_.number,
        "image_url": reverse("room-image", args=[room.code, round_.number]),
        "truth": result["truth"],
        "model": result["model"],
        "own": next((pin for pin in pins if seat and pin["seat"] == seat.pk), None),
        "best": pins[0] if pins else None,
        "clues": result["clues"],
    }
