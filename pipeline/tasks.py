"""Doors from the queue ``pipeline`` to the services."""

from __future__ import annotations

from celery import shared_task
from django.contrib.auth import get_user_model


@shared_task
def promote_version_task(name: str, user_id: int) -> None:
    """Make a version the champion, once it has looked at every playable photo."""
    from pipeline.services import promote_version

    promote_version(name=name, user=get_user_model().objects.get(pk=user_id))


@shared_task
def predict_playable_task() -> int:
    """Let the champion look at the playable photos it has not seen; how many they were."""
    from pipeline.services import predict_playable
    from predictor.selectors import champion

    version = champion()
    return predict_playable(version=version) if version else 0
