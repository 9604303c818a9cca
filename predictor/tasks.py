"""Doors from the queue ``predict`` to the services."""

from __future__ import annotations

from celery import shared_task


@shared_task
def predict_images_task(version_name: str, sha256s: list[str]) -> int:
    """Predict stored images with a version; how many were new to it."""
    from predictor.models import ModelVersion
    from predictor.services import predict_images

    return predict_images(version=ModelVersion.objects.get(name=version_name), sha256s=sha256s)
