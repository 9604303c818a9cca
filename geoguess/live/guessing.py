"""The queries of a guess as raw SQL: the ORM takes six times as long to build them as the database to run them, and in
a large room hundreds of guesses arrive within seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from geoguess.game.rules import Position

OPEN_SEAT = """
    SELECT r.id, o.id, r.kind, r.revision, r.ends_at, r.scale_km, p.latitude, p.longitude, p.precision_km
    FROM geoguess_seat s
    JOIN geoguess_room r ON r.id = s.room_id
    JOIN geoguess_roomround o ON o.room_id = r.id AND o.number = r.number
    JOIN pipeline_photo p ON p.id = o.photo_id
    WHERE s.id = %s AND s.removed_at IS NULL AND s.from_round <= r.number
    AND r.phase = 'guess' AND r.number = %s AND NOT r.paused"""
PUT_PIN = """
    INSERT INTO geoguess_pin (round_id, seat_id, latitude, longitude, locked_at, distance_km, score)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (round_id, seat_id) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude,
    locked_at = excluded.locked_at, distance_km = excluded.distance_km, score = excluded.score
    WHERE geoguess_pin.locked_at IS NULL"""
SEATS_WITH_LOCK = """
    SELECT s.id, p.id IS NOT NULL
    FROM geoguess_seat s
    LEFT JOIN geoguess_pin p ON p.seat_id = s.id AND p.round_id = %s AND p.locked_at IS NOT NULL
    JOIN geoguess_room r ON r.id = s.room_id
    WHERE r.id = %s AND s.removed_at IS NULL AND s.from_round <= r.number"""
NEXT_REVISION = "UPDATE geoguess_room SET revision = revision + 1, ends_at = %s WHERE id = %s"


@dataclass(frozen=True, slots=True)
class OpenSeat:
    """A seat that may guess now. Its room's row is locked until the transaction ends."""

    seat_id: int
    room_id: int
    round_id: int
    kind: str
    revision: int
    ends_at: datetime | None
    scale_km: float
    truth: Position
    precision_km: float


def open_seat(seat_id: int, number: int) -> OpenSeat | None:
    """The seat, if it plays the round with this number, which is open and not paused; else None."""
    lock = " FOR UPDATE OF r" if connection.features.has_select_for_update else ""  # SQLite locks by the transaction
    with connection.cursor() as cursor:
        row = cursor.execute(OPEN_SEAT + lock, [seat_id, number]).fetchone()
    if row is None:
        return None
    room_id, round_id, kind, revision, ends_at, scale_km, latitude, longitude, precision_km = row
    truth = Position(latitude, longitude)
    return OpenSeat(seat_id, room_id, round_id, kind, revision, _time(ends_at), scale_km, truth, precision_km)


def put_pin(
    seat: OpenSeat, position: Position, *, locked_at: datetime | None, distance_km: float | None, score: float | None
) -> bool:
    """Store the pin unless it is locked; returns whether it was stored."""
    moment = connection.ops.adapt_datetimefield_value(locked_at)
    values = [seat.round_id, seat.seat_id, position.latitude, position.longitude, moment, distance_km, score]
    with connection.cursor() as cursor:
        cursor.execute(PUT_PIN, values)
        return bool(cursor.rowcount)


def locked_by_seat(room_id: int, round_id: int) -> dict[int, bool]:
    """Ids of the seats that play the current round, each with whether its guess is locked."""
    with connection.cursor() as cursor:
        return {seat_id: bool(locked) for seat_id, locked in cursor.execute(SEATS_WITH_LOCK, [round_id, room_id])}


def next_revision(seat: OpenSeat, ends_at: datetime | None) -> int:
    """Store the phase's end and increment the room's revision; returns the new one."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_REVISION, [connection.ops.adapt_datetimefield_value(ends_at), seat.room_id])
    return seat.revision + 1


def _time(value: datetime | str | None) -> datetime | None:
    """The time from a raw column: SQLite stores times as UTC text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value
