"""Measurements of model versions. Part of ``pipeline.models``."""

from __future__ import annotations

from django.db import models


class Measurement(models.Model):
    """One evaluation of a version on the test photos of a collection that it was not trained on."""

    version = models.ForeignKey("predictor.ModelVersion", on_delete=models.CASCADE, related_name="measurements")
    collection = models.ForeignKey("pipeline.Collection", on_delete=models.SET_NULL, null=True, related_name="+")
    collection_name = models.CharField(max_length=120, help_text="Name at the time.")
    figures = models.JSONField(default=dict)
    photos = models.JSONField(default=dict, help_text="By hash: points, distance in km, guessed latitude, longitude.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.version} on {self.collection_name}"
