"""Vector files that users bring: GeoJSON, GeoPackage, FlatGeobuf, zipped Shapefile, and no other thing GDAL can open.

GDAL chooses drivers by content, opens addresses and archives by name, and some formats name further files. So a file is
copied first, under a name of our own, and read by a process whose GDAL has one driver and no network. The copy's ending
chooses the driver. Archives are unpacked here, never by GDAL, under the rules of photo imports.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pyogrio

from pipeline.intake.checks import Rejected
from pipeline.intake.sources import ZipArchive

DRIVERS = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".zip": "ESRI Shapefile"}
RESULT_DRIVER = "FlatGeobuf"
MAX_FILE_BYTES = 2 * 10**9
MAX_UNPACKED_BYTES = 10**9  # of one file of a Shapefile
NEEDED_PARTS, FURTHER_PARTS = (".shp", ".shx", ".dbf"), (".prj", ".cpg")  # coordinate system, text encoding
NOWHERE = "http://0.0.0.0:0"  # a proxy that does not exist: GDAL fetches coordinate systems that a GeoJSON links to


class FileRefused(ValueError):
    """The file cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class VectorTable:
    """``rows`` with the columns asked for and a geometry, None where empty; without a CRS where the file has none."""

    rows: gpd.GeoDataFrame
    layer: str
    sha256: str


def read_table(path: Path, columns: dict[str, str], layer: str | None, folder: Path) -> VectorTable:
    """One layer's ``columns`` (new name to the file's), read by way of copies in the empty ``folder``.

    Raises FileRefused.
    """
    driver = DRIVERS.get(path.suffix.lower())
    if not path.is_file():
        raise FileRefused(f"{path} is not a file on this machine; addresses and /vsi paths are not opened.")
    if driver is None:
        raise FileRefused(f"{path.name} is none of {', '.join(DRIVERS)} (a zipped Shapefile): convert it to one.")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise FileRefused(f"{path.name} has more than {MAX_FILE_BYTES / 1e9:.0f} GB: simplify it.")
    copy = folder / f"areas{path.suffix.lower()}"
    shutil.copyfile(path, copy)
    with copy.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    result = folder / "rows.fgb"
    try:
        if copy.suffix == ".zip":
            shapefile, name = _unpacked(copy, layer, folder)
            _read_apart(shapefile, driver, None, columns, result)
        else:
            name = _read_apart(copy, driver, layer, columns, result)
    except FileRefused as refused:
        raise FileRefused(f"{path.name}: {str(refused).replace(str(folder), '')}") from refused
    return VectorTable(gpd.read_file(result), name, sha256)


def _read_apart(copy: Path, driver: str, layer: str | None, columns: dict[str, str], result: Path) -> str:
    """The layer read, after the reader has written it to ``result``. Raises FileRefused."""
    request = {
        "path": str(copy),
        "driver": driver,
        "layer": layer,
        "columns": columns,
        "result": str(result),
        "result_driver": RESULT_DRIVER,
    }
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "GDAL_SKIP": ",".join(set(pyogrio.list_drivers()) - {driver, RESULT_DRIVER}),
        "GDAL_HTTP_PROXY": NOWHERE,
        "GDAL_HTTPS_PROXY": NOWHERE,
    }
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.boundary_sets.vector_reader"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        env=environment,
    )
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2] or f"exit status {done.returncode}"
        raise FileRefused(f"Reading it as {driver} failed ({last}).")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise FileRefused(answer["refused"])
    return str(answer["layer"])


def _unpacked(archive: Path, layer: str | None, folder: Path) -> tuple[Path, str]:
    """(path, name) of the archive's Shapefile, or of the one called ``layer``, its parts written to ``folder``."""
    if not zipfile.is_zipfile(archive):
        raise FileRefused("It is no ZIP archive, or a damaged one: pack it again.")
    source = ZipArchive(archive, MAX_UNPACKED_BYTES)
    shapefile = folder / "areas.shp"
    try:
        listing = source.listing()
        for name, rejected in listing.rejected.items():
            raise FileRefused(f"Nothing was unpacked. “{name}” in it: {rejected.detail}")
        parts = _parts([entry.name for entry in listing.entries], layer)
        for suffix, name in parts.items():
            shapefile.with_suffix(suffix).write_bytes(source.read(name))
    except (Rejected, zipfile.BadZipFile) as error:
        raise FileRefused(f"The archive cannot be unpacked. {error}") from error
    return shapefile, PurePosixPath(parts[".shp"]).stem


def _parts(names: list[str], layer: str | None) -> dict[str, str]:
    """Names in the archive of a Shapefile's parts, by ending."""
    paths = {name: PurePosixPath(name) for name in names}
    shapes = [path for path in paths.values() if path.suffix.lower() == ".shp"]
    wanted = [path for path in shapes if layer in (None, path.stem)]
    if len(wanted) != 1:
        found = ", ".join(path.stem for path in shapes) or "none"
        raise FileRefused(f"One Shapefile is wanted, it holds: {found}. Choose with --layer, or pack just one.")
    stem = wanted[0].with_suffix("")
    beside = {path.suffix.lower(): name for name, path in paths.items() if path.with_suffix("") == stem}
    if missing := [suffix for suffix in NEEDED_PARTS if suffix not in beside]:
        raise FileRefused(
            f"{stem.name}{missing[0]} is missing beside {wanted[0].name}: pack all parts of the Shapefile."
        )
    return {suffix: beside[suffix] for suffix in (*NEEDED_PARTS, *FURTHER_PARTS) if suffix in beside}
