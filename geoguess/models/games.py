"""Games, rounds and series. Everything that decides a score is stored in the round; the browser stores nothing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from geoguess.models.players import Player, new_token


class Series(models.Model):
    """A fixed sequence of photos that each player plays once: a daily series, or a challenge between friends."""

    class Kind(models.TextChoices):
        DAILY = "daily"
        CHALLENGE = "challenge"

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    day = models.DateField(null=True, blank=True, unique=True, help_text="Of a daily one, in India.")
    origin = models.OneToOneField(
        "Game",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="challenge",
        help_text="The finished game that a challenge repeats.",
    )
    collection = models.ForeignKey("pipeline.Collection", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("predictor.ModelVersion", on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=20)
    scale_km = models.FloatField()
    time_limit_s = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="daily", day__isnull=False) | Q(kind="challenge", day__isnull=True),
                name="a_daily_series_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"Daily {self.day}" if self.day else f"Challenge {self.pk}"


class SeriesPhoto(models.Model):
    """The photo of one round of a series."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="photos")
    number = models.PositiveSmallIntegerField()
    photo = models.ForeignKey("pipeline.Photo", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["series", "number"], name="one_photo_per_number")]

    def __str__(self) -> str:
        return f"{self.series}, photo {self.number}"


class Game(models.Model):
    """A sequence of rounds from one collection against one model version."""

    class Mode(models.TextChoices):
        SOLO = "solo"
        DAILY = "daily", pgettext_lazy("kind of game", "Daily")
        CHALLENGE = "challenge", _("Challenge")
        STREAK = "streak", _("State streak")

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="games")
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.SOLO)
    series = models.ForeignKey(Series, on_delete=models.SET_NULL, null=True, blank=True, related_name="games")
    collection = models.ForeignKey("pipeline.Collection", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("predictor.ModelVersion", on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=20, default="atlas", help_text="Of the model as an opponent.")
    scale_km = models.FloatField(help_text="Copied from the collection, so that later edits change no score.")
    round_count = models.PositiveSmallIntegerField()
    time_limit_s = models.PositiveSmallIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["player", "series"], name="one_attempt_per_series")]
        indexes = [models.Index(fields=["finished_at"], name="games_by_finish")]

    def __str__(self) -> str:
        return f"Game {self.pk}"


class Round(models.Model):
    """One photo to guess. The model's guess is stored when the round starts, the player's when it is locked."""

    game = models.ForeignKey(Game, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    photo = models.ForeignKey("pipeline.Photo", on_delete=models.PROTECT, related_name="+")
    image_seed = models.BigIntegerField(help_text="Chooses the crop and quality of this round's picture.")
    started_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True, blank=True)

    model_latitude = models.FloatField()
    model_longitude = models.FloatField()
    model_radius_km = models.FloatField()
    model_distance_km = models.FloatField()
    model_score = models.FloatField(help_text="Unrounded.")

    draft_latitude = models.FloatField(null=True, blank=True)
    draft_longitude = models.FloatField(null=True, blank=True)

    locked_at = models.DateTimeField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True, help_text="Null after the lock: no guess was made.")
    longitude = models.FloatField(null=True, blank=True)
    distance_km = models.FloatField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True, help_text="Unrounded.")
    state_guess = models.CharField(max_length=60, blank=True, help_text="In a streak: the state that the pin names.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["game", "number"], name="one_round_per_number"),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True) | Q(score__isnull=False), name="a_locked_round_has_a_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.game}, round {self.number}"

    @property
    def right(self) -> bool:
        """In a streak: whether the player named the right state."""
        return self.state_guess == self.photo.state

    @property
    def ends_game(self) -> bool:
        """Whether the game ends when this round is locked: it is the last round, or the first miss of a streak."""
        return self.number == self.game.round_count or (self.game.mode == Game.Mode.STREAK and not self.right)
