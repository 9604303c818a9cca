"""Doors from the queue ``predict`` to the services. A message only says that there is work in the database."""

from __future__ import annotations

from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_process_init
from django.db import connection

QUEUE = "predict"
CONNECTION_S = 300


@shared_task(acks_late=False)
def answer_questions_task() -> int:
    """Answer every question that waits; how many they were."""
    from predictor.serving.worker import answer_questions

    return answer_questions()


@shared_task
def predict_images_task(version_name: str, sha256s: list[str]) -> int:
    """Predict stored images with a version; how many were new to it. Questions are answered in between."""
    from predictor.models import ModelVersion
    from predictor.serving.worker import answer_questions
    from predictor.versions.services import predict_images

    def first_those_who_wait(done: int, total: int) -> None:
        answer_questions()

    version = ModelVersion.objects.get(name=version_name)
    return predict_images(version=version, sha256s=sha256s, progress=first_those_who_wait)


@worker_process_init.connect
def start_serving(**_: Any) -> None:
    """A process that takes from the queue ``predict`` beats, and has the champion loaded."""
    if QUEUE in current_app.amqp.queues.consume_from:
        from predictor.serving.worker import start_beating

        # Else Celery would close the connection after each question, and opening one takes milliseconds.
        connection.settings_dict["CONN_MAX_AGE"] = CONNECTION_S
        start_beating()
