"""What tests of the pipeline need: boundaries, a web server, a kind of job, a worse version, and staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django.fixtures import Settings as SettingsWrapper

from pipeline.boundary_sets.sets import BoundarySet
from pipeline.geography import boundaries
from pipeline.jobs import services
from pipeline.jobs.kinds import JobKind
from predictor.models import ModelVersion
from predictor.versions.selectors import artifact_of
from predictor.versions.services import register_version
from tests.pipeline.areas import imported, quarters, table, written
from tests.pipeline.jobs import add_kind
from tests.pipeline.web_server import WebServer, web_server


@pytest.fixture
def karnataka(monkeypatch) -> gpd.GeoDataFrame:
    """Districts of one state stand for those of India, so that a test takes no seconds."""
    boundaries.outline()  # is kept, so it must be that of all India
    everywhere = boundaries.districts()
    own = everywhere[everywhere["state"] == "Karnataka"].reset_index(drop=True)
    states = boundaries.states()
    monkeypatch.setattr(boundaries, "districts", lambda: own)
    monkeypatch.setattr(boundaries, "states", lambda: states[states["state"] == "Karnataka"].reset_index(drop=True))
    return own


@pytest.fixture(scope="session")
def south(tmp_path_factory) -> BoundarySet:
    """India with the districts of three states in quarters, drawn a little differently from the project's."""
    folder = tmp_path_factory.mktemp("south")
    whole = boundaries.districts()
    shapes, names = [], []
    for row in whole[whole["state"].isin(["Karnataka", "Tamil Nadu", "Goa"])].itertuples():
        for number, quarter in enumerate(quarters(row.geometry)):
            shapes.append(shapely.affinity.translate(shapely.segmentize(quarter, 0.05), 0.003, -0.002))
            names.append(f"{row.district} {number}")
    return imported(written(table(shapes, names), folder / "south.fgb"), folder, name="south").boundaries


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A web server on this machine."""
    with web_server() as server:
        yield server


@pytest.fixture
def made_kind(monkeypatch) -> JobKind:
    """A kind of job, "made", that does nothing; jobs of all kinds reach no worker."""
    monkeypatch.setattr(services, "send_to_worker", lambda job: None)
    return add_kind(monkeypatch, lambda report: None)


@pytest.fixture
def client_with(db) -> Callable[..., Client]:
    """A client of a staff member with these permissions."""

    def make(*codenames: str) -> Client:
        user = User.objects.create_user("staff", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def worse(made_version: ModelVersion, settings: SettingsWrapper) -> ModelVersion:
    """The same version with its heads turned round: it believes least in what it sees."""
    artifact = artifact_of(made_version)
    turned = replace(artifact, heads=replace(artifact.heads, weight=-artifact.heads.weight, tasks={}))
    folder = settings.MODELS_DIR / "worse-1"
    turned.save(folder)
    return register_version(folder=folder)


@pytest.fixture
def admin(db: None) -> User:
    """Whoever looks after versions, jobs and photos."""
    user = User.objects.create_user("admin", password="x", is_staff=True)
    wanted = ["view_modelversion", "promote_modelversion", "add_job", "view_job", "view_photo", "change_photo"]
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    return user
