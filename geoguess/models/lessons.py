"""Lesson plans of educators. A lesson is played in a room, which copies the steps: later edits leave it unchanged."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from pipeline.models import NotInBinManager


class LessonPlan(models.Model):
    """Photos in the educator's order, each with a note, and the rules they are played by."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lesson_plans")
    title = models.CharField(max_length=80)
    collection = models.ForeignKey("pipeline.Collection", on_delete=models.CASCADE, related_name="+")
    time_limit_s = models.PositiveSmallIntegerField(null=True, blank=True)
    model_plays = models.BooleanField(default=True)
    level = models.CharField(max_length=20)
    in_teams = models.BooleanField(default=False, help_text="The best guess of a team counts.")
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Since when in the bin.")

    every = models.Manager()

    objects = NotInBinManager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        default_manager_name = "objects"

    def __str__(self) -> str:
        return self.title


class LessonStep(models.Model):
    """One photo of a lesson."""

    plan = models.ForeignKey(LessonPlan, on_delete=models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField(help_text="From 1.")
    photo = models.ForeignKey("pipeline.Photo", on_delete=models.CASCADE, related_name="+")
    collection = models.ForeignKey(
        "pipeline.Collection",
        on_delete=models.CASCADE,
        related_name="+",
        help_text="That the photo was chosen from: its version plays.",
    )
    note = models.CharField(max_length=500, blank=True, help_text="Shown with the reveal.")

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["plan", "place"], name="one_lesson_step_per_place")]

    def __str__(self) -> str:
        return f"{self.plan}, {self.place}"
