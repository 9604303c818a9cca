"""The pages of the models link what the newest ablation of each collection has found."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.models import Collection, Job
from pipeline.training.recipe import PAPER, Recipe
from predictor.models import ModelVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folders")]
FIRST = datetime(2026, 3, 1, 12, tzinfo=timezone.get_default_timezone())
MODELS = "/workshop/models/"


@pytest.fixture
def goa() -> Collection:
    return Collection.objects.create(name="Roads of Goa", slug="roads-of-goa")


@pytest.fixture
def viewer(client: Client, django_user_model) -> Client:
    """Staff who may see models and jobs."""
    user = django_user_model.objects.create_user("viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_modelversion", "view_job"]))
    client.force_login(user)
    return client


def ablated(collection: Collection, day: int, status: str = "succeeded", **fields) -> Job:
    """An ablation that ended on this day of March, with its page."""
    job = Job.objects.create(
        kind="ablate",
        parameters={"collection": collection.slug},
        status=status,
        finished_at=FIRST + timedelta(days=day - 1),
        result={"files": ["ablation.html"]},
        **fields,
    )
    job.folder.mkdir(parents=True, exist_ok=True)
    (job.folder / "ablation.html").write_text("<p>The table</p>")
    return job


def links(client: Client, address: str = MODELS) -> list[tuple[str, str, str]]:
    """Address, text and date of each link to an ablation on the page."""
    page = client.get(address).content.decode()
    found = re.findall(r'<a href="([^"]*/ablation\.html)">\s*([^<]*?)\s*</a>\s*<time [^>]*>\s*([^<]*?)\s*</time>', page)
    assert len(found) == page.count("/ablation.html")
    return found


def link(job: Job, collection: Collection, day: int) -> tuple[str, str, str]:
    address = reverse("admin:pipeline_job_file", args=[job.pk, "ablation.html"])
    return address, f"What each part adds on {collection}", f"{day} Mar 2026"


def test_the_newest_ablation_that_has_finished_is_linked_for_each_collection(viewer, goa):
    hills = Collection.objects.create(name="Hills", slug="hills")
    gone = Collection.objects.create(name="Gone", slug="gone")
    ablated(goa, 1)
    newest, other = ablated(goa, 3), ablated(hills, 2)
    ablated(goa, 2)
    ablated(goa, 4, "failed")
    ablated(goa, 5, "cancelled")
    ablated(gone, 6)
    gone.delete()
    assert links(viewer) == [link(other, hills, 2), link(newest, goa, 3)]
    assert viewer.get(links(viewer)[1][0]).status_code == 200


def test_an_ablation_without_its_page_is_not_linked(viewer, goa):
    ablated(goa, 1)
    newest = ablated(goa, 2)
    shutil.rmtree(newest.folder)
    assert links(viewer) == []
    newest = ablated(goa, 3)
    assert len(links(viewer)) == 1
    Job.objects.filter(pk=newest.pk).update(result={"files": ["ablation.md"]})
    assert links(viewer) == []


def test_a_retry_is_linked_with_the_page_in_the_folder_that_it_shares(viewer, goa):
    failed = ablated(goa, 1, "failed")
    again = ablated(goa, 2, "failed", parent=failed)
    last = ablated(goa, 3, parent=again)
    assert last.folder == failed.folder
    assert links(viewer) == [link(last, goa, 3)]


def test_a_version_of_the_papers_recipe_links_the_ablation_of_its_collection(viewer, goa):
    job = ablated(goa, 1)
    for name, recipe, collection in (
        ("paper", PAPER, goa.name),
        ("plain", Recipe(), goa.name),
        ("elsewhere", PAPER, "Hills"),
    ):
        ModelVersion.objects.create(name=name, card={"recipe": asdict(recipe), "collection": collection})
    ModelVersion.objects.create(name="shipped")  # an artifact's card may lack both
    expected = link(job, goa, 1)
    assert links(viewer) == [expected] * 2  # the version's row, and the list
    linked = [bool(links(viewer, f"{MODELS}{name}/")) for name in ("paper", "plain", "elsewhere", "shipped")]
    assert linked == [True, False, False, False]


def test_only_who_may_see_jobs_is_shown_links(viewer, goa, django_user_model):
    job = ablated(goa, 1)
    ModelVersion.objects.create(name="paper", card={"recipe": asdict(PAPER), "collection": goa.name})
    address, *_ = link(job, goa, 1)
    assert viewer.get(address).status_code == 200
    user = django_user_model.objects.get()
    user.user_permissions.remove(Permission.objects.get(codename="view_job"))
    assert links(viewer) == links(viewer, f"{MODELS}paper/") == []
    assert viewer.get(address).status_code == 403


def test_more_ablations_need_no_more_queries(viewer, goa, django_assert_num_queries, django_assert_max_num_queries):
    places = [goa, *(Collection.objects.create(name=f"Place {number}", slug=f"place-{number}") for number in range(3))]
    for place in places:
        ModelVersion.objects.create(name=place.slug, card={"recipe": asdict(PAPER), "collection": place.name})
    ablated(goa, 2)
    with django_assert_max_num_queries(30) as few:
        assert len(links(viewer)) == 2
    for place in places:
        ablated(place, 4, parent=ablated(place, 3, "failed"))
    with django_assert_num_queries(len(few)):
        assert len(links(viewer)) == 8
