"""``manage.py prepare``: database, static files, starter model and collection, which the site needs to start."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand


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


class Command(BaseCommand):
    help = "Bring the database, the static files, the starter model and the starter collection up to date."
    requires_migrations_checks = False

    def handle(self, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if static_is_stale():
            print("Collecting static files …", file=sys.stderr, flush=True)
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        from geoguess.models import Round
        from pipeline.management.progress import progress_bar
        from pipeline.models import Photo
        from pipeline.starter.collection import NAME, ensure_starter_collection
        from pipeline.starter.install import install_starter

        with progress_bar("Drawing Illustrated India", "scene") as progress:
            ensure_starter_collection(progress)
        install_starter()
        if not (Photo.objects.filter(exhibited=True).exists() or Round.objects.exists()):
            call_command("exhibit", collection=NAME, each=2, verbosity=0)
