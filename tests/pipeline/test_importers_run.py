"""Imports from the web as a whole: good photos stay with their credits, spread over India; stopped ones go on."""

from __future__ import annotations

import io
import json
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from pipeline.importers import download, sources
from pipeline.importers.checkpoint import AlreadyRunning, Checkpoint
from pipeline.importers.commons import Commons
from pipeline.importers.run import PER_PAGE, ImportRequest, ImportStopped, import_from_web
from pipeline.intake.checks import Reason
from pipeline.intake.service import original_path
from pipeline.jobs import services
from pipeline.jobs.kinds import KINDS
from pipeline.jobs.running import run_job
from pipeline.models import Collection, Job, Photo, Rejection
from pipeline.support.progress import Cancelled, SilentReporter
from predictor.pictures import store
from tests.pipeline.pictures import jpeg
from tests.pipeline.test_importers_sources import commons_file, commons_page, mapillary_image
from tests.pipeline.web_server import Asked, Reply, WebServer, fetcher_for, json_reply, picture_reply

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folders(settings, data_folders):
    settings.ORIGINALS_DIR = data_folders / "originals"


class India:
    """Commons on this machine: north of each point asked for lie ``per_area`` photos, ``apart`` degrees apart."""

    def __init__(self, web: WebServer, per_area: int = 3, apart: float = 0.01) -> None:
        self.web, self.per_area, self.apart = web, per_area, apart
        self.changes: dict[int, dict] = {}  # of the n-th photo of every area
        self.pictures: dict[int, Reply] = {}
        web.default = self.reply

    def reply(self, asked: Asked) -> Reply:
        if asked.path.startswith("/photo/"):
            page = int(asked.path.removeprefix("/photo/"))
            return self.pictures.get(page) or picture_reply(page)
        latitude, longitude = map(float, asked.query["ggscoord"].split("|"))
        return commons_page(*(self.file(latitude, longitude, number) for number in range(self.per_area)))

    def file(self, latitude: float, longitude: float, number: int) -> dict:
        page = round(latitude * 100) * 10_000_000 + round(longitude * 100) * 100 + number
        changes = json.loads(json.dumps(self.changes.get(number, {})))
        place = {"lat": latitude + number * self.apart, "lon": longitude} | changes.pop("place", {})
        info = {"thumburl": f"{self.web.url}/photo/{page}"} | changes.pop("info", {})
        return commons_file(page, place=place, info=info, **changes)

    @property
    def questions(self) -> list[Asked]:
        return [asked for asked in self.web.asked if "ggscoord" in asked.query]


@pytest.fixture
def india(web) -> India:
    return India(web)


def commons(web: WebServer, **options) -> Commons:
    return Commons(fetcher_for(web, **options), f"{web.url}/w/api.php")


def run(web: WebServer, photos: int = 10, *, report=None, restart: bool = False, options: dict | None = None, **fields):
    return import_from_web(
        source=commons(web, **(options or {})),
        request=ImportRequest("From the web", photos, **fields),
        restart=restart,
        report=report or SilentReporter(),
    )


def test_photos_come_with_place_credit_and_a_clean_copy(web, india):
    summary = run(web)
    assert (summary.ended, len(summary.new), summary.rejected) == ("photos", 10, {})
    photo = summary.new[0]
    page = int(photo.file_name.removeprefix("commons/"))
    assert photo.source == f"https://commons.wikimedia.org/w/index.php?curid={page}"
    assert (photo.author, photo.licence, photo.precision_km) == ("Asha & Ravi", "CC BY-SA 4.0", 0.1)
    assert photo.attribution == (
        "A road in Pune by Asha & Ravi, CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/), "
        "via Wikimedia Commons, scaled down"
    )
    assert photo.captured_at.isoformat() == "2021-03-04T10:20:30+05:30"
    assert photo.state
    assert photo.district
    assert photo.split in {"train", "validation", "test"}
    assert original_path(photo.original_sha256, ".jpg").read_bytes() == jpeg(page)
    assert store.read(photo.sha256) != jpeg(page)
    assert Collection.objects.get(name="From the web").photos.count() == 10
    assert summary.requests == len(web.asked)
    assert summary.downloaded_bytes > 0


