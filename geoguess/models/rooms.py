"""Live rooms. A room's row holds its phase, deadline and revision, so that any process can continue it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from geoguess.models.player_names import MAX_CODE_POINTS


class Room(models.Model):
    """Several players who guess the same photos at the same time: an open room, a duel, or a lesson."""

    class Kind(models.TextChoices):
        ROOM = "room"
        DUEL = "duel"
        LESSON = "lesson"

    class Phase(models.TextChoices):
        LOBBY = "lobby"
        GUESS = "guess"
        REVEAL = "reveal"
        OVER = "over"

    code = models.CharField(max_length=6, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind)
    host = models.ForeignKey("geoguess.Player", on_delete=models.SET_NULL, null=True, related_name="+")
    collection = models.ForeignKey("pipeline.Collection", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("predictor.ModelVersion", on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=20)
    model_plays = models.BooleanField(default=True)
    scale_km = models.FloatField(help_text="Copied from the collection, so that later edits change no score.")
    round_count = models.PositiveSmallIntegerField()
    time_limit_s = models.PositiveSmallIntegerField(null=True, blank=True)

    phase = models.CharField(max_length=10, choices=Phase, default=Phase.LOBBY)
    number = models.PositiveSmallIntegerField(default=0, help_text="Of the round that is played or was last.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="When this phase ends by itself.")
    paused = models.BooleanField(default=False)
    paused_left_ms = models.PositiveIntegerField(null=True, blank=True, help_text="Of the phase, when it goes on.")
    revision = models.PositiveIntegerField(default=0, help_text="Grows by one with each message to the room.")
    is_closed = models.BooleanField(default=False, help_text="Nobody new may join.")
    model_health = models.IntegerField(null=True, blank=True)
    plan = models.ForeignKey(
        "geoguess.LessonPlan", on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions"
    )
    title = models.CharField(max_length=80, blank=True, help_text="Of the lesson.")
    steps = models.JSONField(
        default=list, blank=True, help_text="Of a lesson, as it began: photo ids with notes and versions."
    )
    in_teams = models.BooleanField(default=False, help_text="The best guess of a team counts.")
    following = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Opened by a member after it.",
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(phase="over"), name="one_open_room_per_code"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"


class Seat(models.Model):
    """A player's membership of a room, shared by all tabs and devices of the player."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="seats")
    player = models.ForeignKey("geoguess.Player", on_delete=models.CASCADE, related_name="seats")
    name = models.CharField(max_length=MAX_CODE_POINTS + 4)  # and a number
    from_round = models.PositiveSmallIntegerField(help_text="Who comes late plays from the next round on.")
    health = models.IntegerField(null=True, blank=True)
    team = models.CharField(max_length=MAX_CODE_POINTS, blank=True)
    joined_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["room", "player"], name="one_seat_per_player"),
            models.UniqueConstraint(
                fields=["room", "name"], condition=Q(removed_at__isnull=True), name="one_name_per_room"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.room_id}"


class RoomRound(models.Model):
    """One photo for the whole room. The model's guess is stored when the round starts."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    photo = models.ForeignKey("pipeline.Photo", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("predictor.ModelVersion", on_delete=models.PROTECT, related_name="+")
    image_seed = models.BigIntegerField()
    started_at = models.DateTimeField()
    revealed_at = models.DateTimeField(null=True, blank=True)
    model_latitude = models.FloatField()
    model_longitude = models.FloatField()
    model_radius_km = models.FloatField()
    model_distance_km = models.FloatField()
    model_score = models.FloatField(help_text="Unrounded.")
    damage = models.PositiveSmallIntegerField(null=True, blank=True, help_text="In a duel, to the one that was worse.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["room", "number"], name="one_room_round_per_number")]

    def __str__(self) -> str:
        return f"{self.room}, round {self.number}"


class Pin(models.Model):
    """The position of one seat's pin in one round: a draft until it is locked."""

    round = models.ForeignKey(RoomRound, on_delete=models.CASCADE, related_name="pins")
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="pins")
    latitude = models.FloatField()
    longitude = models.FloatField()
    locked_at = models.DateTimeField(null=True, blank=True)
    distance_km = models.FloatField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True, help_text="Unrounded; set with the lock, secret until the reveal.")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "seat"], name="one_pin_per_seat_and_round")]

    def __str__(self) -> str:
        return f"{self.seat}, {self.round}"
