"""Messages to the predict workers, sent by the names of their tasks: what there is to do is in the database."""

from __future__ import annotations

from collections.abc import Sequence

from celery import current_app

ANSWER_TASK = "predictor.tasks.answer_questions_task"
PREDICT_TASK = "predictor.tasks.predict_images_task"


def ring() -> None:
    """Tell the workers that questions wait. Raises kombu's OperationalError where the broker is away."""
    current_app.send_task(ANSWER_TASK)


def ask_for_predictions(version_name: str, sha256s: Sequence[str]) -> None:
    """Have stored images predicted with a version. Raises kombu's OperationalError where the broker is away."""
    current_app.send_task(PREDICT_TASK, [version_name, list(sha256s)])
