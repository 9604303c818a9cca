"""``manage.py build_boundaries``: rebuilds the shipped district boundaries from their source package."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.geography import boundaries
from pipeline.geography.cleaning import districts_of
from pipeline.support.build_requirements import BuildRequirementMissing


class Command(BaseCommand):
    help = "Clean the source package's districts into an exact coverage: pipeline/geography/data/districts.fgb."

    def handle(self, *args: Any, **options: Any) -> None:
        source = boundaries.Source()
        try:
            table = districts_of(source)
        except BuildRequirementMissing as error:
            raise CommandError(str(error)) from error
        table.to_file(
            boundaries.DISTRICTS_FILE,
            driver="FlatGeobuf",
            engine="pyogrio",
            TITLE="Districts of India",
            DESCRIPTION=f"Derived from {source.package} {source.version}, {source.file}; cleaned to an exact coverage.",
        )
        self.stdout.write(f"{len(table)} districts of {table['state'].nunique()} states: {boundaries.DISTRICTS_FILE}")
