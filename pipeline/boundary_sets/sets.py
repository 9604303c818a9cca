"""Boundaries that users import: areas of one level, an exact coverage of India inside its states or districts.

A set is one FlatGeobuf file, replaced in one step, with a copy of its description beside it as JSON for people.
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

from pipeline.boundary_sets.nesting import REST, Nested, Overlaps, nested
from pipeline.boundary_sets.vector_files import FileRefused, VectorTable, read_table
from pipeline.geocells.districts import DistrictMap
from pipeline.geography import boundaries
from pipeline.geography.names import in_title_case
from pipeline.geography.plane import Polygons, to_degrees, to_plane
from pipeline.support.progress import SILENT, Reporter

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
DRAWN_BEFORE = -1
MOSTLY = 0.5  # share of an area's ground from which it counts as in India, or as drawn twice


class Level(StrEnum):
    """What the areas of a set are."""

    STATE = "state"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"


UNITS = {Level.STATE: "states", Level.DISTRICT: "states", Level.SUBDISTRICT: "districts"}  # that areas lie in


class Fault(StrEnum):
    """Why a row is turned away."""

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
    """The file's columns: of the areas' names, their codes, and the names of what they belong to."""

    name: str
    code: str | None = None
    parent: str | None = None

    def given(self) -> dict[str, str]:
        return {new: old for new, old in asdict(self).items() if old}


@dataclass(frozen=True)
class TurnedAway:
    """A row of the file, counted from 1."""

    row: int
    name: str
    fault: Fault

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"detail": DETAILS[self.fault]}


@dataclass(frozen=True, eq=False)
class BoundarySet:
    """An imported set: its ``areas`` (EPSG:4326) with columns name, code, parent, state, district, is_rest.

    ``district`` is "" at higher levels; an area that ``is_rest`` is what no imported one covers of a state or district.
    """

    name: str
    sha256: str
    description: Mapping[str, Any]
    areas: gpd.GeoDataFrame

    @classmethod
    def load(cls, folder: Path, name: str) -> BoundarySet:
        """Raises SetMissing."""
        path = folder / f"{name}.fgb"
        if not NAME.fullmatch(name) or not path.is_file():
            known = ", ".join(set_names(folder)) or "none yet: run import_boundaries"
            raise SetMissing(f"There are no boundaries “{name}”. There are: {known}.")
        description = json.loads(pyogrio.read_info(path)["layer_metadata"]["DESCRIPTION"])
        return cls(name, hashlib.sha256(path.read_bytes()).hexdigest(), description, gpd.read_file(path))

    @cached_property
    def districts(self) -> DistrictMap:
        """The areas as what geocells start from; where a state has several of one name, with their district's."""
        areas = self.areas
        shared = areas.duplicated(["state", "name"], keep=False) & (areas["district"] != "")
        named = areas["name"].where(~shared, areas["name"] + " (" + areas["district"] + ")")
        return DistrictMap.of(areas.assign(district=named))

    def provenance(self) -> dict[str, str]:
        """What a model's card says of the boundaries it was trained on."""
        return {"name": self.name, "level": self.description["level"], "sha256": self.sha256}


@dataclass(frozen=True)
class Imported:
    """What an import made, and the rows that it turned away."""

    boundaries: BoundarySet
    turned_away: list[TurnedAway]


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
) -> Imported:
    """The areas of a vector file as the set ``name`` in ``folder``, in place of an earlier one.

    ``crs`` is what the coordinates are in where the file does not say so. Raises ImportFailed.
    """
    if not NAME.fullmatch(name):
        raise ImportFailed(f"“{name}” cannot name a set: use small letters, digits and hyphens, at most 64.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=folder) as temporary:
        unfinished = Path(temporary)
        report.progress(0, 1, "Reading")
        try:
            table = read_table(path, columns.given(), layer, unfinished)
        except FileRefused as refused:
            raise ImportFailed(str(refused)) from refused
        report.progress(1, 1, "Reading")
        rows, turned_away = _cleaned(_in_degrees(table, crs, path.name))
        if len(rows):
            areas, joined, lost = _as_coverage(rows, level, report)
            turned_away = sorted(turned_away + lost, key=lambda turned: turned.row)
        if not len(rows) or areas["is_rest"].all():
            raise ImportFailed(f"{path.name}: none of its {len(table.rows)} rows can be used. {_summary(turned_away)}")
        description = {
            "name": name,
            "level": str(level),
            "file": path.name,
            "file_sha256": table.sha256,
            "layer": table.layer,
            "columns": columns.given(),
            "source": source,
            "licence": licence,
            "rows": len(table.rows),
            "areas": int((~areas["is_rest"]).sum()),
            "joined": joined,
            "rests": int(areas["is_rest"].sum()),
            "turned_away": _counts(turned_away),
        }
        _write(areas, description, unfinished)
        for suffix in (".json", ".fgb"):  # the one that counts is last
            (unfinished / f"set{suffix}").replace(folder / f"{name}{suffix}")
    return Imported(BoundarySet.load(folder, name), turned_away)


def _in_degrees(table: VectorTable, crs: str | None, file_name: str) -> gpd.GeoDataFrame:
    """The rows in EPSG:4326. Raises ImportFailed."""
    rows = table.rows
    try:
        own = CRS.from_user_input(crs) if crs else rows.crs
    except CRSError as error:
        raise ImportFailed(f"“{crs}” is no coordinate system: give one such as EPSG:4326 with --crs.") from error
    if own is None or own.name.startswith("Undefined"):  # which is how a GeoPackage says that it does not know
        raise ImportFailed(f"{file_name} names no coordinate system: give it with --crs, such as --crs EPSG:4326.")
    try:
        return rows.set_crs(own, allow_override=True).to_crs("EPSG:4326")
    except ProjError as error:
        raise ImportFailed(f"{file_name}: positions on Earth do not follow from “{own.name}”: give --crs.") from error


def _cleaned(rows: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[TurnedAway]]:
    """Named, valid polygons with columns row, name, code, parent, and the rows that are none."""
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
            ~polygonal,
            ~finite | ~near,
        ],
        [Fault.WITHOUT_NAME, Fault.EMPTY, Fault.NOT_AN_AREA, Fault.OUTSIDE_INDIA],
        "",
    )
    return table.set_geometry(valid, crs=table.crs)[faults == ""], _turned_away(table, faults)


