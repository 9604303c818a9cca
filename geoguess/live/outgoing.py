"""What the server says in a room. The scripts' types are made from these: ``python -m tests.message_types``."""

from __future__ import annotations

from typing import Literal, TypedDict

from geoguess.game.clues import Clues
from geoguess.game.selectors import Credit, Place, ReadText, Truth
from geoguess.site.sockets import Pong

Phase = Literal["lobby", "guess", "reveal", "over"]


class SeatPublic(TypedDict):
    """A seat as everybody in the room sees it."""

    id: int
    name: str
    team: str
    from_round: int
    health: int | None


class Picture(TypedDict):
    """Where a round's picture is, and its size in pixels."""

    url: str
    width: int
    height: int


class OpenRound(TypedDict):
    """A round without anything about its answer."""

    number: int
    picture: Picture
    ends_at_ms: int | None


class ShownPin(TypedDict):
    """A player's pin in a revealed round."""

    seat: int
    latitude: float
    longitude: float
    distance_km: float
    score: int


class ModelPin(TypedDict):
    """The model's guess in a revealed round."""

    latitude: float
    longitude: float
    radius_km: float
    distance_km: float
    score: int


class Reveal(TypedDict):
    """Everything about a revealed round."""

    number: int
    truth: Truth
    pins: list[ShownPin]
    model: ModelPin | None
    totals: dict[str, int]
    health: dict[str, int | None]
    teams: dict[str, int] | None
    note: str
    damage: int | None
    last: bool
    texts: list[ReadText]
    clues: Clues
    photo: Credit


class RoomRules(TypedDict):
    """What does not change while a room is played."""

    code: str
    kind: str
    collection: str
    illustrated: bool
    rounds: int
    time_limit_s: int | None
    model_plays: bool
    level: str
    title: str
    in_teams: bool


class Me(TypedDict):
    """The member who is told."""

    seat: int | None
    host: bool
    pin: Place | None
    locked: bool


class Snapshot(TypedDict):
    """The whole room, as this member may know it."""

    type: Literal["snapshot"]
    revision: int
    server_now_ms: int
    room: RoomRules
    phase: Phase
    number: int
    ends_at_ms: int | None
    paused: bool
    closed: bool
    following: str | None
    model_health: int | None
    host: int
    seats: list[SeatPublic]
    present: list[int]
    locked: list[int]
    totals: dict[str, int]
    teams: dict[str, int] | None
    round: OpenRound | None
    reveal: Reveal | None
    me: Me


# --- Events: what has changed, each numbered by the room's revision


class Numbered(TypedDict):
    """What every event carries beside its change."""

    type: Literal["event"]
    revision: int


class Joined(TypedDict):
    event: Literal["joined"]
    seat: SeatPublic


class Renamed(TypedDict):
    event: Literal["renamed"]
    seat: int
    name: str
    team: str
    teams: dict[str, int] | None


class Removed(TypedDict):
    event: Literal["removed"]
    seat: int
    teams: dict[str, int] | None


class NewHost(TypedDict):
    event: Literal["host"]
    seat: int


class Closed(TypedDict):
    event: Literal["closed"]
    closed: bool


class Locked(TypedDict):
    event: Literal["locked"]
    seat: int
    ends_at_ms: int | None


class RoundOpened(OpenRound):
    event: Literal["round"]


class Revealed(Reveal):
    event: Literal["reveal"]
    ends_at_ms: int | None


class Paused(TypedDict):
    event: Literal["paused"]


class Resumed(TypedDict):
    event: Literal["resumed"]
    ends_at_ms: int | None


class Over(TypedDict):
    event: Literal["over"]


class Following(TypedDict):
    event: Literal["following"]
    following: str | None


Change = (
    Joined
    | Renamed
    | Removed
    | NewHost
    | Closed
    | Locked
    | RoundOpened
    | Revealed
    | Paused
    | Resumed
    | Over
    | Following
)


# --- News, which passes: who missed it hears the next


class Presence(TypedDict):
    type: Literal["presence"]
    present: list[int]


class Reaction(TypedDict):
    type: Literal["reaction"]
    seat: int
    reaction: str


News = Presence | Reaction


# --- Answers to requests


class Outcome(TypedDict, total=False):
    """What some requests are answered with."""

    locked: bool
    following: str | None


class Ack(Outcome):
    """The request was done."""

    type: Literal["ack"]
    id: int


class Refusal(TypedDict):
    """It was not; the message says why."""

    type: Literal["error"]
    id: int | None
    code: str
    message: str


Message = Snapshot | Ack | Refusal | Presence | Reaction | Pong


# --- Over HTTP, once the room is over


class FinalRound(TypedDict):
    number: int
    image_url: str
    truth: Truth
    model: ModelPin | None
    own: ShownPin | None
    best: ShownPin | None
    clues: Clues


class Final(TypedDict):
    """All revealed rounds."""

    rounds: list[FinalRound]
