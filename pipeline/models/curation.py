"""Reports of players on photos, and versions of collections. Part of ``pipeline.models``."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Report(models.Model):
    """A player says that something is wrong with a photo. While a report that ``takes_out`` is open, it is not played.

    ``reporter`` is an opaque key: only the game can tell which player it stands for, and shows them the outcome.
    """

    class Reason(models.TextChoices):
        WRONG_PLACE = "wrong_place", "Wrong place"
        UNFAIR = "unfair", "Unfair"
        PRIVATE = "private", "Private"
        BROKEN = "broken", "Broken"

    class Outcome(models.TextChoices):
        OPEN = "", "Open"
        CORRECTED = "corrected", "Corrected"
        REMOVED = "removed", "Removed"
        KEPT = "kept", "Kept as it is"

    photo = models.ForeignKey("pipeline.Photo", on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    reporter = models.CharField(max_length=32, db_index=True)
    weight = models.PositiveSmallIntegerField(default=0, help_text="How much it counts towards taking the photo out.")
    takes_out = models.BooleanField(default=False, help_text="Whether the photo is not played while it is open.")
    created_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default=Outcome.OPEN)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["photo", "reporter"], condition=Q(outcome=""), name="one_open_report_each")
        ]

    def __str__(self) -> str:
        return f"{self.photo}: {self.reason}"


class CollectionVersion(models.Model):
    """The photos that a collection held after a change; a curator can restore any version."""

    collection = models.ForeignKey("pipeline.Collection", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    photo_ids = models.JSONField(default=list)
    filters = models.JSONField(default=dict, blank=True)
    scale_km = models.FloatField()
    note = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=150, help_text="Name at the time.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["collection", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.collection}, version {self.number}"
