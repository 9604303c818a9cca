"""What members ask of a room, over its socket or, where sockets are blocked, by HTTP: a message calls one service."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.utils.translation import gettext as _

from geoguess.game.groups import room_group
from geoguess.game.guesses import InvalidGuess, parse_guess
from geoguess.game.services import CannotPlay
from geoguess.live import database_thread, messages, outgoing, selectors, services
from geoguess.models import Player, Seat
from geoguess.models.player_names import InvalidName
from geoguess.site import limits
from geoguess.site.busy import is_busy
from geoguess.site.limits import ROOM_LIMIT, TooOften

ERROR_CODES: dict[type[Exception], str] = {
    services.NotAllowed: "not_allowed",
    services.TooLate: "too_late",
    services.CannotJoin: "refused",
    Seat.DoesNotExist: "no_such_seat",
    CannotPlay: "cannot_play",
    TooOften: "too_often",
    InvalidGuess: "bad_guess",
    InvalidName: "bad_name",
}


@dataclass(frozen=True, slots=True)
class Member:
    """Who asks."""

    room_id: int
    seat_id: int  # 0 for a host without a seat
    player: Player

    def own_seat(self) -> int:
        """Raises NotAllowed for a host without a seat."""
        if not self.seat_id:
            raise services.NotAllowed(_("You are watching, not playing."))
        return self.seat_id


def carry_out(
    message: messages.Request, member: Member, *, present: Set[int] | None, now: datetime
) -> outgoing.Outcome | None:
    """Do what the member asks; ``present`` are the present seats, None for all. Raises what `refusal` understands."""
    host: dict[str, Any] = {
        "room_id": member.room_id,
        "player": member.player,
    }  # the services check that it is the host
    match message:
        case messages.Draft(round=number, latitude=latitude, longitude=longitude):
            position = parse_guess(latitude, longitude)
            services.save_draft(seat_id=member.own_seat(), number=number, position=position, now=now)
        case messages.Guess(round=number, latitude=latitude, longitude=longitude):
            position = parse_guess(latitude, longitude)
            seat_id = member.own_seat()
            locked = services.lock_guess(seat_id=seat_id, number=number, position=position, present=present, now=now)
            return {"locked": locked}
        case messages.Advance(phase=phase, round=number):
            services.advance(**host, phase=phase, number=number, now=now)
        case messages.Skip(round=number):
            services.skip(**host, number=number, now=now)
        case messages.Pause():
            services.pause(**host, now=now)
        case messages.Resume():
            services.resume(**host, now=now)
        case messages.End():
            services.end(**host, now=now)
        case messages.Close(closed=closed):
            services.set_closed(**host, closed=closed)
        case messages.Rename(seat=seat_id, name=name, team=team):
            services.rename(**host, seat_id=seat_id, name=name, team=team)
        case messages.Remove(seat=seat_id):
            services.remove(**host, seat_id=seat_id, now=now)
        case messages.Again():
            limits.spend(who=member.player.token, what="rooms", **ROOM_LIMIT)
            return {"following": selectors.address(services.play_again(**host, present=present, now=now))}
        case messages.React(reaction=reaction):
            news = outgoing.Reaction(type="reaction", seat=member.own_seat(), reaction=reaction)
            database_thread.send(room_group(member.room_id), {"type": "room.news", "content": news})
    return None


def refusal(request_id: int | None, error: Exception) -> outgoing.Refusal | None:
    """The answer to a request that failed with this error; None if it is not the asker's business."""
    if isinstance(error, OperationalError) and is_busy(error):
        code, message = "busy", _("The site is busy. Try again in a moment.")
    elif type(error) in ERROR_CODES:
        code, message = ERROR_CODES[type(error)], str(error)
    else:
        return None
    return outgoing.Refusal(type="error", id=request_id, code=code, message=message)
