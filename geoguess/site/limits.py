"""Rate limits of expensive actions, counted in Redis by the library `limits` and so shared by all processes."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from redis import RedisError

from geoguess.site.cache import redis_options

logger = logging.getLogger(__name__)

ROOM_LIMIT = {"limit": 10, "seconds": 600}  # rooms opened by one player


class TooOften(Exception):
    """The limit is exceeded; the message says when to try again."""


def spend(*, who: str, what: str, limit: int, seconds: int) -> None:
    """Count one ``what`` by ``who``. Raises TooOften beyond ``limit`` per ``seconds``, never without a broker."""
    from limits import RateLimitItemPerSecond

    rate = RateLimitItemPerSecond(limit, seconds, namespace="geoguess")
    try:
        limiter = _limiter(settings.REDIS_URL)
        if limiter.hit(rate, what, who):
            return
        resets_at = limiter.get_window_stats(rate, what, who).reset_time
    except RedisError as error:
        logger.warning("Nothing is limited while Redis is away: %s", error)
        return
    seconds = max(1, round(resets_at - time.time()))
    raise TooOften(_("That is often enough for now: try again in %(seconds)d seconds.") % {"seconds": seconds})


def can_count() -> bool:
    """Whether limits are counted for all processes together: whoever signs up must wait for that."""
    try:
        return bool(_limiter(settings.REDIS_URL).storage.check())
    except RedisError:
        return False


@cache
def _limiter(url: str) -> Any:
    from limits.storage import RedisStorage
    from limits.strategies import FixedWindowRateLimiter

    return FixedWindowRateLimiter(RedisStorage(url.replace("unix://", "redis+unix://", 1), **redis_options()))
