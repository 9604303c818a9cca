"""What a room's members may see. Positions of pins, the truth and the model's guess only once a round is revealed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from datetime import datetime
from typing import cast

from django.db.models import QuerySet
from django.urls import reverse

from geoguess.game import round_image
from geoguess.game.rules import points
from geoguess.game.selectors import LEVEL_NAMES, credit, truth
from geoguess.live import outgoing, rules
from geoguess.models import Pin, Player, Room, RoomRound, Seat
from geoguess.site.sockets import milliseconds


def room_by_code(code: str) -> Room | None:
    """The open room with this code, else the last one that had it."""
    rooms = Room.objects.filter(code=code).select_related("collection", "version", "host")
    return rooms.exclude(phase=Room.Phase.OVER).first() or rooms.first()


def seat_of(room: Room, player: Player | None) -> Seat | None:
    """The player's seat, unless the host took it away."""
    return room.seats.filter(player=player, removed_at__isnull=True).first() if player else None


def address(room: Room | None) -> str | None:
    return reverse("room", args=[room.code]) if room else None


def host_seat(room: Room) -> int:
    """The seat of the host; 0 where there is no host, or none with a seat."""
    host = room.host_id
    return (room.seats.filter(player_id=host).values_list("pk", flat=True).first() if host else None) or 0


def playing(room: Room) -> QuerySet[Seat]:
    """Seats that play the present round."""
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
    """Points of each seat over the revealed rounds: sums of the rounded points shown; the model's under 0."""
    sums: dict[int, int] = defaultdict(int)
    pins = Pin.objects.filter(round__room=room, round__revealed_at__isnull=False, score__isnull=False)
    for seat_id, score in pins.values_list("seat_id", "score"):
        sums[seat_id] += points(score)
    if room.model_plays:
        for score in room.rounds.filter(revealed_at__isnull=False).values_list("model_score", flat=True):
            sums[rules.MODEL] += points(score)
    return sums


def teams(room: Room) -> list[str]:
    """Names of the teams so far."""
    return sorted(set(room.seats.filter(removed_at__isnull=True).values_list("team", flat=True)))


def team_totals(room: Room) -> dict[str, int]:
    """Points of each team over the revealed rounds: of each round its best guess counts."""
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
    """Points of the teams as everybody sees them; None where each plays for themselves."""
    return team_totals(room) if room.in_teams else None


def shown_pins(round_: RoomRound) -> QuerySet[Pin]:
    """The pins of a revealed round: of all who are still in the room."""
    return round_.pins.filter(score__isnull=False, seat__removed_at__isnull=True)


def seat_public(seat: Seat) -> outgoing.SeatPublic:
    """A seat as everybody in the room sees it."""
    return {
        "id": seat.pk,
        "name": seat.name,
        "team": seat.team,
        "from_round": seat.from_round,
        "health": seat.health,
    }


def round_public(room: Room, round_: RoomRound) -> outgoing.OpenRound:
    """An open round, without anything about its answer."""
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
    """Everything about a revealed round: the truth, all pins, the model's if it plays, everybody's points."""
    if round_.revealed_at is None:
        raise ValueError("A round that is not revealed must not leave the server.")
    photo = round_.photo
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
        "health": {str(seat.pk): seat.health for seat in playing(room)} | {"0": room.model_health}
        if room.kind == Room.Kind.DUEL
        else {},
        "teams": teams_public(room),
        "note": room.steps[round_.number - 1]["note"] if room.steps else "",
        "damage": round_.damage,
        "last": is_decided(room),
        "photo": credit(photo),
    }


def snapshot(room: Room, *, seat: Seat | None, player: Player, present: Set[int], now: datetime) -> outgoing.Snapshot:
    """All that this member may know, as of the room's revision."""
    round_ = room.rounds.select_related("photo").filter(number=room.number).first()
    pins = list(round_.pins.all()) if round_ else []
    own = next((pin for pin in pins if seat and pin.seat_id == seat.pk), None)
    guessing = room.phase == Room.Phase.GUESS
    return {
        "type": "snapshot",
        "revision": room.revision,
        "server_now_ms": milliseconds(now),
        "room": {
            "code": room.code,
            "kind": room.kind,
            "collection": room.collection.name,
            "illustrated": room.collection.illustrated,
            "rounds": room.round_count,
            "time_limit_s": room.time_limit_s,
            "model_plays": room.model_plays,
            "level": LEVEL_NAMES[room.level],
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
            "pin": {"latitude": own.latitude, "longitude": own.longitude} if own else None,
            "locked": bool(own and own.locked_at),
        },
    }


def final(room: Room, seat: Seat | None) -> outgoing.Final:
    """All revealed rounds of a room that is over: the truth, the model, one's own pin and the best one."""
    if room.phase != Room.Phase.OVER:
        raise ValueError("A room that is not over must not be shown whole.")
    return {"rounds": [_final_round(room, round_, seat) for round_ in room.rounds.select_related("photo")]}


def _final_round(room: Room, round_: RoomRound, seat: Seat | None) -> outgoing.FinalRound:
    shown = reveal(room, round_)
    pins = sorted(shown["pins"], key=lambda pin: -pin["score"])
    return {
        "number": round_.number,
        "image_url": reverse("room-image", args=[room.code, round_.number]),
        "truth": shown["truth"],
        "model": shown["model"],
        "own": next((pin for pin in pins if seat and pin["seat"] == seat.pk), None),
        "best": pins[0] if pins else None,
    }
