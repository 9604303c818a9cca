"""Rate limits of expensive actions, counted in Redis and so shared by all web processes."""

from __future__ import annotations

import redis
from django.conf import settings
from django.utils.translation import gettext as _

ROOM_LIMIT = {"limit": 10, "seconds": 600}  # rooms opened by one player


class TooOften(Exception):
    """The limit is exceeded; the message says when to try again."""


def spend(*, who: str, what: str, limit: int, seconds: int) -> None:
    """Count one ``what`` by ``who``. Raises TooOften beyond ``limit`` per ``seconds``, RedisError without a broker."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    key = f"geoguess:limit:{what}:{who}"
    pipeline = client.pipeline()
    pipeline.set(key, 0, ex=seconds, nx=True)
    pipeline.incr(key)
    if pipeline.execute()[1] > limit:
        seconds = max(1, int(client.ttl(key)))
        raise TooOften(_("That is often enough for now: try again in %(seconds)d seconds.") % {"seconds": seconds})
