"""What tests of several apps need: an encoder without weights, and a version that was made with it.

Fixtures import what needs torch themselves: the process that hands out tests to others then starts without it.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import hypothesis
import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.http import QueryDict
from django.template import Context, Template, VariableDoesNotExist
from django.utils.safestring import SafeString
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings as SettingsWrapper

from predictor.models import ModelVersion
from predictor.reasons import texts
from predictor.versions import selectors
from predictor.versions.services import register_version

# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture
def tiny_encoder(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an encoder that needs no weights."""
    from predictor.encoders.loading import REGISTRY, forget_encoders
    from tests.tiny import NAME, tiny

    monkeypatch.setitem(REGISTRY, NAME, tiny)
    forget_encoders()
    return NAME


@pytest.fixture(autouse=True)
def no_answers_of_other_tests() -> None:
    """Versions of two tests may look alike and be told to answer differently."""
    selectors._answer.cache_clear()
    texts._texts_of.cache_clear()


_rendering = threading.local()
FOREIGN = ("admin/", "registration/", "allauth/", "django/", "unfold/")  # templates that are not ours


@pytest.fixture(autouse=True)
def templates_ask_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In every test a page is rendered from what its view has read; the admin's pages, which are not ours, may ask."""
    render = Template._render  # type: ignore[attr-defined]  # comes after context processors, which may ask

    def watched(template: Template, context: Context) -> SafeString:
        if getattr(_rendering, "now", False):  # a part of a page
            return render(template, context)
        asked: list[str] = []

        def note(execute, sql, *how):
            asked.append(sql)
            return execute(sql, *how)

        _rendering.now = True
        try:
            with connection.execute_wrapper(note):
                page = render(template, context)
        finally:
            _rendering.now = False
        assert not asked or (template.name or "").startswith(FOREIGN), (template.name, asked)
        return page

    monkeypatch.setattr(Template, "_render", watched)


# Names that a page, a part or a stored result need not have.
# fmt: off
OPTIONAL_NAMES = {
    "action_url", "apart", "broker_away", "class", "collection", "error", "form", "games",
    "hidden", "hint", "left_out", "message", "missing", "named", "narrow", "outside",
    "player", "primary", "queues", "redirect_field", "reports", "skipped", "small", "state",
    "table", "token_fail", "truth", "undo", "wide",
}
# fmt: on


class MisspeltNames:
    """Takes the place of the logger that hears of names which a template did not find, and fails the test.

    Parts of what may be None, and values of a form, may be missing.
    """

    def debug(self, message: str, name: str, template: str, **_: object) -> None:
        error = sys.exc_info()[1]
        inside = error.params[1] if isinstance(error, VariableDoesNotExist) and len(error.params) > 1 else None
        may_miss = inside is None or isinstance(inside, QueryDict) or name in OPTIONAL_NAMES
        assert may_miss or template.startswith(FOREIGN), f"{template}: there is no {name!r} in {inside!r:.80}"


@pytest.fixture(autouse=True)
def templates_find_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """In every test a name misspelt in a template fails, which Django shows as nothing."""
    monkeypatch.setattr("django.template.base.logger", MisspeltNames())


@pytest.fixture
def data_folders(settings: SettingsWrapper, tmp_path: Path) -> Path:
    """A data folder of the test's own for models, images and caches."""
    settings.MODELS_DIR, settings.STORE_DIR = tmp_path / "models", tmp_path / "store"
    settings.CACHE_DIR, settings.JOBS_DIR = tmp_path / "cache", tmp_path / "jobs"
    settings.UPLOADS_DIR, settings.ORIGINALS_DIR = tmp_path / "uploads", tmp_path / "originals"
    settings.BOUNDARIES_DIR, settings.ENCODERS_DIR = tmp_path / "boundaries", tmp_path / "encoders"
    selectors._artifact.cache_clear()
    selectors._training_hashes.cache_clear()
    return tmp_path


@pytest.fixture
def made_version(tiny_encoder: str, data_folders: Path, db: None) -> ModelVersion:
    """A registered version that tells four cities apart."""
    from tests.made import MADE

    folder = data_folders / "models" / "made-1"
    shutil.copytree(MADE, folder)
    return register_version(folder=folder)


@pytest.fixture
def made_detector(made_version: ModelVersion, data_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of what finds red and blue in pictures, for the made version's encoder."""
    from predictor.encoders.loading import load_encoder
    from predictor.seeing import detector
    from tests.seeing import store_detector

    file = data_folders / "clues.safetensors"
    store_detector(file, load_encoder(made_version.encoder).weights_sha256)
    monkeypatch.setattr(detector, "file_of", lambda *_: file)
    return file


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, list[tuple[str, ...]]]]:
    """The database, and what the migrations put into it: the groups' names, and their permissions' natural keys."""
    with django_db_blocker.unblock():
        made: dict[str, list[tuple[str, ...]]] = {
            group.name: [one.natural_key() for one in group.permissions.all()] for group in Group.objects.all()
        }
    yield made
    # A thread that outlives its test may hold a connection, and PostgreSQL drops no database that is in use.
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def groups(django_db_setup: dict[str, list[tuple[str, ...]]], db: None) -> None:
    """The groups as the migrations make them, also after a test that emptied the database."""
    for name, permissions in django_db_setup.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set(Permission.objects.get_by_natural_key(*key) for key in permissions)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, str | None]]]:
    """Messages as they go to workers: the task's name, its queue, when it expires. None arrives anywhere."""
    from geoguess.celery import app

    found: list[tuple[str, str, str | None]] = []

    def publish(body: object, *, headers: dict, routing_key: str, **_: object) -> None:
        found.append((headers["task"], routing_key, headers["expires"]))

    with app.connection_for_write("memory://") as connection, connection.Producer() as producer:
        monkeypatch.setattr(producer, "publish", publish)
        monkeypatch.setattr(app, "producer_or_acquire", lambda _=None: nullcontext(producer))
        yield found
