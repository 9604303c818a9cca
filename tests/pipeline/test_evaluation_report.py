"""The report is one whole, valid file that loads and runs nothing; its plots say what the figures say."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from pipeline.evaluation.plots import HEIGHT, WIDTH, Axis, Chart, bars, error_map, state_map
from pipeline.evaluation.report import report_page
from pipeline.jobs import services as job_services
from pipeline.models import Job
from pipeline.registry.jobs import EVALUATION_FILE, REPORT_FILE
from tests.pipeline.evaluations import four_photos
from tests.pipeline.test_job_kinds import collection, report, run  # noqa: F401

EMPTY = {"meta", "link", "br", "img", "input", "hr"}


class Balanced(HTMLParser):
    """Fails on a tag that is closed out of order, and keeps every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def page() -> str:
    return report_page(four_photos(outside=True))


def test_every_tag_is_closed_and_every_plot_is_named(page: str) -> None:
    tags = parsed(page).tags
    plots = [attributes for tag, attributes in tags if tag == "svg" and "role" in attributes]
    assert len(plots) == 7
    assert all(plot["aria-label"] for plot in plots)


def test_nothing_outside_the_file_is_named_and_nothing_runs(page: str) -> None:
    assert "//" not in page.split("</style>")[1]
    assert "url(" not in page
    assert "@import" not in page
    for tag, attributes in parsed(page).tags:
        assert tag not in {"script", "link", "iframe", "img", "object", "form"}
        assert not {"style", "src", "href"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]


def test_its_policy_allows_its_own_styles_and_nothing_else(page: str) -> None:
    ((policy,),) = ([attributes["content"] for tag, attributes in parsed(page).tags if "http-equiv" in attributes],)
    styles = re.search("<style>(.*?)</style>", page, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")


def test_names_are_escaped(page: str) -> None:
    assert "c&lt;b&gt;.jpg" in page
    assert "c<b>" not in page


def test_the_worst_photo_comes_first(page: str) -> None:
    worst = page.split("Farthest off")[1]
    assert re.findall(r'title="([^"]*\.jpg)"', worst) == ["c&lt;b&gt;.jpg", "d.jpg", "b.jpg", "a.jpg"]
    assert "Chennai, Tamil Nadu" in worst


def test_figures_are_those_of_the_evaluation(page: str) -> None:
    found = four_photos().figures
    for text in (f"{found['score']:,.0f}", f"{found['baselines']['knn']['score']:,.0f}", "75\u00a0%"):
        assert text in page


def test_without_pictures_from_elsewhere_nothing_is_said_of_them(page: str) -> None:
    assert "Pictures from elsewhere" in page
    assert "Pictures from elsewhere" not in report_page(four_photos())


def test_a_logarithmic_axis_gives_each_tenfold_the_same_room() -> None:
    axis = Axis(1, 1000, [], "", logarithmic=True)
    assert axis.shares([1, 10, 100, 1000]) == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert axis.shares([0.0, 1e6]) == pytest.approx([0, 1])  # outside: at the edge
    assert Axis(0, 50, [], "").shares([25]) == pytest.approx([0.5])


def test_a_chart_draws_its_corners_inside_its_frame() -> None:
    chart = Chart("T & <T>", Axis(0, 1, [(0, "0")], "x"), Axis(0, 1, [(1, "1")], "y"))
    chart.line([0, 1], [0, 1], "model", "a line")
    svg = str(chart)
    (x0, y0), (x1, y1) = [map(float, point.split(",")) for point in re.search('points="(.*?)"', svg)[1].split()]
    assert 0 < x0 < x1 < WIDTH
    assert 0 < y1 < y0 < HEIGHT  # up is more
    assert "a line" in svg
    assert "T &amp; &lt;T&gt;" in svg


def test_bars_are_as_long_as_their_values() -> None:
    svg = bars("T", Axis(0, 100, [], "x"), [("a", "model", 80.0, [70.0, 90.0]), ("b", "knn", 40.0, [30.0, 50.0])])
    long, short = map(float, re.findall(r'<rect class="bar[^>]* width="([\d.]+)"', svg))
    assert long == pytest.approx(2 * short, abs=0.1)


def test_a_guess_east_and_north_of_the_truth_is_drawn_right_and_above() -> None:
    svg = error_map("T", (np.array([20.0]), np.array([75.0])), (np.array([25.0]), np.array([80.0])), ["x"])
    x, y, u, v = map(float, re.search(r'class="line" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"', svg).groups())
    assert u > x
    assert v < y


def test_states_are_tinted_and_others_left_blank() -> None:
    svg = state_map("T", {"Kerala": (3, "Kerala: 2,000 points")})
    assert len(re.findall('class="area tint-3"', svg)) == 1
    assert "Kerala: 2,000 points" in svg
    assert "Goa: no photos" in svg


@pytest.mark.django_db
def test_the_job_keeps_the_report_and_only_who_may_look_gets_it(
    made_version,
    collection,  # noqa: F811
    report,  # noqa: F811
    admin_user,
    client,
    monkeypatch,
) -> None:
    monkeypatch.setattr(job_services, "send_to_worker", lambda job: None)
    parameters = {"version": made_version.name, "collection": "cities"}
    job = job_services.start_job(kind="evaluate", parameters=parameters, user=admin_user)
    job.folder.mkdir(parents=True)
    report.folder = job.folder
    result = run("evaluate", report, **parameters)
    assert result["files"] == [REPORT_FILE, EVALUATION_FILE]
    Job.objects.update(result=result)

    address = reverse("admin:pipeline_job_file", args=[job.pk, REPORT_FILE])
    assert client.get(address).headers["Location"].startswith("/admin/login/")
    staff = User.objects.create_user("staff", password="x", is_staff=True)
    client.force_login(staff)
    assert client.get(address).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_job"))
    client.force_login(staff)
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert answer.headers["Content-Disposition"].startswith("inline")
    text = b"".join(answer).decode()
    assert f"Evaluation of {made_version.name}" in text
    parsed(text)


@pytest.mark.django_db
def test_an_evaluation_can_be_stopped_while_it_measures(made_version, collection, report) -> None:  # noqa: F811
    from pipeline.support.progress import Cancelled

    report.phase = "Measuring"
    with pytest.raises(Cancelled):
        run("evaluate", report, version=made_version.name, collection="cities")
    assert not list(report.folder.iterdir())