def test_photos_are_spread_over_the_states(web, india):
    summary = run(web, 60, per_district=2)
    assert len(summary.by_state) >= 28
    assert max(summary.by_state.values()) <= 2 * PER_PAGE
    districts = Counter(Photo.objects.values_list("state", "district"))
    assert max(districts.values()) <= 2


def test_of_photos_that_lie_together_one_is_taken(web):
    India(web, per_area=4, apart=0.0001)
    summary = run(web, 6, per_district=10)
    assert len({(photo.state, photo.district) for photo in summary.new}) == 6


def test_each_reason_to_turn_a_photo_away_is_kept_and_the_others_come(web, india):
    india.per_area = 6
    india.changes = {
        0: {"told": {"License": "cc-by-nc-4.0"}},
        1: {"place": {"lat": 48.85, "lon": 2.35}},
        2: {"info": {"mime": "image/png"}},
        3: {"info": {"thumburl": f"{web.url}/missing"}},
        4: {"info": {"thumburl": "https://127.0.0.1/photo.jpg"}},
    }
    web.routes["/missing"] = lambda asked: Reply(b"<html>", "text/html")
    summary = run(web, 3)
    assert len(summary.new) == 3
    found = {(Rejection.objects.get(file_name=name).reason, fault.reason) for name, fault in summary.rejected.items()}
    assert found == {
        (reason, reason)
        for reason in (Reason.LICENCE, Reason.OUTSIDE_INDIA, Reason.NOT_A_VIEW, Reason.DOWNLOAD_REFUSED)
    }
    assert not any(asked.path == "/photo.jpg" for asked in web.asked)


def test_pictures_that_are_none_are_turned_away(web, india):
    india.per_area = 1
    bad = iter([Reply(b"not a picture", "image/jpeg"), Reply(jpeg(1)[:400], "image/jpeg")])
    serve = web.default
    web.default = lambda asked: next(bad, None) or serve(asked) if asked.path.startswith("/photo/") else serve(asked)
    summary = run(web, 2)
    assert len(summary.new) == 2
    assert {fault.reason for fault in summary.rejected.values()} == {Reason.NOT_AN_IMAGE, Reason.TRUNCATED}
    assert sum(summary.by_state.values()) == 2


def test_only_the_licences_asked_for_are_taken(web, india):
    india.changes = {0: {"told": {"License": "cc0"}}}
    summary = run(web, 5, licences=frozenset({"cc0"}))
    assert {photo.licence for photo in summary.new} == {"CC0 1.0"}
    assert {fault.reason for fault in summary.rejected.values()} == {Reason.LICENCE}
    again = run(web, 3, licences=frozenset({"by-sa"}), restart=True)
    assert {photo.licence for photo in again.new} == {"CC BY-SA 4.0"}


def test_panoramas_are_left_out_or_asked_for(web, india):
    india.changes = {1: {"told": {"Categories": "Equirectangular projection"}, "info": {"width": 8000, "height": 4000}}}
    assert not any(photo.is_pano for photo in run(web, 4).new)
    assert all(photo.is_pano for photo in run(web, 4, panoramas="only").new)


def test_the_same_picture_under_two_names_is_kept_once(web, india):
    same = picture_reply(5)
    serve = web.default
    web.default = lambda asked: same if asked.path.startswith("/photo/") else serve(asked)
    with pytest.raises(ImportStopped):
        run(web, 2, report=StopsAfter(12))
    assert Photo.objects.count() == 1
    assert {row.reason for row in Rejection.objects.all()} == {Reason.EXACT_DUPLICATE}


class StopsAfter(SilentReporter):
    """As if the source went away after so many pages."""

    def __init__(self, pages: int, error: type[Exception] = download.SourceFailed) -> None:
        self.pages, self.error = pages, error

    def progress(self, done: int, total: int, phase: str) -> None:
        self.pages -= 1
        if self.pages < 0:
            raise self.error("enough")


def test_a_killed_import_goes_on_without_asking_or_taking_twice(web, india):
    with pytest.raises(Cancelled):
        run(web, 20, report=StopsAfter(3, Cancelled))
    kept = Photo.objects.count()
    assert kept == 6
    summary = run(web, 20)
    assert (len(summary.new), Photo.objects.count()) == (14, 20)
    asked = Counter(one.query["ggscoord"] for one in india.questions)
    pictures = Counter(one.path for one in web.asked if one.path.startswith("/photo/"))
    assert max(asked.values()) == max(pictures.values()) == 1


