"""Limits are counted in a real Redis, for each person and thing apart, and forget after their time."""

from __future__ import annotations

import time

import pytest
from django.conf import settings as site_settings

from geoguess.site.limits import TooOften, spend

pytestmark = pytest.mark.services


def test_more_than_the_limit_is_too_often_until_the_time_is_over(broker, settings) -> None:
    settings.REDIS_URL = site_settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"][0]
    who = f"somebody-{time.time_ns()}"

    def look(what: str = "look") -> None:
        spend(who=who, what=what, limit=2, seconds=1)

    look()
    look()
    with pytest.raises(TooOften, match="in 1 seconds"):
        look()
    look("upload")
    time.sleep(1.1)
    look()
