"""A small world to play in: a real artifact of three cells, stored pictures, and predictions made by hand."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import shapely
from django.conf import settings
from django.test import override_settings
from django.utils import translation
from PIL import Image

from geoguess.processes import embedded_valkey
from geoguess.processes.supervisor import Child, Supervisor
from geoguess.site import limits
from pipeline.models import Collection, Photo, Review, Split
from predictor.answers.artifact import Artifact, Gallery
from predictor.answers.calibration import Calibration
from predictor.answers.method import AnswerMethod
from predictor.answers.partition import Partition
from predictor.answers.posterior import GalleryPhotos, Prototypes
from predictor.geodesy import unit_vectors
from predictor.models import ModelVersion, Prediction
from predictor.network.heads import Heads, Projection, unit
from predictor.pictures import store
from predictor.versions.services import register_version

CENTRES = [(28.61, 77.21), (12.97, 77.59), (22.57, 88.36)]  # Delhi, Bengaluru, Kolkata
DIMENSION = 4


def tiny_artifact() -> Artifact:
    latitudes, longitudes = np.array(CENTRES).T
    centroids = unit_vectors(latitudes, longitudes)
    polygons = np.array([shapely.box(x - 2, y - 2, x + 2, y + 2) for y, x in CENTRES])
    partition = Partition(
        np.array(["Delhi cell", "Bengaluru cell", "Kolkata cell"]),
        np.array(["Delhi", "Karnataka", "West Bengal"]),
        centroids,
        polygons,
    )
    embeddings = np.eye(3, DIMENSION, dtype=np.float32)
    photos = GalleryPhotos(embeddings, centroids, np.arange(3))
    gallery = Gallery(photos, np.array(["ab" * 32, "cd" * 32, "ef" * 32]), np.zeros(3, np.uint64))
    projection = Projection(np.zeros(DIMENSION, np.float32))
    heads = Heads(projection, np.zeros((DIMENSION, 3), np.float32), np.zeros(3, dtype=np.float32))
    prototypes = Prototypes(embeddings, np.arange(3), np.arange(3))
    card = {"encoder": "starter_vit", "encoder_sha256": "", "seed": 0}
    calibration, method = Calibration(radius_factors=(1.5,)), AnswerMethod(neighbour_share=0.2)
    return Artifact(card, partition, heads, prototypes, gallery, calibration, method)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request in Hindi leaves its thread in Hindi, but no longer than the test."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def limits_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests have one network address."""
    monkeypatch.setattr(limits, "NAMESPACE", secrets.token_hex(8))


@pytest.fixture(scope="module")
def broker():
    """REDIS_URL where it is set, else an embedded Valkey of this module's own."""
    supervisor = Supervisor(env=dict(os.environ), log=print)
    if not os.environ.get("REDIS_URL"):
        valkey = embedded_valkey.prepare(settings.VALKEY_DIR)
        supervisor.start(Child("embedded Valkey", valkey.command))
        assert embedded_valkey.wait_until_up(valkey.url)
        layer = settings.CHANNEL_LAYERS["default"]
        layers = {"default": layer | {"CONFIG": layer["CONFIG"] | {"hosts": [valkey.url]}}}
        with override_settings(CHANNEL_LAYERS=layers):  # later modules have another broker, or none
            yield
    else:
        yield
    supervisor.stop()


@pytest.fixture
def version(db) -> ModelVersion:
    """The champion."""
    folder = settings.MODELS_DIR / "tiny"
    tiny_artifact().save(folder)
    version = register_version(folder=folder)
    ModelVersion.objects.filter(pk=version.pk).update(is_champion=True)
    version.refresh_from_db()
    return version


@pytest.fixture
def collection(db) -> Collection:
    return Collection.objects.create(name="Streets of test", slug="streets")


@pytest.fixture
def add_photo(collection, version) -> Callable[..., Photo]:
    """Put a picture into the collection; the version believes in one of its cells."""

    def add(number: int = 0, cell: int = 0, *, predicted: bool = True, **fields) -> Photo:
        pixels = np.random.default_rng(number).integers(0, 255, (120, 180, 3), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=88)
        sha256 = store.put(buffer.getvalue())
        photo = Photo.objects.create(
            **{
                "sha256": sha256,
                "original_sha256": sha256[::-1],
                "perceptual_hash": f"{number:016x}",
                "width": 180,
                "height": 120,
                "file_name": f"secretfile{number:04}.jpg",
                "latitude": 19.076 + number / 100,
                "longitude": 72.8777,
                "place": "Gateway of Testing",
                "state": "Maharashtra",
                "district": "Mumbai Suburban",
                "author": "A. Photographer",
                "licence": "CC BY 4.0",
                "split": Split.TEST,
                "review": Review.APPROVED,
            }
            | fields
        )
        photo.collections.add(collection)
        if predicted:
            posterior = np.full(3, 0.05, np.float16)
            posterior[cell] = 0.9
            Prediction.objects.create(
                version=version,
                sha256=sha256,
                posterior=posterior.tobytes(),
                embedding=unit(np.eye(3, DIMENSION) + 0.2)[cell].astype(np.float16).tobytes(),
            )
        return photo

    return add


@pytest.fixture
def playable(collection, add_photo) -> Collection:
    """The collection with six pictures that the version has looked at."""
    for number in range(6):
        add_photo(number, number % 3)
    return collection
