"""Subprocess that reads one layer of a vector file, with a single GDAL driver and no network.

It is started by `vector_files`: the request is JSON on standard input, the answer JSON on standard output.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

MAX_ROWS = 100_000  # India has some 7,000 subdistricts


class _Refused(Exception):
    """A fault of the file or the request that the user can correct."""


def read(
    *, path: str, driver: str, layer: str | None, columns: dict[str, str], result: str, result_driver: str
) -> dict[str, Any]:
    """Write the layer's geometries and ``columns`` (new name to the file's) to ``result``; {"layer"} or {"refused"}."""
    if surplus := set(pyogrio.list_drivers()) - {driver, result_driver}:
        raise RuntimeError(f"The drivers {sorted(surplus)} should have been left out.")
    try:
        if driver == "GPKG":
            _check_tables_only(path)
        layer = _layer(path, layer)
        info = pyogrio.read_info(path, layer=layer)
        _check(info, driver, list(columns.values()))
        names = list(dict.fromkeys(columns.values()))
        meta, _, geometry, values = pyogrio.raw.read(path, layer=layer, columns=names, force_2d=True)
    except _Refused as refused:
        return {"refused": str(refused)}
    except (DataSourceError, DataLayerError, sqlite3.DatabaseError) as error:
        return {"refused": f"It cannot be read as {driver} ({error})."}
    geometry = shapely.to_wkb(shapely.from_wkb(geometry, on_invalid="fix"))  # None for a ring that cannot be closed
    column = dict(zip(meta["fields"], values, strict=True))
    pyogrio.raw.write(
        result,
        geometry,
        field_data=[column[in_file] for in_file in columns.values()],
        fields=list(columns),
        driver=result_driver,
        geometry_type="Unknown",
        crs=meta["crs"],
        layer="areas",
        SPATIAL_INDEX="NO",  # it would reorder the rows
    )
    return {"layer": layer}


def _layer(path: str, name: str | None) -> str:
    layers = [str(layer) for layer, geometry in pyogrio.list_layers(path) if geometry is not None]
    if name is None and len(layers) == 1:
        return layers[0]
    if name is None or name not in layers:
        problem = "It has several layers" if name is None else f"It has no layer “{name}”"
        raise _Refused(f"{problem}: give --layer, one of {', '.join(layers) or '(none)'}.")
    return name


def _check(info: dict[str, Any], driver: str, columns: list[str]) -> None:
    if info["driver"] != driver:
        raise _Refused(f"Its content is {info['driver']}, its name says {driver}: give it the ending of what it is.")
    if missing := [column for column in columns if column not in info["fields"]]:
        raise _Refused(f"It has no column “{missing[0]}”. It has: {', '.join(info['fields']) or 'none'}.")
    if info["features"] > MAX_ROWS:
        raise _Refused(f"It has {info['features']:,} rows, more than {MAX_ROWS:,}: leave out what is not needed.")


def _check_tables_only(path: str) -> None:
    """Refuse views and virtual tables, which can call functions that open other files and URLs."""
    with closing(sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    for kind, name, sql in rows:
        words = sql.lower().split()
        virtual = words[:2] == ["create", "virtual"] and "rtree(" not in sql.lower().replace(" ", "")
        if kind == "view" or virtual:
            raise _Refused(f"It holds “{name}”, which is no plain table: save the layer to a new GeoPackage.")


def main() -> None:
    warnings.simplefilter("ignore")  # such as a missing coordinate system, which the caller checks itself
    json.dump(read(**json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
