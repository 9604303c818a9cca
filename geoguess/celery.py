"""The Celery app. Modules with tasks do not import it: they use ``@shared_task``."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoguess.settings")
app = Celery("geoguess")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add("pipeline.jobs.watch:ScheduleWatch")
