"""``manage.py build_starter_readings``: reads the shipped scenes of the starter collection."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.management.progress import progress_bar
from pipeline.starter.readings import build
from predictor.reading.engine import ReaderMissing


class Command(BaseCommand):
    requires_system_checks = []
    help = (
        "Read the starter collection's scenes, finished as on the first start, into the folder that the project ships."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with progress_bar("Reading Illustrated India", "scene") as progress:
                build(progress=progress)
        except ReaderMissing as missing:
            raise CommandError(str(missing)) from missing
