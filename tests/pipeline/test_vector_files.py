"""Four formats give the same areas, and no file makes the importer open anything but itself."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from pipeline.boundary_sets import vector_files, vector_reader
from pipeline.boundary_sets.sets import Columns, ImportFailed
from tests.pipeline.areas import areas_of, district, imported, km2, quarters, table, written, zipped

pytestmark = pytest.mark.slow  # a process reads each file
FORMATS = ["areas.geojson", "areas.gpkg", "areas.fgb", "areas.zip"]
VRT = '<OGRVRTDataSource><OGRVRTLayer name="areas"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


@pytest.fixture
def requests_heard():
    """Addresses that were asked for at a server on this machine, and its own."""
    heard: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"EPSG:4326")

        do_HEAD = do_GET

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield heard, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_four_formats_give_the_same_areas(tmp_path, karnataka):
    frame = table(quarters(district("Mysuru")), ["Hunsur", "Nanjangud", "मैसूर", "T. Narasipura"])
    sets = [areas_of(written(frame, tmp_path / name), tmp_path, name=f"set-{i}") for i, name in enumerate(FORMATS)]
    assert set(frame["tehsil"]) < set(sets[0]["name"])
    for other in sets[1:]:
        assert other.drop(columns="geometry").equals(sets[0].drop(columns="geometry"))
        assert shapely.equals_exact(other.geometry.to_numpy(), sets[0].geometry.to_numpy(), 1e-5).all()


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": [[[76.5, 12.2], [76.6, 12.2]]]},
        {"type": "Polygon", "coordinates": [[[float("nan"), 12.2], [76.6, 12.2], [76.6, 12.3], [76.5, 12.2]]]},
        {"type": "Polygon", "coordinates": []},
        None,
    ],
)
def test_an_area_with_a_broken_ring_is_named_and_the_others_come_in(tmp_path, karnataka, geometry):
    path = written(table(quarters(district("Mysuru")), ["A", "B", "C", "D"]), tmp_path / "areas.geojson")
    document = json.loads(path.read_text())
    document["features"][2]["geometry"] = geometry
    path.write_text(json.dumps(document))
    result = imported(path, tmp_path)
    assert [row.name for row in result.rejected] == ["C"]
    assert "outside" not in result.rejected[0].as_dict()["detail"].lower()


def test_names_codes_and_parents_come_from_their_columns(tmp_path, karnataka):
    frame = table(quarters(district("Mysuru")), ["  A \n", "B", "C", "D"], lgd=[5501.0, 5502.0, None, 5504.0])
    areas = areas_of(written(frame, tmp_path / "areas.fgb"), tmp_path)
    own = areas[~areas["is_rest"]]
    assert own[["name", "code", "parent"]].to_numpy().tolist() == [
        ["A", "5501", "Mysore"],
        ["B", "5502", "Mysore"],
        ["C", "", "Mysore"],
        ["D", "5504", "Mysore"],
    ]
    assert set(own["state"]) == {"Karnataka"}
    assert set(own["district"]) == {"Mysuru"}


def test_names_in_capitals_are_put_into_title_case(tmp_path, karnataka):
    frame = table(quarters(district("Mysuru"))[:2], ["HUNSUR", "H.D. KOTE & SARGUR"])
    areas = areas_of(written(frame, tmp_path / "areas.fgb"), tmp_path)
    assert areas.loc[~areas["is_rest"], "name"].tolist() == ["H.d. Kote and Sargur", "Hunsur"]


def test_other_coordinate_systems_are_reprojected(tmp_path, karnataka):
    frame = table(quarters(district("Mysuru")))
    plain = areas_of(written(frame, tmp_path / "areas.gpkg"), tmp_path)
    projected = areas_of(written(frame.to_crs("EPSG:32643"), tmp_path / "utm.zip"), tmp_path)
    assert np.allclose(km2(plain), km2(projected), rtol=1e-4)


@pytest.mark.parametrize("name", ["areas.gpkg", "areas.fgb", "areas.zip"])
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_missing_coordinate_system_is_asked_for_and_can_be_stated(tmp_path, karnataka, name):
    path = written(table(quarters(district("Mysuru")), crs=None), tmp_path / name)
    with pytest.raises(ImportFailed, match="names no coordinate system: give it with --crs"):
        imported(path, tmp_path)
    assert len(areas_of(path, tmp_path, crs="EPSG:4326")) == len(karnataka) + 3


def test_a_geopackage_that_leaves_its_coordinate_system_undefined_is_asked_for_it(tmp_path, karnataka):
    path = written(table(quarters(district("Mysuru"))), tmp_path / "areas.gpkg")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE gpkg_geometry_columns SET srs_id = 0")
        database.execute("UPDATE gpkg_contents SET srs_id = 0")
    with pytest.raises(ImportFailed, match="names no coordinate system"):
        imported(path, tmp_path)


@pytest.mark.parametrize("crs", ["nonsense", 'LOCAL_CS["plan",UNIT["m",1]]'])
def test_an_unusable_coordinate_system_is_an_error(tmp_path, karnataka, crs):
    path = written(table(quarters(district("Mysuru"))), tmp_path / "areas.fgb")
    with pytest.raises(ImportFailed, match="--crs"):
        imported(path, tmp_path, crs=crs)


def test_missing_columns_and_layers_are_named_with_what_there_is(tmp_path, karnataka):
    frame = table(quarters(district("Mysuru")))
    path = written(frame, tmp_path / "areas.gpkg", layer="taluks")
    with pytest.raises(ImportFailed, match=r"no column “taluk”. It has: tehsil, lgd, zila\."):
        imported(path, tmp_path, columns=Columns("taluk"))
    with pytest.raises(ImportFailed, match="no layer “x”: give --layer, one of taluks"):
        imported(path, tmp_path, layer="x")
    written(frame.iloc[:1], path, layer="hoblis")
    with pytest.raises(ImportFailed, match="several layers: give --layer, one of taluks, hoblis"):
        imported(path, tmp_path)
    assert imported(path, tmp_path, layer="hoblis").boundaries.description["areas"] == 1


@pytest.mark.parametrize("name", ["trap.vrt", "trap.geojson", "trap.json", "trap.gpkg", "trap.fgb", "trap.zip"])
def test_a_vrt_is_refused_under_any_name(tmp_path, karnataka, name):
    target = written(table(quarters(district("Mysuru"))), tmp_path / "areas.geojson")
    trap = tmp_path / name
    trap.write_text(VRT.format(target))
    if trap.suffix != ".zip":
        assert pyogrio.read_info(trap)["features"] == 4  # GDAL itself would follow it
    with pytest.raises(ImportFailed, match=r"trap\.\w+"):
        imported(trap, tmp_path)


def test_other_formats_of_the_same_ending_are_refused(tmp_path, karnataka):
    topology = {"type": "Topology", "objects": {"areas": {"type": "GeometryCollection", "geometries": []}}, "arcs": []}
    streamed = {"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read areas.geojson"}
    for content in (topology, streamed, [], "text"):
        path = tmp_path / "trap.json"
        path.write_text(json.dumps(content))
        with pytest.raises(ImportFailed, match="cannot be read as GeoJSON"):
            imported(path, tmp_path)
    disguised = shutil.copy(written(table(quarters(district("Mysuru"))), tmp_path / "areas.fgb"), tmp_path / "x.gpkg")
    with pytest.raises(ImportFailed, match=r"x\.gpkg"):
        imported(disguised, tmp_path)


def test_the_reader_refuses_to_run_where_gdal_has_other_drivers(tmp_path):
    with pytest.raises(RuntimeError, match="left out"):
        vector_reader.read(path="x", driver="GPKG", layer=None, columns={}, result="y", result_driver="FlatGeobuf")


@pytest.mark.parametrize(
    "path", ["{}/areas.geojson", "/vsicurl/{}/areas.geojson", "/vsizip/vsicurl/{}/areas.zip/a.shp"]
)
def test_addresses_are_refused_and_not_asked_for(tmp_path, requests_heard, path):
    heard, address = requests_heard
    with pytest.raises(ImportFailed, match="not a file on this machine; addresses and /vsi paths are not opened"):
        imported(Path(path.format(address)), tmp_path)
    assert heard == []


def test_a_path_into_an_archive_is_refused(tmp_path):
    path = written(table(quarters(district("Mysuru"))), tmp_path / "areas.zip")
    with pytest.raises(ImportFailed, match="/vsi paths are not opened"):
        imported(Path(f"/vsizip/{path}/areas.shp"), tmp_path)


@pytest.mark.parametrize("kind", ["link", "url"])
def test_a_coordinate_system_by_link_is_not_fetched(tmp_path, karnataka, requests_heard, kind):
    heard, address = requests_heard
    path = written(table(quarters(district("Mysuru"))), tmp_path / "areas.geojson")
    content = json.loads(path.read_text())
    content["crs"] = {"type": kind, "properties": {"href": f"{address}/crs", "url": f"{address}/crs"}}
    path.write_text(json.dumps(content))
    pyogrio.read_info(path)
    assert heard == ["/crs"]  # GDAL itself does
    imported(path, tmp_path)
    assert heard == ["/crs"]


def test_a_geopackage_with_a_view_is_refused(tmp_path, karnataka):
    path = written(table(quarters(district("Mysuru"))), tmp_path / "areas.gpkg")
    with sqlite3.connect(path) as database:
        database.execute("CREATE VIEW trap AS SELECT ogr_geocode('Mysuru')")
    with pytest.raises(ImportFailed, match="“trap”, which is no plain table"):
        imported(path, tmp_path)


def symlink(name: str) -> zipfile.ZipInfo:
    link = zipfile.ZipInfo(name)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return link


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("/etc/areas.shp", "absolute path"),
        ("../areas.shp", "“..” in its path"),
        ("C:\\areas.shp", "absolute path"),
        (symlink("other.shp"), "symbolic link"),
        ("inner.zip", "archive inside"),
    ],
)
def test_a_hostile_archive_is_refused_whole(tmp_path, karnataka, member, words):
    path = written(table(quarters(district("Mysuru"))), tmp_path / "areas.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, b"/etc/passwd")
    with pytest.raises(ImportFailed, match=words):
        imported(path, tmp_path)
    assert list((tmp_path / "sets").iterdir()) == []


def test_files_and_archives_beyond_the_limits_are_refused_before_they_are_unpacked(tmp_path, monkeypatch):
    path = zipped(tmp_path / "areas.zip", {"areas.shp": b"\0" * 100_000})
    monkeypatch.setattr(vector_files, "MAX_UNPACKED_BYTES", 99_999)
    with pytest.raises(ImportFailed, match=r"areas\.shp.*more than"):
        imported(path, tmp_path)
    monkeypatch.setattr(vector_files, "MAX_FILE_BYTES", 10)
    with pytest.raises(ImportFailed, match="simplify it"):
        imported(path, tmp_path)


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_part_of_a_shapefile_that_is_missing_is_named(tmp_path, karnataka, suffix):
    written(table(quarters(district("Mysuru"))), tmp_path / "areas.zip")
    (tmp_path / "areas.parts" / f"areas{suffix}").unlink()
    parts = {f"in/{part.name}": part.read_bytes() for part in (tmp_path / "areas.parts").iterdir()}
    with pytest.raises(ImportFailed, match=rf"areas{suffix} is missing beside areas.shp"):
        imported(zipped(tmp_path / "part.zip", parts), tmp_path)


def test_an_archive_of_several_shapefiles_needs_a_choice(tmp_path, karnataka):
    written(table(quarters(district("Mysuru"))), tmp_path / "areas.zip")
    parts = list((tmp_path / "areas.parts").iterdir())
    both = {f"{stem}{part.suffix.upper()}": part.read_bytes() for stem in ("ONE", "TWO") for part in parts}
    path = zipped(tmp_path / "both.zip", both)
    with pytest.raises(ImportFailed, match="it holds: ONE, TWO"):
        imported(path, tmp_path)
    assert imported(path, tmp_path, layer="TWO").boundaries.description["layer"] == "TWO"


@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_is_refused(tmp_path, karnataka, name):
    path = written(table(quarters(district("Mysuru"))), tmp_path / name)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ImportFailed, match=name):
        imported(path, tmp_path)
