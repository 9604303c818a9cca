"""The state of the predict workers, for pages of admins."""

from __future__ import annotations

from django import template
from django.utils import timezone

from predictor.serving import questions

register = template.Library()


@register.simple_tag
def predict_worker_answers() -> bool:
    """Whether at least one predict worker has a recent heartbeat."""
    return bool(questions.live_workers(now=timezone.now()))
