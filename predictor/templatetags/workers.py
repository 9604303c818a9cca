"""Whether predict workers answer, for the pages of admins."""

from __future__ import annotations

from django import template
from django.utils import timezone

from predictor.serving import questions

register = template.Library()


@register.simple_tag
def predict_worker_answers() -> bool:
    """Whether at least one does."""
    return bool(questions.living_workers(now=timezone.now()))