def test_photos_stored_before_a_kill_that_lost_the_checkpoint_are_not_fetched_again(web, india, monkeypatch):
    def killed(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoint, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        run(web, 20)
    monkeypatch.undo()
    assert Photo.objects.count() == 2
    run(web, 20)
    pictures = Counter(one.path for one in web.asked if one.path.startswith("/photo/"))
    assert max(pictures.values()) == 1


def test_running_it_again_takes_further_photos(web, india):
    first = {photo.file_name for photo in run(web, 6).new}
    second = {photo.file_name for photo in run(web, 6).new}
    assert len(first | second) == 12


def test_an_area_with_more_than_a_page_gives_is_asked_again_in_a_later_round(web, india):
    india.per_area = PER_PAGE + 2
    source = commons(web)
    areas = [area for area in source.areas() if area.state == "Rajasthan"][:2]
    source.areas = lambda: areas
    summary = import_from_web(source=source, request=ImportRequest("Two areas", 100, per_district=50))
    assert (summary.ended, len(summary.new)) == ("areas", 2 * (PER_PAGE + 2))
    first, second, third, fourth = (asked.query["ggscoord"] for asked in india.questions)
    assert (first, second) == (third, fourth)
    assert first != second


def test_photos_of_another_collection_are_taken_over_without_a_download(web, india):
    taken = {photo.file_name for photo in run(web, 6).new}
    before = len([asked for asked in web.asked if asked.path.startswith("/photo/")])
    summary = import_from_web(source=commons(web), request=ImportRequest("Another", 6))
    assert (summary.already_there, len(summary.new)) == (6, 0)
    assert set(Collection.objects.get(name="Another").photos.values_list("file_name", flat=True)) == taken
    assert len([asked for asked in web.asked if asked.path.startswith("/photo/")]) == before


def test_a_source_that_is_down_stops_the_import_and_keeps_what_came(web, india):
    serve = web.default
    web.default = lambda asked: serve(asked) if len(web.asked) < 20 else Reply(status=503)
    with pytest.raises(ImportStopped, match="3 pages in a row") as stopped:
        run(web, 30)
    assert len(stopped.value.summary.new) == Photo.objects.count() > 0
    web.default = serve
    assert len(run(web, 30).new) == 30 - len(stopped.value.summary.new)


def test_a_host_of_pictures_that_is_down_stops_the_import(web, india):
    source, request = commons(web), ImportRequest("Few areas", 100, per_district=50)
    areas = source.areas()[:5]
    source.areas = lambda: areas
    serve = web.default
    web.default = lambda asked: Reply(status=503) if asked.path.startswith("/photo/") else serve(asked)
    with pytest.raises(ImportStopped, match="pictures in a row"):
        import_from_web(source=source, request=request)
    assert {row.reason for row in Rejection.objects.all()} == {Reason.DOWNLOAD_FAILED}
    web.default = serve
    assert len(import_from_web(source=source, request=request).new) == 15
    assert not Rejection.objects.exists()


@pytest.mark.parametrize(
    ("detail", "count"),
    [
        ("Is no view of a place: its title or categories speak of “maps”.", 15),
        ("Is no view of a place: its title or a category is about “map”.", 0),
    ],
)
def test_rejections_for_a_reason_of_the_former_rule_are_forgotten(web, india, detail, count):
    source, request = commons(web), ImportRequest("Few areas", 100, per_district=50)
    areas = source.areas()[:5]
    source.areas = lambda: areas
    collection = Collection.objects.create(name="Few areas", slug="few-areas")
    for area in areas:
        latitude, longitude = (round(value, 4) for value in area.centre)
        for number in range(3):
            name = f"commons/{india.file(latitude, longitude, number)['pageid']}"
            Rejection.objects.create(collection=collection, file_name=name, reason=Reason.NOT_A_VIEW, detail=detail)
    assert len(import_from_web(source=source, request=request).new) == count


def test_an_area_whose_page_fails_does_not_stop_the_others(web, india):
    web.next_replies = [Reply(b"{}", status=404), json_reply({"query": {"pages": "strange"}})]
    assert len(run(web, 6).new) == 6


def test_the_budget_of_bytes_ends_the_import_with_what_it_has(web, india):
    summary = run(web, 30, options={"max_bytes": 30_000})
    assert summary.ended == "bytes"
    assert 0 < len(summary.new) < 30
    assert len(run(web, 30).new) == 30 - len(summary.new)


def test_a_dry_run_changes_nothing(web, india, settings):
    summary = run(web, 8, dry_run=True)
    assert len(summary.planned) == 8
    assert not any(asked.path.startswith("/photo/") for asked in web.asked)
    assert not Photo.objects.exists()
    assert not Collection.objects.exists()
    assert not (settings.CACHE_DIR / "importers").exists()


def test_a_dry_run_from_the_beginning_leaves_the_checkpoint_alone(web, india, settings):
    run(web, 4)
    (checkpoint,) = (settings.CACHE_DIR / "importers").glob("*.json")
    before = checkpoint.read_text()
    run(web, 4, dry_run=True, restart=True)
    assert checkpoint.read_text() == before


def test_two_imports_of_a_source_into_a_collection_do_not_run_together(web, india):
    with Checkpoint.load(source="commons", scope="", collection="From the web").locked(), pytest.raises(AlreadyRunning):
        run(web)


def test_a_category_is_walked_with_what_is_below(web, india):
    below = {"pageid": 1, "ns": 14, "title": "Category:Below"}

    def reply(asked: Asked) -> Reply:
        if asked.path.startswith("/photo/"):
            return picture_reply(int(asked.path.removeprefix("/photo/")))
        if asked.query["gcmtitle"] == "Category:Goa":
            return commons_page(below, india.file(15.4, 74.0, 0))
        return commons_page(india.file(15.2, 74.1, 0))

    web.default = reply
    source = Commons(fetcher_for(web), f"{web.url}/w/api.php", ["Goa"])
    summary = import_from_web(source=source, request=ImportRequest("Goa", 10))
    assert (summary.ended, len(summary.new)) == ("areas", 2)
    assert dict(summary.by_state) == {"Goa": 2}


# --- The command and the job


@pytest.fixture
def site(web, settings, monkeypatch) -> WebServer:
    """Settings that lead every source to this machine; nobody waits."""
    settings.IMPORT_ORIGINS = [web.url]
    settings.IMPORT_CONTACT = "test@example.org"
    settings.IMPORT_URLS = dict.fromkeys(sources.NAMES, web.url)
    monkeypatch.setattr(sources.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(download, "INTERVAL_S", 0.0)
    monkeypatch.setattr(Commons, "interval_s", 0.0)
    return web


def test_the_command_imports_from_commons(site, india):
    output = io.StringIO()
    call_command("import_photos", "--source", "commons", "--limit", "7", "--json", stdout=output)
    summary = json.loads(output.getvalue())
    assert (summary["new"], summary["collection"], summary["ended"]) == (7, "Wikimedia Commons", "photos")
    assert sum(summary["by_state"].values()) == 7
    assert site.asked[0].headers["user-agent"] == "GeoGuessIndia/1.0 (test@example.org)"


def test_the_command_says_what_it_did_and_what_it_would_do(site, india):
    india.changes = {0: {"told": {"License": "cc-by-nd-4.0"}}}
    output = io.StringIO()
    call_command("import_photos", "--source", "commons", "--limit", "4", "--dry-run", stdout=output)
    assert "4 would be imported" in output.getvalue()
    call_command("import_photos", "--source", "commons", "--limit", "4", "--collection", "C", stdout=output)
    assert "C: 4 new" in output.getvalue()
    assert "cc-by-nd-4.0" in output.getvalue()


def test_a_failing_source_is_an_error_of_the_command_with_what_was_kept(site, india):
    serve = site.default
    site.default = lambda asked: serve(asked) if len(site.asked) < 12 else Reply(status=500)
    output = io.StringIO()
    with pytest.raises(CommandError, match="continues from there"):
        call_command("import_photos", "--source", "commons", "--limit", "50", stdout=output)
    assert f"{Photo.objects.count()} new" in output.getvalue()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--source", "mapillary"], "GEOGUESS_MAPILLARY_TOKEN"),
        (["--source", "kartaview", "--category", "Goa"], "Only Wikimedia Commons"),
        ([], "either the path"),
        (["folder", "--source", "commons"], "either the path"),
        (["--source", "commons", "--limit", "0"], "number from 1 up"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_asked(site, arguments, says):
    with pytest.raises(CommandError, match=says):
        call_command("import_photos", *arguments)
    assert site.asked == []


def test_a_cancel_is_heard_while_waiting(settings, web):
    settings.IMPORT_ORIGINS, settings.IMPORT_CONTACT = [web.url], "x"
    settings.IMPORT_URLS = {"commons": web.url}

    class Cancelling(SilentReporter):
        def check(self) -> None:
            raise Cancelled

    web.default = lambda asked: Reply(status=429, headers={"Retry-After": "500"})
    with pytest.raises(Cancelled):
        import_from_web(
            source=sources.open_web_source("commons", report=Cancelling()),
            request=ImportRequest("C"),
            report=Cancelling(),
        )


def start(admin_client: Client, **values) -> Job:
    data = {"source": "commons", "collection": "Web", "photos": "6", "licences": ["by-sa", "cc0"], "panoramas": "skip"}
    admin_client.post("/admin/pipeline/job/start/import_web/", data | values)
    return Job.objects.latest("pk")


@pytest.mark.django_db(transaction=True)
def test_the_job_imports_and_leads_to_the_photos(site, india, admin_client, monkeypatch):
    monkeypatch.setattr(services, "send_to_worker", lambda job: None)
    job = start(admin_client)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.status, job.error) == ("succeeded", "")
    assert job.result["figures"]["new photos"] == 6
    for _, address in job.result["links"]:
        assert admin_client.get(address).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_job_goes_on_when_it_is_retried(site, india, admin_client, admin_user, monkeypatch):
    monkeypatch.setattr(services, "send_to_worker", lambda job: None)
    job = start(admin_client, photos="12")
    serve = site.default

    def stop_soon(asked: Asked) -> Reply:
        if len(site.asked) == 6:
            site.default = lambda asked: Reply(status=500)
        return serve(asked)

    site.default = stop_soon
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.status == "failed"
    assert "did not" in job.error
    kept = Photo.objects.count()
    assert 0 < kept < 12
    site.default = serve
    again = services.retry_job(job=job, user=admin_user)
    run_job(job_id=again.pk)
    again.refresh_from_db()
    assert (again.status, again.result["figures"]["new photos"]) == ("succeeded", 12 - kept)


def test_the_form_of_the_job_names_a_missing_token(site, settings):
    data = {"source": "mapillary", "collection": "Web", "photos": "6", "licences": ["by-sa"], "panoramas": "skip"}
    form = KINDS["import_web"].form(data)
    assert "GEOGUESS_MAPILLARY_TOKEN" in str(form.errors["source"])
    settings.MAPILLARY_TOKEN = "MLY|1|x"
    assert KINDS["import_web"].form(data).is_valid()


def test_mapillary_takes_one_photo_of_a_drive(site, settings):
    settings.MAPILLARY_TOKEN = "MLY|1|x"

    def reply(asked: Asked) -> Reply:
        if asked.path.startswith("/photo/"):
            return picture_reply(int(asked.path.removeprefix("/photo/")))
        west, south = map(float, asked.query["bbox"].split(",")[:2])
        images = []
        for number in range(3):
            key = round(south * 100) * 1_000_000 + round(west * 100) * 10 + number
            point = {"type": "Point", "coordinates": [west + 0.04, south + 0.04 + number / 100]}
            own = {"computed_geometry": point, "sequence": str(key // 10), "thumb_2048_url": f"{site.url}/photo/{key}"}
            images.append(mapillary_image(key, **own))
        return json_reply({"data": images})

    site.default = reply
    output = io.StringIO()
    call_command("import_photos", "--source", "mapillary", "--limit", "5", "--json", stdout=output)
    assert json.loads(output.getvalue())["new"] == 5
    assert Photo.objects.values("sequence_id").distinct().count() == 5
    assert Photo.objects.first().sequence_id.startswith("mapillary/")
