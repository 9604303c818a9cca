"""Safe reading of users' vector files: GeoJSON, GeoPackage, FlatGeobuf or zipped Shapefile, and nothing else.

GDAL picks drivers by content, opens URLs and archives by name, and some formats refer to further files. So a file is
first copied under a fixed name and then read by a subprocess whose GDAL has a single driver, chosen by the file's
extension, and no network. Archives are unpacked here, never by GDAL, under the rules of photo imports.
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
REQUIRED_PARTS, OPTIONAL_PARTS = (".shp", ".shx", ".dbf"), (".prj", ".cpg")  # coordinate system, text encoding
DEAD_PROXY = "http://0.0.0.0:0"  # no such proxy: else GDAL would fetch coordinate systems that a GeoJSON links to


class FileRefused(ValueError):
    """The file cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class VectorTable:
    """``rows`` with the requested columns and a geometry, None where empty; no CRS where the file names none."""

    rows: gpd.GeoDataFrame
    layer: str
    sha256: str


def read_table(path: Path, columns: dict[str, str], layer: str | None, folder: Path) -> VectorTable:
    """One layer's ``columns`` (the set's name to the file's), read from a copy in ``folder``, which must be empty.

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
            shapefile, name = _unpack_shapefile(copy, layer, folder)
            _read_in_subprocess(shapefile, driver, None, columns, result)
        else:
            name = _read_in_subprocess(copy, driver, layer, columns, result)
    except FileRefused as refused:
        raise FileRefused(f"{path.name}: {str(refused).replace(str(folder), '')}") from refused
    return VectorTable(gpd.read_file(result), name, sha256)


def _read_in_subprocess(copy: Path, driver: str, layer: str | None, columns: dict[str, str], result: Path) -> str:
    """Have the reader write the layer to ``result``. Returns the layer's name. Raises FileRefused."""
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
        "GDAL_HTTP_PROXY": DEAD_PROXY,
        "GDAL_HTTPS_PROXY": DEAD_PROXY,
    }
    process = subprocess.run(
        [sys.executable, "-m", "pipeline.boundary_sets.vector_reader"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        env=environment,
    )
    if process.returncode:
        last = process.stderr.strip().rpartition("\n")[2] or f"exit status {process.returncode}"
        raise FileRefused(f"Reading it as {driver} failed ({last}).")
    answer = json.loads(process.stdout)
    if "refused" in answer:
        raise FileRefused(answer["refused"])
    return str(answer["layer"])


def _unpack_shapefile(archive: Path, layer: str | None, folder: Path) -> tuple[Path, str]:
    """Write the parts of the archive's Shapefile, or of the one called ``layer``, to ``folder``: (path, name)."""
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
    """The archive's names of the Shapefile's parts, by extension."""
    paths = {name: PurePosixPath(name) for name in names}
    shapefiles = [path for path in paths.values() if path.suffix.lower() == ".shp"]
    matching = [path for path in shapefiles if layer in (None, path.stem)]
    if len(matching) != 1:
        names_found = ", ".join(path.stem for path in shapefiles) or "none"
        raise FileRefused(f"One Shapefile is wanted, it holds: {names_found}. Choose with --layer, or pack just one.")
    stem = matching[0].with_suffix("")
    parts = {path.suffix.lower(): name for name, path in paths.items() if path.with_suffix("") == stem}
    if missing := [suffix for suffix in REQUIRED_PARTS if suffix not in parts]:
        raise FileRefused(
            f"{stem.name}{missing[0]} is missing beside {matching[0].name}: pack all parts of the Shapefile."
        )
    return {suffix: parts[suffix] for suffix in (*REQUIRED_PARTS, *OPTIONAL_PARTS) if suffix in parts}
