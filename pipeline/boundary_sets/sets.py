"""Imported boundary sets: areas of one level, an exact coverage of India inside its states or districts.

A set is one FlatGeobuf file, replaced atomically; its description is also copied to a JSON file for people.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from pipeline.boundary_sets.nesting import REST, NestedAreas, Overlaps, nest_areas
from pipeline.boundary_sets.vector_files import FileRefused, VectorTable, read_table
from pipeline.geocells.districts import DistrictMap
from pipeline.geography import boundaries
from pipeline.geography.names import in_title_case
from pipeline.geography.plane import Polygons, to_degrees, to_plane
from pipeline.support.progress import SILENT, Reporter

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
DUPLICATE_ROW = -1
MAJORITY = 0.5  # share of an area's ground that must lie in India or in one unit, or that makes a row a duplicate


class Level(StrEnum):
    """What the areas of a set are."""

    STATE = "state"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"


UNITS = {Level.STATE: "states", Level.DISTRICT: "states", Level.SUBDISTRICT: "districts"}  # in which areas are nested


class Fault(StrEnum):
    """Why a row is rejected."""

    WITHOUT_NAME = "without_name"
    EMPTY = "empty"
    NOT_AN_AREA = "not_an_area"
    OUTSIDE_INDIA = "outside_india"
    DUPLICATE = "duplicate"
    COVERED = "covered"


DETAILS = {
    Fault.WITHOUT_NAME: "Has no name in the name column.",
    Fault.EMPTY: "Has no geometry.",
    Fault.NOT_AN_AREA: "Is no polygon, or encloses no ground.",
    Fault.OUTSIDE_INDIA: "Lies outside India, all or most of it.",
    Fault.DUPLICATE: "Is drawn before under the same name.",
    Fault.COVERED: "Has no ground left: smaller areas cover it, or it is narrower than the maps differ.",
}


class ImportFailed(ValueError):
    """Nothing was imported and nothing replaced; the message says why and what to do."""


class SetMissing(ValueError):
    """No boundaries were imported under this name."""


@dataclass(frozen=True)
class Columns:
    """The file's columns with the areas' names, their codes, and the names of their parent areas."""

    name: str
    code: str | None = None
    parent: str | None = None

    def mapping(self) -> dict[str, str]:
        """The names of the file's columns by the names of the set's, without those that the file lacks."""
        return {column: in_file for column, in_file in asdict(self).items() if in_file}


@dataclass(frozen=True)
class RejectedRow:
    """A row of the file that was rejected, counted from 1."""

    row: int
    name: str
    fault: Fault

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"detail": DETAILS[self.fault]}


@dataclass(frozen=True, eq=False)
class BoundarySet:
    """An imported set: its ``areas`` (EPSG:4326) with columns name, code, parent, state, district, is_rest.

    ``district`` is "" at higher levels; ``is_rest`` marks the part of a state or district that no imported area covers.
    """

    name: str
    sha256: str
    description: Mapping[str, Any]
    areas: gpd.GeoDataFrame

    @classmethod
    def load(cls, folder: Path, name: str) -> BoundarySet:
        """The set of this name in the folder. Raises SetMissing."""
        path = folder / f"{name}.fgb"
        if not NAME.fullmatch(name) or not path.is_file():
            names = ", ".join(set_names(folder)) or "none yet: run import_boundaries"
            raise SetMissing(f"There are no boundaries “{name}”. There are: {names}.")
        description = json.loads(pyogrio.read_info(path)["layer_metadata"]["DESCRIPTION"])
        return cls(name, hashlib.sha256(path.read_bytes()).hexdigest(), description, gpd.read_file(path))

    @cached_property
    def districts(self) -> DistrictMap:
        """The areas as the districts that geocells start from; names not unique in a state get their district added."""
        areas = self.areas
        ambiguous = areas.duplicated(["state", "name"], keep=False) & (areas["district"] != "")
        names = areas["name"].where(~ambiguous, areas["name"] + " (" + areas["district"] + ")")
        return DistrictMap.of(areas.assign(district=names))

    def provenance(self) -> dict[str, str]:
        """The entry in the card of a model trained on these boundaries."""
        return {"name": self.name, "level": self.description["level"], "sha256": self.sha256}


@dataclass(frozen=True)
class ImportResult:
    """The set that an import made, and the rows that it rejected."""

    boundaries: BoundarySet
    rejected: list[RejectedRow]


def set_names(folder: Path) -> list[str]:
    """Names of the imported sets."""
    return sorted(path.stem for path in folder.glob("*.fgb") if NAME.fullmatch(path.stem))


def import_boundaries(
    path: Path,
    *,
    name: str,
    level: Level,
    columns: Columns,
    folder: Path,
    layer: str | None = None,
    crs: str | None = None,
    licence: str = "",
    source: str = "",
    report: Reporter = SILENT,
) -> ImportResult:
    """Store the areas of a vector file as the set ``name`` in ``folder``, replacing an earlier one.

    ``crs`` is the coordinate system where the file does not name one. Raises ImportFailed.
    """
    if not NAME.fullmatch(name):
        raise ImportFailed(f"“{name}” cannot name a set: use small letters, digits and hyphens, at most 64.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=folder) as temporary:
        unfinished = Path(temporary)
        report.progress(0, 1, "Reading")
        try:
            table = read_table(path, columns.mapping(), layer, unfinished)
        except FileRefused as refused:
            raise ImportFailed(str(refused)) from refused
        report.progress(1, 1, "Reading")
        rows, rejected = _clean_rows(_in_degrees(table, crs, path.name))
        if len(rows):
            areas, joined, rejected_later = _as_coverage(rows, level, report)
            rejected = sorted(rejected + rejected_later, key=lambda rejection: rejection.row)
        if not len(rows) or areas["is_rest"].all():
            raise ImportFailed(f"{path.name}: none of its {len(table.rows)} rows can be used. {_summary(rejected)}")
        description = {
            "name": name,
            "level": str(level),
            "file": path.name,
            "file_sha256": table.sha256,
            "layer": table.layer,
            "columns": columns.mapping(),
            "source": source,
            "licence": licence,
            "rows": len(table.rows),
            "areas": int((~areas["is_rest"]).sum()),
            "joined": joined,
            "rests": int(areas["is_rest"].sum()),
            "turned_away": _counts(rejected),
        }
        _write(areas, description, unfinished)
        for suffix in (".json", ".fgb"):  # the set itself last
            (unfinished / f"set{suffix}").replace(folder / f"{name}{suffix}")
    return ImportResult(BoundarySet.load(folder, name), rejected)


def _in_degrees(table: VectorTable, crs: str | None, file_name: str) -> gpd.GeoDataFrame:
    """The rows in EPSG:4326. Raises ImportFailed."""
    rows = table.rows
    try:
        file_crs = CRS.from_user_input(crs) if crs else rows.crs
    except CRSError as error:
        raise ImportFailed(f"“{crs}” is no coordinate system: give one such as EPSG:4326 with --crs.") from error
    if file_crs is None or file_crs.name.startswith("Undefined"):  # a GeoPackage's name for an unknown system
        raise ImportFailed(f"{file_name} names no coordinate system: give it with --crs, such as --crs EPSG:4326.")
    try:
        return rows.set_crs(file_crs, allow_override=True).to_crs("EPSG:4326")
    except ProjError as error:
        raise ImportFailed(
            f"{file_name}: positions on Earth do not follow from “{file_crs.name}”: give --crs."
        ) from error


def _clean_rows(rows: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[RejectedRow]]:
    """Named, valid polygons with columns row, name, code, parent; and the rows that were rejected."""
    table = gpd.GeoDataFrame(
        {
            "row": np.arange(1, len(rows) + 1),
            **{column: _texts(rows, column) for column in ("name", "code", "parent")},
        },
        geometry=shapely.force_2d(rows.geometry.to_numpy()),
        crs=rows.crs,
    )
    names = table["name"][table["name"] != ""]
    if names.str.isupper().all():
        table["name"] = [in_title_case(name) for name in table["name"]]
    shapes = table.geometry.to_numpy()
    polygonal = np.isin(shapely.get_type_id(shapes), [3, 6])
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    valid = shapes.copy()
    valid[polygonal & finite] = shapely.make_valid(shapes[polygonal & finite], method="structure", keep_collapsed=False)
    west, south, east, north = boundaries.outline().bounds
    near = shapely.intersects(valid, shapely.box(west, south, east, north))
    faults = np.select(
        [
            (table["name"] == "").to_numpy(),
            shapely.is_missing(shapes) | shapely.is_empty(shapes),
            ~polygonal | (polygonal & finite & shapely.is_empty(valid)),
            ~finite | ~near,
        ],
        [Fault.WITHOUT_NAME, Fault.EMPTY, Fault.NOT_AN_AREA, Fault.OUTSIDE_INDIA],
        "",
    )
    return table.set_geometry(valid, crs=table.crs)[faults == ""], _rejected_rows(table, faults)


def _as_coverage(
    rows: gpd.GeoDataFrame, level: Level, report: Reporter
) -> tuple[gpd.GeoDataFrame, int, list[RejectedRow]]:
    """The areas of a `BoundarySet`, how many rows were joined to an earlier one, and the rejected rows."""
    units = boundaries.districts() if UNITS[level] == "districts" else boundaries.states().assign(district="")
    planes = to_plane(units.geometry.to_numpy())
    shapes = to_plane(rows.geometry.to_numpy())
    overlaps = Overlaps.of(shapes, planes, partial(report.progress, phase="Finding where areas belong"))
    ground, inside = shapely.area(shapes), overlaps.inside(len(rows))
    faults = np.select([ground == 0, inside < MAJORITY * ground], [Fault.NOT_AN_AREA, Fault.OUTSIDE_INDIA], "")
    unit, largest = overlaps.most(len(rows))
    crossing = (faults == "") & (largest < MAJORITY * inside)
    if crossing.sum() > MAJORITY * (faults == "").sum():
        raise ImportFailed(f"{crossing.sum()} areas reach over several {UNITS[level]} each: --level {level} is wrong.")
    part_of = _parts(rows, shapes, np.where(faults == "", unit, -1))
    faults[part_of == DUPLICATE_ROW] = Fault.DUPLICATE
    whole = np.flatnonzero((faults == "") & (part_of == np.arange(len(rows))))
    joined = np.array([shapely.union_all(shapes[(part_of == index) & (faults == "")]) for index in whole], object)
    result = nest_areas(joined, unit[whole], planes, partial(report.progress, phase="Fitting areas together"))
    faults[np.setdiff1d(whole, whole[result.area[result.area != REST]])] = Fault.COVERED
    areas = _area_table(rows.iloc[whole], units, result)
    polygons = areas.geometry.to_numpy()
    if not (shapely.is_valid(polygons).all() and all(map(shapely.coverage_is_valid, [polygons, to_plane(polygons)]))):
        raise RuntimeError("The areas could not be made to tile India.")
    return areas, int((faults == "").sum()) - len(np.unique(part_of[faults == ""])), _rejected_rows(rows, faults)


def _parts(rows: gpd.GeoDataFrame, shapes: Polygons, unit: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each row the index (R,) of the first row with its name and code in its unit, of whose area it is a part.

    `DUPLICATE_ROW` where most of its ground repeats such rows. Rows in unit -1 keep their own index.
    """
    part_of = np.arange(len(rows))
    grouped = rows.assign(key=rows["name"].str.casefold(), unit=unit, index=part_of)[unit >= 0]
    for _, group in grouped.groupby(["key", "code", "unit"]):
        whole = shapely.Polygon()
        for index in group["index"]:
            common = shapely.area(shapely.intersection(whole, shapes[index]))
            if common > MAJORITY * min(whole.area, shapes[index].area):
                part_of[index] = DUPLICATE_ROW
            else:
                part_of[index] = group["index"].iloc[0]
                whole = shapely.union(whole, shapes[index])
    return part_of


