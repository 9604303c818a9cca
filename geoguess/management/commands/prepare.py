"""``manage.py prepare``: database, static files, starter model and collection, which the site needs to start."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

COMPLETE = "All pictures of Illustrated India are there."
FIRST_SCENES = 36  # one place in each state: enough for the first games


def has_migrations() -> bool:
    """Whether the database lacks any migration."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def static_is_stale() -> bool:
    """Whether any static file is newer than the last collectstatic."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not manifest.exists():
        return True
    collected_at = manifest.stat().st_mtime
    return any(
        max(Path(storage.path(name)).stat().st_mtime, Path(storage.path(name)).stat().st_ctime) > collected_at
        for finder in get_finders()
        for name, storage in finder.list(None)
    )


def is_prepared() -> bool:
    """Whether `manage.py prepare` would find nothing to do. Raises DatabaseError."""
    from pipeline.starter.collection import starter_collection_is_complete
    from pipeline.starter.install import starter_is_installed
    from pipeline.starter.readings import scenes_without_readings

    if has_migrations() or static_is_stale():
        return False
    return starter_is_installed() and starter_collection_is_complete() and not scenes_without_readings()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Command(BaseCommand):
    help = "Bring the database, the static files, the starter model and the starter collection up to date."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--enough-to-play",
            action="store_true",
            help=f"Have {FIRST_SCENES} pictures of the starter collection only; the next run imports the rest.",
        )

    def handle(self, *, enough_to_play: bool, **options: Any) -> None:
        if has_migrations():
            say("Bringing the database up to date …")
            call_command("migrate", verbosity=0, interactive=False)
        if static_is_stale():
            say("Collecting static files …")
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        from geoguess.classroom.services import follow_replaced
        from pipeline.curation.suggestions import predict_new
        from pipeline.management.progress import progress_bar
        from pipeline.models import Photo
        from pipeline.starter.collection import NAME, ensure_starter_collection, starter_collection_is_complete
        from pipeline.starter.install import install_starter
        from pipeline.starter.readings import scenes_without_readings, store_shipped_readings

        is_new = not starter_collection_is_complete()
        with progress_bar("Looking at the pictures", "picture") as progress:
            install_starter(progress)  # first, as the champion looks at scenes before they are stored
        with progress_bar("Drawing Illustrated India", "scene") as progress:
            first = FIRST_SCENES if enough_to_play else None
            collection = ensure_starter_collection(progress, first, follow_replaced)
        store_shipped_readings(scenes_without_readings())
        if enough_to_play:
            return
        with progress_bar("Looking at the pictures", "picture") as progress:
            predict_new(collection=collection, progress=progress)
        if is_new and not Photo.objects.filter(exhibited=True).exists():
            call_command("exhibit", collection=NAME, each=2, stdout=StringIO())
        if is_new:
            say(COMPLETE)
