"""The site's settings in a data folder of the test run's own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

if "GEOGUESS_TEST_DATA" not in os.environ:
    os.environ["GEOGUESS_TEST_DATA"] = tempfile.mkdtemp(prefix="gg-")
    atexit.register(shutil.rmtree, os.environ["GEOGUESS_TEST_DATA"], ignore_errors=True)
os.environ["GEOGUESS_DATA"] = os.path.join(  # noqa: PTH118
    os.environ["GEOGUESS_TEST_DATA"], os.environ.get("PYTEST_XDIST_WORKER", "main")
)
if "PYTEST_XDIST_WORKER" in os.environ:
    # Other workers have the other cores, and threads that wait for a core do so by spinning.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

from geoguess.settings import *  # noqa: F403

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, not memory: processes that a test starts work on it too.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
READ_TEXT = False  # it takes half a second a picture; tests of it switch it on
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
