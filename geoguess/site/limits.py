"""How often somebody may do what costs the model work; counted in Redis, so that all web processes count together."""

from __future__ import annotations

import redis
from django.conf import settings
from django.utils.translation import gettext as _

OPENINGS = {"limit": 10, "seconds": 600}  # of rooms, by one player


class TooOften(Exception):
    """Somebody asks faster than the limit; the message says when to come back."""


def spend(*, who: str, what: str, limit: int, seconds: int) -> None:
    """Count one more of ``what``. Raises TooOften beyond ``limit`` within ``seconds``, RedisError without a broker."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    key = f"geoguess:limit:{what}:{who}"
    pipeline = client.pipeline()
    pipeline.set(key, 0, ex=seconds, nx=True)
    pipeline.incr(key)
    if pipeline.execute()[1] > limit:
        seconds = max(1, int(client.ttl(key)))
        raise TooOften(_("That is often enough for now: try again in %(seconds)d seconds.") % {"seconds": seconds})
