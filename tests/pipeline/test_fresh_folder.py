"""A command on a data folder that nobody has used yet makes what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_photos_can_be_imported_before_the_site_was_ever_started(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.effect_mandelbrot((300, 200), (-2, -1, 1, 1), 50).convert("RGB").save(photos / "a.jpg")
    (photos / "manifest.csv").write_text("file,latitude,longitude\na.jpg,28.6,77.2\n")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "manage.py", "import_photos", str(photos), "--collection", "First", "--json"],
        cwd=ROOT,
        env=environment | {"GEOGUESS_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "geoguess.settings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["new"] == 1
