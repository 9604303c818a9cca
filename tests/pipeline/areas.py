"""Vector files of made-up subdistricts, and their import."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from pipeline.boundary_sets.sets import Columns, Fault, ImportResult, Level, import_boundaries
from pipeline.geography import boundaries

COLUMNS = Columns("tehsil", "lgd", "zila")


def district(name: str) -> shapely.Geometry:
    table = boundaries.districts()
    return table.geometry[table["district"] == name].iloc[0]


def quarters(of: shapely.Geometry) -> list[shapely.Geometry]:
    west, south, east, north = shapely.bounds(of)
    x, y = (west + east) / 2, (south + north) / 2
    corners = [(west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north)]
    return [shapely.intersection(of, shapely.box(*corner)) for corner in corners]


def table(shapes, names=None, crs: str | None = "EPSG:4326", **columns) -> gpd.GeoDataFrame:
    names = names or [f"Taluk {number}" for number in range(len(shapes))]
    codes = columns.pop("lgd", [str(5000 + number) for number in range(len(shapes))])
    return gpd.GeoDataFrame(
        {"tehsil": names, "lgd": codes, "zila": "Mysore", **columns}, geometry=list(shapes), crs=crs
    )


def written(frame: gpd.GeoDataFrame, path: Path, **options) -> Path:
    """The table as a file; a ZIP holds it as a Shapefile."""
    if path.suffix != ".zip":
        frame.to_file(path, engine="pyogrio", **options)
        return path
    folder = path.with_suffix(".parts")
    folder.mkdir()
    frame.to_file(folder / f"{path.stem}.shp", engine="pyogrio", encoding="UTF-8", **options)
    return zipped(path, {part.name: part.read_bytes() for part in folder.iterdir()})


def zipped(path: Path, members: dict[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def imported(path: Path, folder: Path, **options) -> ImportResult:
    arguments = {"name": "taluks", "level": Level.SUBDISTRICT, "columns": COLUMNS, "folder": folder / "sets"}
    return import_boundaries(path, **arguments | options)


def areas_of(path: Path, folder: Path, **options) -> gpd.GeoDataFrame:
    return imported(path, folder, **options).boundaries.areas


def rejected(frame: gpd.GeoDataFrame, folder: Path, **options) -> dict[int, Fault]:
    path = written(frame, folder / "areas.gpkg")
    return {rejection.row: rejection.fault for rejection in imported(path, folder, **options).rejected}


def km2(frame: gpd.GeoDataFrame) -> np.ndarray:
    return frame.to_crs(boundaries.EQUAL_AREA_CRS).area.to_numpy() / 1e6
