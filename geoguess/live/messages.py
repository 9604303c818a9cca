"""What a browser may say in a room: each message with its schema. Anything else is refused with a typed error.

Every message but a ping carries an ``id``, with which it is answered: ``{"type": "ack", "id": …}`` or
``{"type": "error", "id": …, "code": …, "message": …}``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from geoguess.live.rules import REACTIONS

MAX_CHARACTERS = 1000
RequestId = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Number = Annotated[int, msgspec.Meta(ge=0, le=1000)]
SeatId = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Request(msgspec.Struct, tag_field="type", forbid_unknown_fields=True):
    """Any message that is acknowledged."""

    id: RequestId


class Ping(msgspec.Struct, tag_field="type", tag="ping", forbid_unknown_fields=True):
    """The heartbeat, with the browser's clock, which comes back with the server's."""

    t: float


class Sync(Request, tag="sync"):
    """Send the whole room again: an event was missed."""


class Draft(Request, tag="draft"):
    """The pin stands here."""

    round: Number
    latitude: float
    longitude: float


class Guess(Request, tag="guess"):
    """Lock the pin here."""

    round: Number
    latitude: float
    longitude: float


class Advance(Request, tag="advance"):
    """The host goes on from this phase of this round."""

    phase: Literal["lobby", "guess", "reveal"]
    round: Number


class Skip(Request, tag="skip"):
    """The host of a lesson goes on to the next picture without a reveal."""

    round: Number


class Pause(Request, tag="pause"):
    """The host stops the clock."""


class Resume(Request, tag="resume"):
    """The host lets it go on."""


class End(Request, tag="end"):
    """The host ends the room."""


class Close(Request, tag="close"):
    """The host lets nobody else in, or everybody again."""

    closed: bool


class Rename(Request, tag="rename"):
    """A new name for a seat and, from the host, another team."""

    seat: SeatId
    name: Annotated[str, msgspec.Meta(max_length=60)]
    team: Annotated[str, msgspec.Meta(max_length=60)] = ""


class Remove(Request, tag="remove"):
    """The host takes a seat away."""

    seat: SeatId


class Again(Request, tag="again"):
    """The same once more, with everybody who is here."""


class React(Request, tag="react"):
    """One of the preset reactions."""

    reaction: Literal[REACTIONS]  # type: ignore[valid-type]


Message = Ping | Sync | Draft | Guess | Advance | Skip | Pause | Resume | End | Close | Rename | Remove | Again | React
_decoder = msgspec.json.Decoder(Message)


class BadMessage(ValueError):
    """The text is no message; ``request_id`` is its id if one could be read."""

    def __init__(self, reason: str, request_id: int | None) -> None:
        super().__init__(reason)
        self.request_id = request_id


def parse(text: str) -> Message:
    """Raises BadMessage."""
    if len(text) > MAX_CHARACTERS:
        raise BadMessage("Messages are short JSON texts.", None)
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as reason:
        raise BadMessage(str(reason), _id_in(text)) from None


def _id_in(text: str) -> int | None:
    try:
        content: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    found = content.get("id") if isinstance(content, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None
