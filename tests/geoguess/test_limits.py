"""Limits are counted in a real Redis, for each person and thing apart, and forget after their time."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
import redis
from django.conf import settings as site_settings

from geoguess.site.limits import TooOften, spend

pytestmark = pytest.mark.services


def test_more_than_the_limit_is_too_often_until_the_time_is_over(broker, settings) -> None:
    settings.REDIS_URL = site_settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"][0]
    who = f"somebody-{uuid4()}"

    def look(what: str = "look", who: str = who) -> None:
        spend(who=who, what=what, limit=2, seconds=600)

    look()
    look()
    with pytest.raises(TooOften) as refused:
        look()
    assert 0 < int(re.search(r"\d+", str(refused.value))[0]) <= 600
    look("upload")
    look(who=f"{who}-friend")
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for key in client.scan_iter(f"*:look:{who}"):
            assert 0 < client.ttl(key) <= 600
            client.expire(key, 0)  # the time is over
    look()
