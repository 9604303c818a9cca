"""``manage.py build_starter_scenes``: redraws the shipped scenes of the starter collection."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from pipeline.management.progress import progress_bar
from pipeline.starter.drawings import build, starter_orders


class Command(BaseCommand):
    requires_system_checks = []
    help = "Draw the starter collection's scenes into the folder that the project ships."

    def handle(self, *args: Any, **options: Any) -> None:
        with progress_bar("Drawing Illustrated India", "scene") as progress:
            build(starter_orders(), progress=progress)
