"""What is written in the shipped scenes, read when they were drawn, so that no site has to read them.

The bytes of a finished scene, and so its hash, may depend on the machine: readings are kept by file name.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from pipeline.models import Photo
from pipeline.starter.drawings import SOURCE, finish_scene, shipped_scenes
from pipeline.starter.places import FOLDER
from pipeline.support.processes import Progress
from predictor.models import Reading
from predictor.reading.store import read_lines, reader, store_readings

FILE = FOLDER / "readings.json"


def build(file: Path = FILE, progress: Progress | None = None) -> None:
    """Read the finished scenes. Raises ReaderMissing."""
    scenes, readings = shipped_scenes(), {}
    for done, scene in enumerate(scenes, start=1):
        readings[scene["file_name"]] = read_lines(Image.open(io.BytesIO(finish_scene(scene).jpeg)))
        if progress:
            progress(done, len(scenes))
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(lines)}" for name, lines in readings.items())
    file.write_text(f'{{"reader": {json.dumps(reader().version)}, "readings": {{\n{rows}\n}}}}\n')


def store_shipped_readings(sha256s: Mapping[str, str]) -> None:
    """Store the readings of scenes by their hashes, which are given by file name."""
    shipped = _shipped()
    known = {sha256s[name]: lines for name, lines in shipped["readings"].items() if name in sha256s}
    store_readings(shipped["reader"], known)


def scenes_without_readings() -> dict[str, str]:
    """The hashes, by file name, of stored scenes that lack their shipped reading: those of a site from before it.

    Scenes that a curator has cropped or blurred are other pictures than the shipped ones.
    """
    shipped = _shipped()
    read = Reading.objects.filter(reader=shipped["reader"]).values("sha256")
    scenes = Photo.objects.filter(source=SOURCE, file_name__in=shipped["readings"], crop__isnull=True, covered=[])
    return dict(scenes.exclude(sha256__in=read).values_list("file_name", "sha256"))


def _shipped() -> dict[str, Any]:
    return json.loads(FILE.read_text())
