"""The Celery app. Modules with tasks do not import it: they use ``@shared_task``."""

from __future__ import annotations

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning

from geoguess.processes.heartbeat import MainHeartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoguess.settings")
# Containers run as root. Celery warns because a pickled message could run code, but messages here are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)
app = Celery("geoguess")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add("pipeline.jobs.watch:ScheduleWatch")
app.steps["consumer"].add(MainHeartbeat)
