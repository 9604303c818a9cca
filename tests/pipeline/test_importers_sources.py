"""Each source speaks the format that its site documents, with its errors and pages, against a local server."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from pipeline.importers import osv5m
from pipeline.importers.commons import Commons
from pipeline.importers.contract import Area
from pipeline.importers.download import DownloadFailed, DownloadRefused, SourceFailed
from pipeline.importers.kartaview import KartaView
from pipeline.importers.licences import licence_of
from pipeline.importers.mapillary import Mapillary
from pipeline.importers.osv5m import Osv5m
from pipeline.importers.run import _credit
from pipeline.importers.sampling import Ledger, grid, quotas
from pipeline.importers.stac import Stac
from pipeline.importers.values import moment, plain_text
from pipeline.intake.checks import Rejected
from tests.pipeline.pictures import jpeg
from tests.pipeline.web_server import Reply, fetcher_for, json_reply

PUNE = Area("18.48,73.81", "Maharashtra", (18.48, 73.81, 18.57, 73.90))


# --- The grid


@pytest.mark.parametrize("degrees", [0.12, 0.5])
def test_the_grid_reaches_every_state_and_is_always_the_same(degrees):
    areas = grid(degrees)
    assert {area.state for area in areas} == set(quotas())
    assert len({area.key for area in areas}) == len(areas)
    grid.cache_clear()
    assert grid(degrees) == areas


def test_large_states_have_larger_shares_but_small_ones_are_not_lost():
    assert sum(quotas().values()) == pytest.approx(1)
    assert quotas()["Rajasthan"] > quotas()["Kerala"] > quotas()["Goa"] > 0.005


def test_a_state_where_nothing_is_found_does_not_take_all_questions():
    ledger = Ledger(5)
    asked = []
    for _ in range(600):
        state = min(["Rajasthan", "Kerala"], key=ledger.fill_level)
        ledger.asked[state] += 1
        asked.append(state)
        if state == "Kerala":
            ledger.add("Kerala", "Idukki", 10.0, 77.0, "")
    assert 20 < asked.count("Kerala") < 300


# --- Wikimedia Commons


def commons_file(page: int, **changes) -> dict:
    told = {
        "License": "cc-by-sa-4.0",
        "LicenseShortName": "CC BY-SA 4.0",
        "Artist": '<a href="//commons.wikimedia.org/wiki/User:Asha" title="User:Asha">Asha &amp; Ravi</a>',
        "DateTimeOriginal": "2021-03-04 10:20:30",
        "Categories": "Roads in Pune|Self-published work",
        "ObjectName": "A road in Pune",
    } | changes.pop("told", {})
    info = {
        "url": f"https://upload.example.org/{page}.jpg",
        "thumburl": f"https://upload.example.org/thumb/{page}.jpg/1920px-{page}.jpg",
        "descriptionshorturl": f"https://commons.wikimedia.org/w/index.php?curid={page}",
        "mime": "image/jpeg",
        "width": 4000,
        "height": 3000,
        "extmetadata": {name: {"value": value, "source": "commons-desc-page"} for name, value in told.items()},
    } | changes.pop("info", {})
    place = {"lat": 18.52, "lon": 73.85, "primary": True, "type": "camera"} | changes.pop("place", {})
    file = {"pageid": page, "ns": 6, "title": f"File:Road {page}.jpg", "imageinfo": [info], "coordinates": [place]}
    return file | changes


def commons_page(*files: dict, **rest) -> Reply:
    return json_reply({"batchcomplete": True, "query": {"pages": list(files)}} | rest)


@pytest.fixture
def commons(web) -> Commons:
    return Commons(fetcher_for(web), f"{web.url}/w/api.php")


def test_commons_is_asked_around_the_centre_of_an_area(web, commons):
    web.default = lambda asked: commons_page(commons_file(7))
    page = commons.page(PUNE, None)
    (candidate,) = page.candidates
    assert (candidate.source_id, candidate.author) == ("7", "Asha & Ravi")
    assert (candidate.latitude, candidate.longitude, candidate.precision_km) == (18.52, 73.85, 0.1)
    assert candidate.url.endswith("/1920px-7.jpg")
    assert candidate.page_url == "https://commons.wikimedia.org/w/index.php?curid=7"
    assert candidate.captured_at == datetime(2021, 3, 4, 10, 20, 30)
    assert (page.cursor, page.rejected) == (None, {})
    query = web.asked[0].query
    assert query["ggscoord"] == "18.5250|73.8550"
    assert (query["generator"], query["maxlag"], query["ggsnamespace"]) == ("geosearch", "5", "6")
    assert int(query["ggsradius"]) <= 10_000


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"info": {"mime": "image/svg+xml"}}, "svg"),
        ({"info": {"width": 300, "height": 200}}, "300"),
        ({"info": {"width": 9000, "height": 1000}}, "strip"),
        ({"title": "File:Map of Pune.jpg"}, "Map"),
        ({"told": {"Categories": "Paintings from Pune"}}, "Paintings"),
        ({"coordinates": []}, "coordinates"),
        ({"place": {"lat": None}}, "coordinates"),
        ({"imageinfo": [{"mime": "image/jpeg", "width": 4000, "height": 3000}]}, "documents"),
    ],
)
def test_what_is_no_view_on_commons_is_named_with_the_reason(web, commons, changes, says):
    web.default = lambda asked: commons_page(commons_file(7, **changes), commons_file(8))
    page = commons.page(PUNE, None)
    assert says in page.rejected["7"].detail
    assert [one.source_id for one in page.candidates] == ["8"]


def test_the_place_of_an_object_is_less_precise_than_that_of_a_camera(web, commons):
    files = [commons_file(1, place={"type": "landmark"}), commons_file(2, place={"type": "landmark", "dim": 5000})]
    web.default = lambda asked: commons_page(*files)
    assert [one.precision_km for one in commons.page(PUNE, None).candidates] == [1.0, 5.0]


def test_commons_goes_on_with_its_own_cursor(web, commons):
    web.default = lambda asked: (
        commons_page(commons_file(2))
        if asked.query.get("iistart") == "x"
        else commons_page(commons_file(1), **{"continue": {"iistart": "x", "continue": "||coordinates"}})
    )
    first = commons.page(PUNE, None)
    second = commons.page(PUNE, first.cursor)
    assert [one.source_id for page in (first, second) for one in page.candidates] == ["1", "2"]
    assert second.cursor is None
    assert web.asked[1].query["continue"] == "||coordinates"


def test_commons_that_lags_is_left_alone_as_long_as_it_asks(web):
    waits = []
    commons = Commons(fetcher_for(web, waits), f"{web.url}/w/api.php")
    lag = {"error": {"code": "maxlag", "info": "Waiting for db1: 11.5 seconds lagged", "lag": 11.5}}
    web.next_replies = [json_reply(lag, Retry_After="5"), json_reply(lag, Retry_After="30")]
    web.default = lambda asked: commons_page(commons_file(1))
    assert len(commons.page(PUNE, None).candidates) == 1
    assert 11.5 in waits
    assert 30.0 in waits


def test_a_question_that_commons_refuses_ends_the_import(web, commons):
    web.default = lambda asked: json_reply({"error": {"code": "badvalue", "info": "Unrecognized value"}})
    with pytest.raises(SourceFailed, match="badvalue: Unrecognized value"):
        commons.page(PUNE, None)


def test_commons_walks_a_category_and_those_below_it(web):
    commons = Commons(fetcher_for(web), f"{web.url}/w/api.php", ["Category:Villages in Goa"])
    below = {"pageid": 9, "ns": 14, "title": "Category:Assagao"}
    web.default = lambda asked: commons_page(commons_file(1), below)
    (area,) = commons.areas()
    page = commons.page(area, None)
    assert [one.source_id for one in page.candidates] == ["1"]
    assert page.subareas == [Area("Category:Assagao", depth=1)]
    assert web.asked[0].query["gcmtitle"] == "Category:Villages in Goa"
    assert commons.page(Area("Category:Deep", depth=3), None).subareas == []


# --- Mapillary


def mapillary_image(key: int, **changes) -> dict:
    return {
        "id": str(key),
        "geometry": {"type": "Point", "coordinates": [73.0, 18.0]},
        "computed_geometry": {"type": "Point", "coordinates": [73.85, 18.52]},
        "captured_at": 1614852000000,
        "compass_angle": 10.0,
        "computed_compass_angle": 370.5,
        "is_pano": False,
        "sequence": f"s{key}",
        "creator": {"username": "asha", "id": "1"},
        "quality_score": 0.9,
        "thumb_2048_url": f"https://scontent.example.org/{key}.jpg",
    } | changes


@pytest.fixture
def mapillary(web) -> Mapillary:
    return Mapillary(fetcher_for(web), web.url, "MLY|1|secret", "skip")


def test_mapillary_is_asked_by_box_with_the_token_in_a_header(web, mapillary):
    web.routes["/images"] = lambda asked: json_reply({"data": [mapillary_image(5)]})
    (candidate,) = mapillary.page(PUNE, None).candidates
    assert (candidate.source_id, candidate.author, candidate.sequence_id) == ("5", "asha", "s5")
    assert (candidate.latitude, candidate.longitude, candidate.heading) == (18.52, 73.85, 10.5)
    assert candidate.captured_at == datetime(2021, 3, 4, 10, 0, tzinfo=UTC)
    (asked,) = web.asked
    assert asked.headers["authorization"] == "OAuth MLY|1|secret"
    assert "secret" not in str(asked.query)
    assert asked.query["bbox"] == "73.81000,18.48000,73.90000,18.57000"
    assert asked.query["is_pano"] == "false"


def test_boxes_of_mapillary_are_as_small_as_it_wants(mapillary):
    south, west, north, east = mapillary.areas()[0].box
    assert (north - south) * (east - west) < 0.01


def test_poor_and_incomplete_images_of_mapillary_are_turned_away(web, mapillary):
    images = [
        mapillary_image(1, quality_score=0.1),
        mapillary_image(2, computed_geometry=None, geometry=None),
        mapillary_image(3, thumb_2048_url=None),
        mapillary_image(4, quality_score=None, computed_geometry=None, computed_compass_angle=None),
    ]
    web.default = lambda asked: json_reply({"data": images})
    page = mapillary.page(PUNE, None)
    assert set(page.rejected) == {"1", "2", "3"}
    assert [(one.latitude, one.heading) for one in page.candidates] == [(18.0, 10.0)]


def test_mapillary_goes_on_after_a_cursor(web, mapillary):
    paging = {"cursors": {"after": "QVF"}, "next": "https://graph.mapillary.com/images?after=QVF"}
    web.default = lambda asked: json_reply(
        {"data": [mapillary_image(1)]} | ({} if "after" in asked.query else {"paging": paging})
    )
    first = mapillary.page(PUNE, None)
    assert first.cursor == "QVF"
    assert mapillary.page(PUNE, first.cursor).cursor is None
    assert web.asked[1].query["after"] == "QVF"


def test_a_token_that_mapillary_refuses_names_the_setting(web, mapillary):
    error = {"message": "Invalid OAuth access token", "type": "OAuthException", "code": 190}
    web.default = lambda asked: json_reply({"error": error}, 401)
    with pytest.raises(SourceFailed, match="GEOGUESS_MAPILLARY_TOKEN"):
        mapillary.page(PUNE, None)


def test_a_busy_mapillary_is_asked_again(web, mapillary):
    error = {"message": "Application request limit reached", "type": "OAuthException", "code": 4}
    web.next_replies = [json_reply({"error": error}, 403)]
    web.default = lambda asked: json_reply({"data": []})
    assert mapillary.page(PUNE, None).candidates == []
    assert len(web.asked) == 3  # after the pause, and once more as the answer was empty


# --- OSV-5M

OSV_COLUMNS = "id,latitude,longitude,thumb_original_url,country,sequence,captured_at,city,creator_username"


def osv_row(key: int, latitude: float, longitude: float, country: str = "IN") -> str:
    return f'{key},{latitude},{longitude},https://x.example.org,{country},q{key},2019-07-21 10:12:10,"Pune, IN",ravi'


@pytest.fixture
def osv(web, settings, tmp_path, monkeypatch) -> Osv5m:
    settings.CACHE_DIR = tmp_path / "cache"
    monkeypatch.setattr(osv5m, "BLOCK_BYTES", 150)
    rows = [
        OSV_COLUMNS,
        osv_row(1, 48.85, 2.35, "FR"),
        osv_row(2, 18.52, 73.85),
        osv_row(3, 23.81, 90.41, "BD"),  # inside India's box, outside India
        osv_row(4, 26.91, 75.79),
        "5,unknown,,x,IN,q,2019,Pune,ravi",
    ]
    web.serve_file("/test.csv", "\n".join(rows).encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for key in range(1, 5):
            archive.writestr(f"00/{key}.jpg", jpeg(key))
    web.serve_file("/images/test/00.zip", buffer.getvalue())
    return Osv5m(fetcher_for(web), web.url)


def test_osv5m_gives_only_india_out_of_an_archive(osv):
    area = osv.areas()[0]
    page = osv.page(area, None)
    assert [one.source_id for one in page.candidates] == ["2", "4"]
    assert page.candidates[0].captured_at == datetime(2019, 7, 21, 10, 12, 10)
    assert osv.picture(page.candidates[1]) == (jpeg(4), ".jpg")
    assert len(osv.areas()) == 103


def test_the_table_of_osv5m_is_read_once_and_goes_on_where_it_stopped(web, osv):
    serve = web.routes["/test.csv"]
    blocks = []

    def part(asked):
        blocks.append(asked.headers["range"])
        return Reply(status=404) if len(blocks) == 3 else serve(asked)

    web.routes["/test.csv"] = part
    with pytest.raises(DownloadRefused):
        osv.page(osv.areas()[0], None)
    again = Osv5m(fetcher_for(web), web.url)
    assert [one.source_id for one in again.page(osv.areas()[0], None).candidates] == ["2", "4"]
    assert blocks.count("bytes=0-149") == 1
    assert blocks[3] == blocks[2]
    read = len(blocks)
    third = Osv5m(fetcher_for(web), web.url)
    assert len(third.page(osv.areas()[0], None).candidates) == 2
    assert len(blocks) == read


def test_a_table_or_archive_of_another_kind_is_told(web, osv):
    web.serve_file("/images/test/01.zip", b"no archive at all")
    with pytest.raises(SourceFailed, match="no ZIP"):
        osv.page(Area("test/01"), None)
    web.serve_file("/train.csv", b"name,place\na,b\n")
    with pytest.raises(SourceFailed, match="lacks one of the columns"):
        osv.page(Area("train/00"), None)


def test_a_damaged_photo_in_an_archive_is_turned_away(web, osv):
    page = osv.page(Area("test/00"), None)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("00/2.jpg", jpeg(2))
    data = bytearray(buffer.getvalue())
    data[60:70] = bytes(10)
    web.serve_file("/images/test/00.zip", bytes(data))
    fresh = Osv5m(fetcher_for(web), web.url)
    with pytest.raises(Rejected, match="unpacked"):
        fresh.picture(page.candidates[0])


# --- KartaView


def kartaview_photo(key: int, **changes) -> dict:
    return {
        "id": str(key),
        "lat": "18.52",
        "lng": "73.85",
        "heading": "91.5",
        "shotDate": "2018-05-06 07:08:09",
        "sequenceIndex": "4",
        "sequence": {"id": "77", "countryCode": "IN"},
        "gpsAccuracy": "100",
        "projection": "PLANE",
        "fileurlProc": f"https://cdn.example.org/{key}.jpg",
    } | changes


def kartaview_reply(*photos: dict, more: bool = False, code: str = "600", status: int = 200) -> Reply:
    told = {"apiCode": code, "apiMessage": "A message", "httpCode": status}
    return json_reply({"status": told, "result": {"data": list(photos), "hasMoreData": more}}, status)


@pytest.fixture
def kartaview(web) -> KartaView:
    return KartaView(fetcher_for(web), web.url)


def test_kartaview_gives_photos_page_by_page(web, kartaview):
    web.routes["/2.0/photo/"] = lambda asked: kartaview_reply(
        kartaview_photo(int(asked.query["page"])), kartaview_photo(9, lat=None), more=asked.query["page"] == "1"
    )
    first = kartaview.page(PUNE, None)
    (one,) = first.candidates
    assert (one.source_id, one.sequence_id, one.heading, one.precision_km) == ("1", "77", 91.5, 0.1)
    assert one.page_url == "https://kartaview.org/details/77/4"
    assert set(first.rejected) == {"9"}
    second = kartaview.page(PUNE, first.cursor)
    assert (second.candidates[0].source_id, second.cursor) == ("2", None)


def test_errors_inside_good_answers_of_kartaview_are_seen(web, kartaview):
    web.default = lambda asked: kartaview_reply(code="401")
    with pytest.raises(SourceFailed, match="401: A message"):
        kartaview.page(PUNE, None)
    web.default = lambda asked: kartaview_reply(code="601")
    assert kartaview.page(PUNE, None).candidates == []
    web.default = lambda asked: kartaview_reply(code="690", status=500)
    with pytest.raises(DownloadFailed):
        kartaview.page(PUNE, None)


# --- STAC


def stac_item(key: str, **properties) -> dict:
    told = {"datetime": "2024-08-09T16:00:00+00:00", "license": "CC-BY-SA-4.0", "view:azimuth": 45} | properties
    return {
        "type": "Feature",
        "id": key,
        "collection": "c1",
        "geometry": {"type": "Point", "coordinates": [73.85, 18.52]},
        "properties": told,
        "providers": [{"name": "host", "roles": ["host"]}, {"name": "Asha", "roles": ["producer"]}],
        "links": [{"rel": "self", "href": f"/api/collections/c1/items/{key}"}],
        "assets": {"hd": {"href": f"/hd/{key}.jpg"}, "sd": {"href": f"https://cdn.example.org/sd/{key}.jpg"}},
    }


@pytest.fixture
def panoramax(web) -> Stac:
    return Stac(fetcher_for(web), f"{web.url}/api")


def test_a_stac_server_gives_items_and_names_its_next_page(web, panoramax):
    sphere = {"pers:interior_orientation": {"field_of_view": 360}}
    last = {"type": "FeatureCollection", "features": [stac_item("b", **sphere)], "links": []}
    first = {
        "type": "FeatureCollection",
        "features": [stac_item("a")],
        "links": [{"rel": "next", "href": "search?token=2"}],
    }
    web.routes["/api/search"] = lambda asked: json_reply(last if "token" in asked.query else first)
    page = panoramax.page(PUNE, None)
    (one,) = page.candidates
    assert (one.author, one.licence, one.heading, one.is_pano) == ("Asha", "CC-BY-SA-4.0", 45, False)
    assert one.url == "https://cdn.example.org/sd/a.jpg"
    assert one.page_url == f"{web.url}/api/collections/c1/items/a"
    assert web.asked[0].query["bbox"] == "73.81000,18.48000,73.90000,18.57000"
    after = panoramax.page(PUNE, page.cursor)
    assert (after.candidates[0].is_pano, after.cursor) == (True, None)


def test_a_stac_item_without_point_or_picture_is_turned_away(web, panoramax):
    nowhere, nothing = stac_item("a") | {"geometry": None}, stac_item("b") | {"assets": {}}
    web.default = lambda asked: json_reply({"type": "FeatureCollection", "features": [nowhere, nothing]})
    assert set(panoramax.page(PUNE, None).rejected) == {"a", "b"}


def test_what_is_no_stac_server_is_told(web, panoramax):
    web.default = lambda asked: json_reply({"hello": "world"})
    with pytest.raises(SourceFailed, match="no STAC API"):
        panoramax.page(PUNE, None)
    web.default = lambda asked: Reply(json.dumps({"type": "FeatureCollection"}).encode(), "application/geo+json")
    assert panoramax.page(PUNE, None).candidates == []


# --- What the services really send


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2008", None),
        (2008, None),
        ("circa 1900", None),
        ("between 1900 and 1910", None),
        ("0001-01-01", None),
        ("2015-09-06 12:51:27", datetime(2015, 9, 6, 12, 51, 27)),
        ("6 September 2015", datetime(2015, 9, 6)),
        ("Taken on 6 September 2015", datetime(2015, 9, 6)),
        (1614852000000, datetime(2021, 3, 4, 10, 0, tzinfo=UTC)),
        ("1614852000", datetime(2021, 3, 4, 10, 0, tzinfo=UTC)),
    ],
)
def test_only_long_numbers_are_moments_and_a_year_is_none(value, expected):
    assert moment(value) == expected


def test_tags_become_spaces_and_styles_go():
    text = "<style>.x{color:red}</style><b>Asha</b><br>Ravi, <i>Pune</i>, India"
    assert plain_text(text) == "Asha Ravi, Pune, India"


@pytest.mark.parametrize(
    ("title", "categories", "is_view"),
    [
        ("A road", "Pages with maps|Media with locations", True),
        ("A road", "Food shops in Delhi", True),
        ("A road", "Flags of India in Delhi", True),
        ("Food market in Delhi", "", True),
        ("A road", "Maps of Pune", False),
        ("A road", "Old maps", False),
        ("Pune map 2", "", False),
        ("Flag of India", "", False),
        ("Portrait of a man", "", False),
        ("Scan 0012", "", False),
        ("Pune", "Satellite pictures of India", False),
    ],
)
def test_titles_and_categories_count_by_their_head_noun(web, commons, title, categories, is_view):
    web.default = lambda asked: commons_page(
        commons_file(7, title=f"File:{title}.jpg", told={"Categories": categories})
    )
    assert bool(commons.page(PUNE, None).candidates) is is_view


@pytest.mark.parametrize(
    ("artist", "author"),
    [
        ("This file is lacking author information.", ""),
        ("Unknown author", ""),
        ("No machine-readable author provided. Asha assumed (based on copyright claims).", "Asha"),
        ("No machine-readable author provided.", ""),
    ],
)
def test_boilerplate_is_no_author(web, commons, artist, author):
    web.default = lambda asked: commons_page(commons_file(7, told={"Artist": artist}))
    assert commons.page(PUNE, None).candidates[0].author == author


def test_the_wording_that_an_author_asks_for_comes_first_in_the_credit(web, commons):
    web.default = lambda asked: commons_page(commons_file(7, told={"Attribution": "Photo: <b>Asha</b> / example.org"}))
    (candidate,) = commons.page(PUNE, None).candidates
    licence = licence_of(candidate.licence)
    assert _credit(candidate, licence, "Wikimedia Commons").startswith(
        "Photo: Asha / example.org, A road in Pune, CC BY"
    )
    assert "Attribution" in web.asked[0].query["iiextmetadatafilter"]


@pytest.mark.parametrize("code", ["cirrussearch-too-busy-error", "cirrussearch-backend-error", "timeout", "maxlag"])
def test_passing_errors_of_commons_are_waited_out(web, commons, code):
    web.next_replies = [json_reply({"error": {"code": code, "info": "later"}})]
    web.default = lambda asked: commons_page(commons_file(7))
    assert len(commons.page(PUNE, None).candidates) == 1


def test_an_empty_answer_is_asked_for_once_more(web, commons, panoramax):
    nothing = {"batchcomplete": True, "limits": {"coordinates": 500}}
    web.next_replies = [json_reply(nothing)]
    web.default = lambda asked: commons_page(commons_file(7))
    assert len(commons.page(PUNE, None).candidates) == 1
    web.next_replies = [json_reply({"type": "FeatureCollection", "features": []})]
    web.default = lambda asked: json_reply({"features": [stac_item("a")]})
    assert len(panoramax.page(PUNE, None).candidates) == 1
    web.asked.clear()
    web.default = lambda asked: json_reply(nothing)
    assert commons.page(PUNE, None).candidates == []
    assert len(web.asked) == 2


def test_later_details_of_commons_are_joined_with_coordinates_asked_for_apart(web, commons):
    place = {"lat": 18.52, "lon": 73.85, "type": "camera"}

    def answer(asked):
        if asked.query["prop"] == "coordinates":
            return commons_page({"pageid": 8, "ns": 6, "coordinates": [place]})
        late = commons_file(8)
        del late["coordinates"]
        if "iicontinue" in asked.query:
            return commons_page(late)
        more = {"continue": {"iicontinue": "x", "continue": "||coordinates"}}
        return commons_page(
            commons_file(7), {"pageid": 8, "ns": 6, "title": "File:8.jpg", "coordinates": [place]}, **more
        )

    web.default = answer
    first = commons.page(PUNE, None)
    second = commons.page(PUNE, first.cursor)
    assert [one.source_id for page in (first, second) for one in page.candidates] == ["7", "8"]
    assert (second.candidates[0].latitude, second.rejected) == (18.52, {})


def test_a_full_answer_splits_the_box(web, commons, mapillary, panoramax):
    web.default = lambda asked: commons_page(*({"pageid": number, "ns": 6} for number in range(500)))
    parts = commons.page(PUNE, None).subareas
    assert len(parts) == 4
    assert {area.state for area in parts} == {"Maharashtra"}
    assert sum((area.box[2] - area.box[0]) * (area.box[3] - area.box[1]) for area in parts) == pytest.approx(0.0081)
    whole, quarter = (web.asked[-1].query["ggsradius"] for area in (PUNE, parts[0]) if commons.page(area, None))
    assert int(quarter) < int(whole) <= 10_000
    web.default = lambda asked: json_reply({"data": [mapillary_image(number) for number in range(2000)]})
    assert len(mapillary.page(PUNE, None).subareas) == 4
    web.default = lambda asked: json_reply({"data": [mapillary_image(1)]})
    assert mapillary.page(PUNE, None).subareas == []
    web.default = lambda asked: json_reply({"features": [{"id": str(number)} for number in range(10_000)]})
    assert len(panoramax.page(PUNE, None).subareas) == 4
    assert [web.asked[index].query.get("limit") for index in (-2, -1)] == ["2000", "10000"]


def test_an_image_of_mapillary_without_creator_has_a_contributor(web, mapillary):
    web.default = lambda asked: json_reply({"data": [mapillary_image(5, creator=None)]})
    assert mapillary.page(PUNE, None).candidates[0].author == "Mapillary contributor"


def test_a_stac_provider_may_have_null_roles_and_any_list_of_features_will_do(web, panoramax):
    item = stac_item("a") | {"providers": [{"name": "host", "roles": None}, {"name": "Asha", "roles": ["producer"]}]}
    web.default = lambda asked: json_reply({"features": [item]})
    assert panoramax.page(PUNE, None).candidates[0].author == "Asha"


def test_a_radius_that_is_too_large_for_kartaview_is_halved_and_an_area_it_refuses_is_noted(web, kartaview):
    asked_radii = []

    def answer(asked):
        asked_radii.append(int(asked.query["radius"]))
        return kartaview_reply(code="408") if asked_radii[-1] > 125 else kartaview_reply(kartaview_photo(1), more=True)

    web.default = answer
    page = kartaview.page(PUNE, None)
    assert asked_radii == [500, 250, 125]
    assert (page.candidates[0].source_id, web.asked[0].query["itemsPerPage"]) == ("1", "150")
    kartaview.page(PUNE, page.cursor)
    assert (asked_radii[-1], web.asked[-1].query["page"]) == (125, "2")
    for code in ("400", "408"):
        web.default = lambda asked, code=code: kartaview_reply(code=code)
        (fault,) = kartaview.page(PUNE, None).rejected.values()
        assert code in fault.detail


def test_photos_of_kartaview_have_moments_in_utc_and_usable_addresses(web, kartaview):
    template = "https://storage13.example.org/2023/{{sizeprefix}}/1.jpg"
    photos = [
        kartaview_photo(1, fileurlProc=None, fileurl=template),
        kartaview_photo(
            2, fileurlProc="https://storage1.example.org/2.jpg", imageProcUrl="https://cdn.example.org/2.jpg"
        ),
        kartaview_photo(3, fileurlProc=None, fileurl="https://storage1.example.org/{{other}}/3.jpg"),
        kartaview_photo(4, projection="FISHEYE"),
        kartaview_photo(5, projection="SPHERE"),
    ]
    web.default = lambda asked: kartaview_reply(*photos)
    page = kartaview.page(PUNE, None)
    addresses = {one.source_id: one.url for one in page.candidates}
    assert addresses["1"] == "https://storage13.example.org/2023/proc/1.jpg"
    assert addresses["2"] == "https://cdn.example.org/2.jpg"
    assert set(page.rejected) == {"3", "4"}
    assert [one.is_pano for one in page.candidates] == [False, False, True]
    assert page.candidates[0].captured_at == datetime(2018, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert page.candidates[0].credit == "© Grab and KartaView Contributors"


def test_a_line_break_in_quotes_shifts_no_row_of_osv5m(web, osv):
    rows = [
        OSV_COLUMNS,
        '1,18.52,73.85,x,IN,q1,2019-07-21,"Pune\nCity\u2028, IN",ravi',
        osv_row(2, 18.52, 73.85),
        '3,18.53,73.85,x,IN,q3,2019-07-21,"Pune\r\n, IN",asha',
        osv_row(4, 26.91, 75.79),
    ]
    web.serve_file("/test.csv", "\n".join(rows).encode())
    found = osv.page(osv.areas()[0], None).candidates
    assert [(one.source_id, one.author) for one in found] == [
        ("1", "ravi"),
        ("2", "ravi"),
        ("3", "asha"),
        ("4", "ravi"),
    ]
