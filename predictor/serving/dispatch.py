"""Celery messages to the predict workers, by task name. Questions and their state are in the database."""

from __future__ import annotations

from collections.abc import Sequence

from celery import current_app

ANSWER_TASK = "predictor.tasks.answer_questions_task"
PREDICT_TASK = "predictor.tasks.predict_images_task"


def send_answer_task() -> None:
    """Tell the workers that questions wait. Raises kombu's OperationalError when the broker cannot be reached."""
    current_app.send_task(ANSWER_TASK)


def send_predict_task(version_name: str, sha256s: Sequence[str]) -> None:
    """Ask for predictions of stored images by a version. Raises kombu's OperationalError as above."""
    current_app.send_task(PREDICT_TASK, [version_name, list(sha256s)])
