"""The settings follow the environment; each case in a process of its own, as in real life."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json
from geoguess import settings
names = ("DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
         "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "REDIS_URL", "CELERY_BROKER_URL", "SECRET_KEY",
         "ORIGIN", "SENDS_EMAIL", "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_USE_TLS", "DEFAULT_FROM_EMAIL")
values = {name: getattr(settings, name, None) for name in names}
values["DATABASE"] = settings.DATABASES["default"]["ENGINE"]
values["IMAGES"] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"]
print(json.dumps(values, default=str))
"""


@pytest.fixture
def settings_with(tmp_path):
    def read(**environment):
        ours = ("GEOGUESS_", "DJANGO_", "DATABASE_", "REDIS_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        answer = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=kept | {"GEOGUESS_DATA": str(tmp_path)} | environment,
            text=True,
            capture_output=True,
            check=True,
        )
        return json.loads(answer.stdout)

    return read


def test_the_defaults_are_safe_and_local(settings_with, tmp_path):
    values = settings_with()
    assert values["DEBUG"] is False
    assert set(values["ALLOWED_HOSTS"]) == {"localhost", "127.0.0.1", "[::1]"}
    assert values["DATABASE"].endswith("sqlite3")
    assert values["REDIS_URL"] == f"unix://{tmp_path}/valkey/valkey.sock"
    assert values["CELERY_BROKER_URL"].startswith("redis+socket:///")
    assert not values["SESSION_COOKIE_SECURE"]
    assert values["SECURE_HSTS_SECONDS"] == 0


def test_the_key_is_made_once_and_kept(settings_with, tmp_path):
    assert settings_with()["SECRET_KEY"] == settings_with()["SECRET_KEY"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_nobody_else_can_read_the_data_folder_and_what_is_written_there(tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)  # as an older version made it
    program = (
        "from django.db import connection; connection.cursor(); from pathlib import Path; "
        "from django.conf import settings; (settings.ORIGINALS_DIR / 'ab').mkdir(parents=True); "
        "(settings.ORIGINALS_DIR / 'ab' / 'a.jpg').write_bytes(b'a')"
    )
    environment = os.environ | {"GEOGUESS_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "geoguess.settings"}
    subprocess.run(
        ["/bin/sh", "-c", 'umask 022; exec "$@"', "-", sys.executable, "-c", program], env=environment, check=True
    )
    written = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
    assert {path.name for path in written} >= {"db.sqlite3", "originals", "a.jpg"}
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in written if path.stat().st_mode & 0o077} == {}
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_further_hosts_are_allowed(settings_with):
    values = settings_with(GEOGUESS_HOSTS="class.example,10.0.0.7")
    assert {"class.example", "10.0.0.7"} <= set(values["ALLOWED_HOSTS"])
    assert "http://class.example" in values["CSRF_TRUSTED_ORIGINS"]


def test_https_switches_on_secure_cookies_and_hsts(settings_with):
    values = settings_with(GEOGUESS_HTTPS="true", GEOGUESS_HOSTS="class.example")
    assert values["SESSION_COOKIE_SECURE"]
    assert values["CSRF_COOKIE_SECURE"]
    assert values["SECURE_HSTS_SECONDS"] > 0
    assert "https://class.example" in values["CSRF_TRUSTED_ORIGINS"]


def test_another_database_and_broker_can_be_named(settings_with):
    values = settings_with(DATABASE_URL="postgres://me@db/games", REDIS_URL="redis://cache:6379/1")
    assert values["DATABASE"].endswith("postgresql")
    assert values["CELERY_BROKER_URL"] == "redis://cache:6379/1"


def test_the_broker_of_a_running_site_is_found(settings_with, tmp_path):
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "url").write_text("redis://:secret@127.0.0.1:7777/0")
    assert settings_with()["REDIS_URL"] == "redis://:secret@127.0.0.1:7777/0"


def test_only_a_tile_layer_that_was_asked_for_is_let_in(settings_with):
    assert settings_with()["IMAGES"] == ["'self'", "data:", "blob:"]
    tiles = settings_with(GEOGUESS_TILE_URL="https://tiles.example/{z}/{x}/{y}.png")
    assert tiles["IMAGES"][-1] == "https://tiles.example"


def test_mail_goes_nowhere_unless_a_server_is_named(settings_with):
    values = settings_with()
    assert not values["SENDS_EMAIL"]
    assert values["EMAIL_BACKEND"].endswith("dummy.EmailBackend")
    server = "smtp+tls://asha%40example.org:secret@mail.example.org:587"
    values = settings_with(GEOGUESS_EMAIL_URL=server, GEOGUESS_EMAIL_FROM="game@example.org")
    assert values["SENDS_EMAIL"]
    assert (values["EMAIL_HOST"], values["EMAIL_USE_TLS"]) == ("mail.example.org", True)
    assert values["DEFAULT_FROM_EMAIL"] == "game@example.org"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://192.168.1.20:8000", "192.168.1.20"),
        ("http://school.example/", "school.example"),
        ("http://[fd00::1]:80", "[fd00::1]"),
    ],
)
def test_the_site_answers_where_other_devices_reach_it(settings_with, origin, host):
    values = settings_with(GEOGUESS_ORIGIN=origin)
    assert values["ORIGIN"] == origin.rstrip("/")
    assert host in values["ALLOWED_HOSTS"]
    assert f"http://{host}" in values["CSRF_TRUSTED_ORIGINS"]
