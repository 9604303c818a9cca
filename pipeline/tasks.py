"""The door from the queue ``pipeline`` to the services."""

from __future__ import annotations

from celery import shared_task
from django.contrib.auth import get_user_model


@shared_task
def promote_version_task(name: str, user_id: int) -> None:
    """Make a version the champion, once it has looked at every playable photo."""
    from pipeline.services import promote_version

    promote_version(name=name, user=get_user_model().objects.get(pk=user_id))
