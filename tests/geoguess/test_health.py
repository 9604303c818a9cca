"""Machines learn whether the model is ready, and figures only with the token; admins see when no worker answers."""

from __future__ import annotations

import pytest
from django.utils import timezone

from geoguess.site import disk
from predictor.serving import questions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def disk_with(monkeypatch):
    """Have so many bytes left on the disk; many at first."""

    def leave(count: int) -> None:
        monkeypatch.setattr(disk, "free_bytes", lambda: count)

    leave(10 * 1024**3)
    return leave


@pytest.fixture
def worker(version) -> None:
    questions.heartbeat(worker="w", device="CPU, 2 cores", version=version, now=timezone.now())


def test_a_site_without_a_champion_or_worker_is_not_ready(client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "no champion; no predict worker"


def test_readiness_tells_version_device_and_queue(client, version, worker) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "version": version.name,
        "workers": [{"device": "CPU, 2 cores", "version": version.name}],
        "queue": 0,
        "disk_free_mb": 10 * 1024,
    }


def test_a_disk_that_fills_shows_before_it_is_full(client, version, worker, disk_with) -> None:
    disk_with(disk.LOW - 1)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready; the disk is almost full")
    disk_with(disk.FULL - 1)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "the disk is full")
    assert answer.json()["disk_free_mb"] == 99


def test_admins_are_told_when_the_disk_is_almost_full(admin_client, version, worker, disk_with) -> None:
    assert "disk is almost full" not in admin_client.get("/admin/").content.decode()
    disk_with(disk.LOW - 1)
    assert "The disk is almost full: 1023 MB are left" in admin_client.get("/admin/").content.decode()
    assert "disk is almost full" in admin_client.get("/admin/pipeline/photo/").content.decode()


def test_metrics_are_for_whoever_brings_the_token(client, settings, version, worker) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "secret"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401
    answer = client.get("/metrics", headers={"authorization": "Bearer secret"})
    assert answer.status_code == 200
    assert "geoguess_predict_workers 1.0" in answer.content.decode()
    assert "geoguess_predict_queue 0.0" in answer.content.decode()


def test_admins_are_told_when_no_worker_answers(admin_client, version) -> None:
    assert "No predict worker is running" in admin_client.get("/admin/").content.decode()
    questions.heartbeat(worker="w", device="CPU", version=version, now=timezone.now())
    assert "No predict worker is running" not in admin_client.get("/admin/").content.decode()
