"""Faces and number plates are found and blurred; what cannot be looked for is said."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from django.utils import timezone
from PIL import Image

from pipeline.curation import privacy, review
from pipeline.models import Collection
from tests.pipeline.stored import store_photos

PHOTOS = os.environ.get("GEOGUESS_PHOTOS")


class OnePlate(torch.nn.Module):
    """A detector that sees one plate, twice, wherever it looks: (1, 4 + 1, N), centre and size in pixels."""

    def __init__(self) -> None:
        super().__init__()
        boxes = [[320.0, 160.0, 64.0, 32.0, 0.9], [322.0, 160.0, 64.0, 32.0, 0.8], [10.0, 10.0, 5.0, 5.0, 0.1]]
        self.boxes = torch.nn.Buffer(torch.tensor(boxes).T[None])

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.boxes + 0 * pixels.sum()


@pytest.fixture
def weights(tmp_path) -> Path:
    path = tmp_path / "plates.torchscript"
    torch.jit.trace(OnePlate(), torch.zeros(1, 3, 640, 640)).save(str(path))
    return path


def test_a_plate_is_one_box_in_fractions_of_the_picture_and_a_little_wider(weights):
    image = Image.new("RGB", (1280, 720))
    (box,) = privacy.plates(image, weights)  # the square is a quarter of the picture's pixels: 2 pixels for each
    left, top, right, bottom = box
    assert left == pytest.approx((640 - 64 - 0.15 * 128) / 1280)
    assert right == pytest.approx((640 + 64 + 0.15 * 128) / 1280)
    assert top == pytest.approx((320 - 32 - 0.15 * 64) / 720)
    assert bottom == pytest.approx((320 + 32 + 0.15 * 64) / 720)


def test_a_file_that_is_no_detector_is_named(tmp_path):
    bad = tmp_path / "plates.pt"
    bad.write_bytes(b"nothing")
    with pytest.raises(privacy.DetectorMissing, match="GEOGUESS_PLATE_WEIGHTS"):
        privacy.plates(Image.new("RGB", (64, 64)), bad)


@pytest.mark.django_db
def test_with_a_detector_nobody_has_to_box_plates(data_folders, weights, settings, monkeypatch, admin_user):
    monkeypatch.setattr(privacy, "faces", lambda image: [])
    settings.PLATE_WEIGHTS = str(weights)
    (photo,) = store_photos(Collection.objects.create(name="C", slug="c"), range(1), "test")
    before = photo.original_sha256 = photo.sha256
    photo.save()
    assert review.blur_faces_and_plates(photo=photo, now=timezone.now()) == 1
    assert photo.sha256 != before
    review.approve(photo=photo, user=admin_user, now=timezone.now())
    assert review.blur_faces_and_plates(photo=photo, now=timezone.now()) == 0  # once is enough


@pytest.mark.django_db
def test_what_a_person_decided_meanwhile_stays(data_folders, monkeypatch, admin_user):
    (photo,) = store_photos(Collection.objects.create(name="C", slug="c"), range(1), "test")
    stale = type(photo).objects.get()

    def slow_detector(image):
        photo.faces_sought_at = timezone.now()
        review.refuse(photo=photo, reason="people", note="", user=admin_user, now=timezone.now())
        return [(0.1, 0.1, 0.5, 0.5)]

    monkeypatch.setattr(privacy, "faces", slow_detector)
    assert review.blur_faces_and_plates(photo=stale, now=timezone.now()) == 0
    photo.refresh_from_db()
    assert (photo.review, photo.covered) == ("unsuitable", [])


def test_a_face_is_one_box_around_its_middle_and_a_little_wider(monkeypatch):
    """The network sees one face in two neighbouring cells of a picture of 640 x 480 pixels, and a doubtful one."""
    likelihood, sizes, shifts = torch.zeros(1, 120, 160), torch.zeros(1, 2, 120, 160), torch.zeros(1, 2, 120, 160)
    likelihood[0, 60, 80], likelihood[0, 60, 81], likelihood[0, 10, 10] = 0.9, 0.8, 0.2
    sizes[0, :, 60, 80:82] = torch.tensor([20.0, 10.0]).log()[:, None]  # cells high and wide
    shifts[0, :, 60, 80] = torch.tensor([0.25, -0.5])
    shapes = []

    def network(pictures):
        shapes.append(tuple(pictures.shape))
        return likelihood, sizes, shifts

    monkeypatch.setattr(privacy, "_face_network", lambda: network)
    (box,) = privacy.faces(Image.new("RGB", (635, 480)))
    assert shapes == [(1, 3, 480, 640)]
    x, y, width, height = 4 * 80.0, 4 * 60.75, 40 * 1.3, 80 * 1.3
    expected = ((x - width / 2) / 640, (y - height / 2) / 480, (x + width / 2) / 640, (y + height / 2) / 480)
    assert box == pytest.approx(expected, abs=1e-6)


def test_a_plain_picture_shows_no_face():
    assert privacy.faces(Image.fromarray(np.full((240, 320, 3), 128, np.uint8))) == []


@pytest.mark.skipif(not PHOTOS, reason="GEOGUESS_PHOTOS names no folder of photos")
def test_faces_are_found_where_people_are():
    names = sorted(Path(PHOTOS).rglob("*.jpg"))[:12]
    found = {path.name: privacy.faces(Image.open(path)) for path in names}
    assert sum(map(bool, found.values())) >= 2
    for box in (box for boxes in found.values() for box in boxes):
        left, top, right, bottom = box
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
