"""Uploads through the browser and the state of each file. Part of ``pipeline.models``."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models


class Upload(models.Model):
    """Files that a user uploads into a collection. All of them are checked before any is imported."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    collection_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When the files were last looked at.")
    taken_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Upload {self.pk} into {self.collection_name}"

    @property
    def folder(self) -> Path:
        """The folder of its files until they are imported."""
        return settings.UPLOADS_DIR / str(self.pk)


class UploadFile(models.Model):
    """A file of an upload: ``received`` of its ``size`` bytes have arrived. It is checked once it is complete."""

    class State(models.TextChoices):
        COMING = "coming"
        THERE = "there"
        NEW = "new", "would be taken in"
        KNOWN = "known", "is there already"
        REJECTED = "rejected", "turned away"
        UNPLACED = "unplaced", "needs a place"
        TAKEN = "taken", "taken in"

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=500, help_text="Path as it was dropped.")
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMING)
    archive = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text="The ZIP it came in."
    )
    detail = models.CharField(max_length=300, blank=True, help_text="Why it is turned away.")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of its display copy, once it was looked at.")
    original_sha256 = models.CharField(max_length=64, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    pinned = models.BooleanField(default=False, help_text="Its place is a pin on the map, not the file's own.")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["upload", "name"], name="one_upload_file_per_name")]

    def __str__(self) -> str:
        return self.name
