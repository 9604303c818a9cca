"""Static files as they are collected: imports of modules carry hashes, and what only checks read stays behind."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management import call_command

IMPORT = re.compile(r'^(?:import|export|\}).* from "\./([^"]+)"', re.MULTILINE)


def test_imports_of_modules_carry_hashes_and_types_stay_behind(tmp_path: Path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "geoguess.site.storage.StaticStorage"}}
    call_command("collectstatic", verbosity=0, interactive=False)
    served = [path for path in (tmp_path / "js").iterdir() if re.search(r"\.[0-9a-f]{12}\.js$", path.name)]
    imports = {name for path in served for name in IMPORT.findall(path.read_text())}
    assert len(imports) > 20
    assert imports <= {path.name for path in served}
    assert not list(tmp_path.rglob("*.d.ts*"))
