"""Celery tasks of the queue ``predict``: each calls a service."""

from __future__ import annotations

from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_process_init
from django.db import connection

QUEUE = "predict"
CONNECTION_S = 300


@shared_task(acks_late=False)
def answer_questions_task() -> int:
    """Answer all waiting questions, and return their number."""
    from predictor.serving.worker import answer_questions

    return answer_questions()


@shared_task
def predict_images_task(version_name: str, sha256s: list[str]) -> int:
    """Predict stored images with a version and read them, answering questions in between.

    Returns how many were new to the version.
    """
    from predictor.models import ModelVersion
    from predictor.reading.store import read_if_possible
    from predictor.serving.worker import answer_questions
    from predictor.versions.services import predict_images

    def answer_waiting(done: int, total: int) -> None:
        answer_questions()

    version = ModelVersion.objects.get(name=version_name)
    count = predict_images(version=version, sha256s=sha256s, progress=answer_waiting)
    read_if_possible(sha256s=sha256s, progress=answer_waiting)
    return count


@worker_process_init.connect
def start_serving(**_: Any) -> None:
    """Start the heartbeat, which also loads what serves, in worker processes that consume the queue ``predict``."""
    if QUEUE in current_app.amqp.queues.consume_from:
        from predictor.serving.worker import start_heartbeat

        # By default Celery closes the connection after each task, and opening one takes milliseconds.
        connection.settings_dict["CONN_MAX_AGE"] = CONNECTION_S
        start_heartbeat()