def _area_table(rows: gpd.GeoDataFrame, units: gpd.GeoDataFrame, result: NestedAreas) -> gpd.GeoDataFrame:
    """The pieces in degrees with the columns of a `BoundarySet`, sorted by state, district and name."""
    is_rest = result.area == REST
    of_unit = units.iloc[result.unit]
    unit_name = np.where(of_unit["district"] == "", of_unit["state"], of_unit["district"])
    has_areas = np.isin(result.unit, result.unit[~is_rest])
    rest_name = np.where(has_areas, "Rest of " + unit_name.astype(object), unit_name)

    def of_area(column: str) -> NDArray[np.object_]:
        return np.append(rows[column].to_numpy(object), "")[result.area]  # REST is -1: the last, added value

    areas = gpd.GeoDataFrame(
        {
            "name": np.where(is_rest, rest_name, of_area("name")),
            "code": of_area("code"),
            "parent": of_area("parent"),
            "state": of_unit["state"].to_numpy(),
            "district": of_unit["district"].to_numpy(),
            "is_rest": is_rest,
        },
        geometry=shapely.normalize(to_degrees(result.pieces)),
        crs="EPSG:4326",
    )
    return areas.sort_values(["state", "district", "is_rest", "name", "code"], ignore_index=True)


def _texts(rows: gpd.GeoDataFrame, column: str) -> pd.Series:
    """A column as text with single spaces; whole numbers without a decimal point, "" for missing values."""
    if column not in rows:
        return pd.Series("", index=rows.index)
    values = rows[column]
    if pd.api.types.is_float_dtype(values):  # also whole numbers, if some are missing
        values = values.astype("Int64") if (values.dropna() % 1 == 0).all() else values
    return values.astype("string").fillna("").str.split().str.join(" ").astype(str)


def _rejected_rows(rows: gpd.GeoDataFrame, faults: NDArray[np.str_]) -> list[RejectedRow]:
    at_fault = rows.assign(fault=faults)[faults != ""]
    return [
        RejectedRow(int(row), str(name), Fault(fault))
        for row, name, fault in zip(at_fault["row"], at_fault["name"], at_fault["fault"], strict=True)
    ]


def _counts(rejected: list[RejectedRow]) -> dict[str, int]:
    return dict(sorted(Counter(str(rejection.fault) for rejection in rejected).items()))


def _summary(rejected: list[RejectedRow]) -> str:
    return " ".join(f"{count} rows: {DETAILS[Fault(fault)]}" for fault, count in _counts(rejected).items())


def _write(areas: gpd.GeoDataFrame, description: dict[str, Any], folder: Path) -> None:
    (folder / "set.json").write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n")
    areas.to_file(
        folder / "set.fgb",
        driver="FlatGeobuf",
        engine="pyogrio",
        promote_to_multi=True,
        TITLE=description["name"],
        DESCRIPTION=json.dumps(description, ensure_ascii=False),
        SPATIAL_INDEX="NO",  # it would reorder the areas
    )
