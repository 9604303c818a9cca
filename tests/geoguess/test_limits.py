"""Limits are counted in a real Redis by all processes together, and what happens while there is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest
import redis
from allauth.core.ratelimit import consume
from django.conf import settings as site_settings
from django.core.cache import caches
from django.test import RequestFactory

from geoguess.site import limits
from geoguess.site.limits import TooOften, spend

NOWHERE = "unix:///nowhere/valkey.sock"
ELSEWHERE = """
import django
django.setup()
from allauth.core.ratelimit import consume
from django.test import RequestFactory
from geoguess.site import limits
limits.NAMESPACE = {namespace!r}
limits.spend(who={who!r}, what="look", limit=2, seconds=60)
assert consume(RequestFactory().post("/"), action="login_failed", key={who!r})
"""


@pytest.fixture
def who() -> str:
    return f"somebody-{time.time_ns()}"


@pytest.fixture
def redis_url(broker, settings) -> str:
    settings.REDIS_URL = site_settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"][0]
    return settings.REDIS_URL


@pytest.fixture
def cache_at(settings):
    """Make this the address of Django's cache."""

    def move(url: str) -> None:
        settings.CACHES = {"default": site_settings.CACHES["default"] | {"LOCATION": url}}

    return move


def wrong_password(who: str) -> bool:
    """Whether one more attempt with a wrong password would be heard."""
    return consume(RequestFactory().post("/"), action="login_failed", key=who)


@pytest.mark.services
def test_more_than_the_limit_is_too_often_until_the_time_is_over(redis_url, who) -> None:
    def look(what: str = "look") -> None:
        spend(who=who, what=what, limit=2, seconds=600)

    look()
    look()
    with pytest.raises(TooOften) as refused:
        look()
    assert 0 < int(re.search(r"\d+", str(refused.value))[0]) <= 600
    look("upload")
    spend(who=f"{who}-friend", what="look", limit=2, seconds=600)
    with redis.Redis.from_url(redis_url) as client:
        keys = [key for key in client.scan_iter(f"*{who}*") if b"friend" not in key]
        assert keys
        for key in keys:
            assert 0 < client.ttl(key) <= 600
            client.expire(key, 0)  # the time is over
    look()


@pytest.mark.services
def test_processes_count_together(redis_url, cache_at, who) -> None:
    environment = os.environ | {"REDIS_URL": redis_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run(
        [sys.executable, "-c", ELSEWHERE.format(who=who, namespace=limits.NAMESPACE)], env=environment, check=True
    )
    cache_at(redis_url)
    spend(who=who, what="look", limit=2, seconds=60)
    with pytest.raises(TooOften, match=r"in [56]. seconds"):
        spend(who=who, what="look", limit=2, seconds=60)
    assert [wrong_password(who) for _ in range(5)] == [True] * 4 + [False]  # the first was the other process's


def test_without_a_broker_playing_goes_on_unlimited(settings, who) -> None:
    settings.REDIS_URL = NOWHERE
    started = time.monotonic()
    for _ in range(3):
        spend(who=who, what="rooms", limit=1, seconds=60)
    assert time.monotonic() - started < 2


def test_without_a_broker_each_process_counts_attempts_to_log_in_for_itself(cache_at, who) -> None:
    cache_at(NOWHERE)
    assert [wrong_password(who) for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.services
def test_values_in_the_shared_cache_are_no_pickles(redis_url, cache_at, who) -> None:
    cache_at(redis_url)
    caches["default"].set(who, [1.5, True], 60)
    assert caches["default"].get(who) == [1.5, True]
    with pytest.raises(TypeError):
        caches["default"].set(who, object(), 60)
