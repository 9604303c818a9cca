"""The address that phones can open."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from geoguess.models import Room
from geoguess.site.reach import is_loopback

LAN = "http://192.168.1.20:8000"


@pytest.fixture
def host(db, playable) -> Client:
    client = Client()
    form = {"collection": playable.slug, "kind": "room", "rounds": "3", "time_limit": "60"}
    assert client.post(reverse("room-create"), form, headers={"host": "localhost"}).status_code == 302
    return client


def lobby(host: Client, address: str) -> str:
    return host.get(reverse("room", args=[Room.objects.get().code]), headers={"host": address}).content.decode()


def code_drawn(host: Client, address: str) -> bytes:
    return host.get(reverse("room-qr", args=[Room.objects.get().code]), headers={"host": address}).content


@pytest.mark.parametrize("address", ["localhost:8000", "127.0.0.1:8000"])
def test_a_room_opened_at_localhost_shows_the_address_for_phones(host, settings, address):
    settings.ORIGIN, settings.ALLOWED_HOSTS = LAN, ["localhost", "127.0.0.1", "192.168.1.20"]
    page, code = lobby(host, address), Room.objects.get().code
    assert "192.168.1.20:8000/rooms" in page
    assert f'value="{LAN}/r/{code}/"' in page
    assert f"{address}/r" not in page
    assert code_drawn(host, address) == code_drawn(host, "192.168.1.20:8000")
    assert "No phone" not in page


def test_a_room_that_no_phone_can_reach_says_so(host, settings):
    settings.ORIGIN = ""
    page = lobby(host, "localhost:8000")
    assert "No phone or other computer can reach this address" in page
    assert "make run HOST=0.0.0.0" in page
    assert "qr.svg" not in page


def test_a_room_at_another_address_shows_that_one(host, settings):
    settings.ORIGIN, settings.ALLOWED_HOSTS = LAN, ["geo.school.example"]
    host.cookies.clear()
    guest = host.get(reverse("room-qr", args=["123456"]), headers={"host": "geo.school.example"})
    assert guest.content != code_drawn(host, "geo.school.example:8000")
    assert guest.content.startswith(b"<svg")


@pytest.mark.parametrize(
    ("host", "own"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("192.168.1.20", False), ("geo.school.example", False)],
)
def test_what_is_the_computer_itself(host, own):
    assert is_loopback(host) is own
