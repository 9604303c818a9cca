"""Schemas of the messages that a browser may send in a room. Anything else is refused with a typed error.

Every message but a ping has an ``id``, which its answer repeats: ``{"type": "ack", "id": …}`` or
``{"type": "error", "id": …, "code": …, "message": …}``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from geoguess.live.rules import REACTIONS
from geoguess.site.pings import MAX_MESSAGE_CHARACTERS, Ping
from pipeline.support.json_text import BadJson, JsonReader

RequestId = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Number = Annotated[int, msgspec.Meta(ge=0, le=1000)]
SeatId = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Request(msgspec.Struct, tag_field="type", forbid_unknown_fields=True):
    """The base of all messages that are acknowledged."""

    id: RequestId


class Sync(Request, tag="sync"):
    """Ask for a new snapshot, because an event was missed."""


class Draft(Request, tag="draft"):
    """Store the pin's position as a draft."""

    round: Number
    latitude: float
    longitude: float


class Guess(Request, tag="guess"):
    """Lock the pin at this position."""

    round: Number
    latitude: float
    longitude: float


class Advance(Request, tag="advance"):
    """The host ends this phase of this round."""

    phase: Literal["lobby", "guess", "reveal"]
    round: Number


class Skip(Request, tag="skip"):
    """The host of a lesson skips to the next photo without a reveal."""

    round: Number


class Pause(Request, tag="pause"):
    """The host stops the clock."""


class Resume(Request, tag="resume"):
    """The host starts the clock again."""


class End(Request, tag="end"):
    """The host ends the room."""


class Close(Request, tag="close"):
    """The host closes the room to new players, or opens it again."""

    closed: bool


class Rename(Request, tag="rename"):
    """Rename a seat, and let the host change its team."""

    seat: SeatId
    name: Annotated[str, msgspec.Meta(max_length=120)]
    team: Annotated[str, msgspec.Meta(max_length=120)] = ""


class Remove(Request, tag="remove"):
    """The host removes a seat."""

    seat: SeatId


class Again(Request, tag="again"):
    """Play again: open a new room with the members who are present."""


class React(Request, tag="react"):
    """One of the preset reactions."""

    reaction: Literal[REACTIONS]  # type: ignore[valid-type]


Message = Ping | Sync | Draft | Guess | Advance | Skip | Pause | Resume | End | Close | Rename | Remove | Again | React
_message: JsonReader[Message] = JsonReader(Message)
_anything: JsonReader[Any] = JsonReader(Any)


class BadMessage(ValueError):
    """The text is not a valid message; ``request_id`` is its id if one could be read."""

    def __init__(self, reason: str, request_id: int | None) -> None:
        super().__init__(reason)
        self.request_id = request_id


def parse(text: str) -> Message:
    """The message in a JSON text. Raises BadMessage."""
    if len(text) > MAX_MESSAGE_CHARACTERS:
        raise BadMessage("Messages are short JSON texts.", None)
    try:
        return _message.read(text)
    except BadJson as reason:
        raise BadMessage(str(reason), _id_in(text)) from None


def _id_in(text: str) -> int | None:
    try:
        content = _anything.read(text)
    except BadJson:
        return None
    request_id = content.get("id") if isinstance(content, dict) else None
    return request_id if isinstance(request_id, int) and not isinstance(request_id, bool) else None
