"""Cleans loosely drawn polygons into an exact coverage (no overlaps, no slivers) by polygonizing their linework."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from pipeline.geography.boundaries import EQUAL_AREA_CRS, Source
from pipeline.geography.names import district_name, state_name

GRID_M = 1.0  # coordinates snap to whole metres: below the source's own accuracy
TRUE_HOLE_M2 = 10e6  # larger holes are real (the enclave Dahagram-Angarpota, 19 km²); smaller ones are drawing errors


def districts_of(source: Source) -> gpd.GeoDataFrame:
    """The named districts of ``source`` as an exact coverage, with the columns of `boundaries.districts`.

    Ground that the source leaves empty, assigns twice or marks as disputed goes to the neighbour with the longest
    shared border.
    """
    raw = pyogrio.read_dataframe(source.path()).to_crs(EQUAL_AREA_CRS)
    named = raw[raw["DISTRICT"].notna()].reset_index(drop=True)
    disputed = raw[raw["DISTRICT"].isna()]
    faces, owner = _labelled_faces(shapely.force_2d(named.geometry.to_numpy()))
    outside = ~shapely.intersects(disputed.union_all(), shapely.point_on_surface(faces))
    owner = _assign_unowned_faces(faces, owner, true_hole=outside & (owner < 0) & (shapely.area(faces) > TRUE_HOLE_M2))
    states = named["STATE_UT"].map(state_name)
    table = gpd.GeoDataFrame(
        {
            "state": states,
            "state_code": named["STATE_LGD"].astype(int),
            "district": [district_name(state, name) for state, name in zip(states, named["DISTRICT"], strict=True)],
            "district_code": pd.to_numeric(named["DIST_LGD"], errors="coerce").fillna(0).astype(int),
        },
        geometry=[shapely.union_all(faces[owner == index]) for index in range(len(named))],
        crs=EQUAL_AREA_CRS,
    )
    return table.sort_values(["state", "district"], ignore_index=True).to_crs("EPSG:4326")


def _labelled_faces(polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Faces of the polygons' linework, and the index of the one polygon that contains each; -1 for none or several."""
    snapped = shapely.set_precision(shapely.make_valid(polygons), GRID_M)
    linework = shapely.union_all(shapely.boundary(snapped), grid_size=GRID_M)
    faces = np.array(shapely.get_parts(shapely.polygonize(shapely.get_parts(linework))))
    face_index, polygon_index = shapely.STRtree(snapped).query(shapely.point_on_surface(faces), predicate="within")
    owner = np.full(len(faces), -1)
    owner[face_index] = polygon_index
    owner[np.bincount(face_index, minlength=len(faces)) > 1] = -1
    return faces, owner


def _assign_unowned_faces(faces: np.ndarray, owner: np.ndarray, true_hole: np.ndarray) -> np.ndarray:
    """Owners after each face without one has joined the owner with the longest shared border; true holes keep -1."""
    owner = owner.copy()
    tree = shapely.STRtree(faces)
    open_faces = [int(face) for face in np.flatnonzero((owner < 0) & ~true_hole)]
    while open_faces:
        new_owners = {}
        for face in open_faces:
            near = tree.query(faces[face], predicate="intersects")
            near = near[owner[near] >= 0]
            shared = shapely.length(shapely.intersection(shapely.boundary(faces[face]), shapely.boundary(faces[near])))
            border = np.bincount(owner[near], weights=shared, minlength=1)
            if border.max() > 0:
                new_owners[face] = int(border.argmax())
        if not new_owners:
            break
        for face, new_owner in new_owners.items():
            owner[face] = new_owner
        open_faces = [face for face in open_faces if face not in new_owners]
    return owner