def _as_coverage(
    rows: gpd.GeoDataFrame, level: Level, report: Reporter
) -> tuple[gpd.GeoDataFrame, int, list[TurnedAway]]:
    """The areas of a `BoundarySet`, how many rows became part of an earlier one, and the rows turned away."""
    units = boundaries.districts() if UNITS[level] == "districts" else boundaries.states().assign(district="")
    planes = to_plane(units.geometry.to_numpy())
    shapes = to_plane(rows.geometry.to_numpy())
    overlaps = Overlaps.of(shapes, planes, partial(report.progress, phase="Finding where areas belong"))
    ground, inside = shapely.area(shapes), overlaps.inside(len(rows))
    faults = np.select([ground == 0, inside < MOSTLY * ground], [Fault.NOT_AN_AREA, Fault.OUTSIDE_INDIA], "")
    unit, held = overlaps.most(len(rows))
    spread = (faults == "") & (held < MOSTLY * inside)
    if spread.sum() > MOSTLY * (faults == "").sum():
        raise ImportFailed(f"{spread.sum()} areas reach over several {UNITS[level]} each: --level {level} is wrong.")
    part_of = _parts(rows, shapes, np.where(faults == "", unit, -1))
    faults[part_of == DRAWN_BEFORE] = Fault.DUPLICATE
    whole = np.flatnonzero((faults == "") & (part_of == np.arange(len(rows))))
    joined = np.array([shapely.union_all(shapes[(part_of == index) & (faults == "")]) for index in whole], object)
    result = nested(joined, unit[whole], planes, partial(report.progress, phase="Fitting areas together"))
    faults[np.setdiff1d(whole, whole[result.area[result.area != REST]])] = Fault.COVERED
    areas = _named(rows.iloc[whole], units, result)
    polygons = areas.geometry.to_numpy()
    if not (shapely.is_valid(polygons).all() and all(map(shapely.coverage_is_valid, [polygons, to_plane(polygons)]))):
        raise RuntimeError("The areas could not be made to tile India.")
    return areas, int((faults == "").sum()) - len(np.unique(part_of[faults == ""])), _turned_away(rows, faults)


def _parts(rows: gpd.GeoDataFrame, shapes: Polygons, unit: NDArray[np.intp]) -> NDArray[np.intp]:
    """The first row (R,) of the same name and code in the same unit, which a row is a further part of.

    `DRAWN_BEFORE` where it is none because most of its ground is the same. Rows in unit -1 stand for themselves.
    """
    part_of = np.arange(len(rows))
    grouped = rows.assign(key=rows["name"].str.casefold(), unit=unit, index=part_of)[unit >= 0]
    for _, group in grouped.groupby(["key", "code", "unit"]):
        whole = shapely.Polygon()
        for index in group["index"]:
            common = shapely.area(shapely.intersection(whole, shapes[index]))
            if common > MOSTLY * min(whole.area, shapes[index].area):
                part_of[index] = DRAWN_BEFORE
            else:
                part_of[index] = group["index"].iloc[0]
                whole = shapely.union(whole, shapes[index])
    return part_of


def _named(rows: gpd.GeoDataFrame, units: gpd.GeoDataFrame, result: Nested) -> gpd.GeoDataFrame:
    """The pieces in degrees with the columns of a `BoundarySet`, by state, district and name."""
    is_rest = result.area == REST
    of_unit = units.iloc[result.unit]
    unit_name = np.where(of_unit["district"] == "", of_unit["state"], of_unit["district"])
    has_areas = np.isin(result.unit, result.unit[~is_rest])
    rest_name = np.where(has_areas, "Rest of " + unit_name.astype(object), unit_name)

    def of_area(column: str) -> NDArray[np.object_]:
        return np.append(rows[column].to_numpy(object), "")[result.area]  # the last one is that of REST

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
    """A column as text with single spaces; whole numbers without a point, nothing where nothing is known."""
    if column not in rows:
        return pd.Series("", index=rows.index)
    values = rows[column]
    if pd.api.types.is_float_dtype(values):  # numbers, some of them missing
        values = values.astype("Int64") if (values.dropna() % 1 == 0).all() else values
    return values.astype("string").fillna("").str.split().str.join(" ").astype(str)


def _turned_away(rows: gpd.GeoDataFrame, faults: NDArray[np.str_]) -> list[TurnedAway]:
    at_fault = rows.assign(fault=faults)[faults != ""]
    return [
        TurnedAway(int(row), str(name), Fault(fault))
        for row, name, fault in zip(at_fault["row"], at_fault["name"], at_fault["fault"], strict=True)
    ]


def _counts(turned_away: list[TurnedAway]) -> dict[str, int]:
    return dict(sorted(Counter(str(turned.fault) for turned in turned_away).items()))


def _summary(turned_away: list[TurnedAway]) -> str:
    return " ".join(f"{count} rows: {DETAILS[Fault(fault)]}" for fault, count in _counts(turned_away).items())


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
