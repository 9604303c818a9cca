"""Rate limits of expensive actions, counted in Redis by the library `limits` and so shared by all processes.

Who drops the session cookie is a new player each time, so actions of guests are counted by network address as well. A
class of 60 sits behind one address: what these limits allow it is written in docs/operate.md.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Any, Literal, TypedDict

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import ngettext
from redis import RedisError

from geoguess.site.cache import redis_options

logger = logging.getLogger(__name__)


class Limit(TypedDict):
    """So many times within so many seconds."""

    limit: int
    seconds: int


NAMESPACE = "geoguess"  # of the keys in Redis
ROOM_LIMIT: Limit = {"limit": 10, "seconds": 600}  # rooms opened by one player
ADDRESS_LIMITS: dict[str, Limit] = {  # of all players behind one network address
    "rooms": {"limit": 30, "seconds": 600},
    "joins": {"limit": 240, "seconds": 600},  # a class of 60, each four times
    "wrong-codes": {"limit": 120, "seconds": 600},  # a class of 60, each twice
    "reports": {"limit": 60, "seconds": 86_400},
}


class TooOften(Exception):
    """The limit is exceeded; the message says when to try again."""


def address_of(request: HttpRequest) -> str:
    """The network address of the request; behind HTTPS, the one that the proxy names."""
    return str(get_adapter().get_client_ip(request))


def spend_by_address(request: HttpRequest, what: str) -> None:
    """Count one ``what`` for the request's network address. Raises TooOften beyond its limit in `ADDRESS_LIMITS`."""
    spend(who=address_of(request), what=f"{what}-by-address", **ADDRESS_LIMITS[what])


def check_by_address(request: HttpRequest, what: str) -> None:
    """Raises TooOften if one more ``what`` by the request's address would be beyond its limit; counts nothing."""
    _ask("test", who=address_of(request), what=f"{what}-by-address", **ADDRESS_LIMITS[what])


def spend(*, who: str, what: str, limit: int, seconds: int) -> None:
    """Count one ``what`` by ``who``. Raises TooOften beyond ``limit`` per ``seconds``, never without a broker."""
    _ask("hit", who=who, what=what, limit=limit, seconds=seconds)


def _ask(how: Literal["hit", "test"], *, who: str, what: str, limit: int, seconds: int) -> None:
    """Ask the limiter, which counts with "hit" and only looks with "test". Raises TooOften."""
    from limits import RateLimitItemPerSecond

    rate = RateLimitItemPerSecond(limit, seconds, namespace=NAMESPACE)
    try:
        limiter = _limiter(settings.REDIS_URL)
        if getattr(limiter, how)(rate, what, who):
            return
        resets_at = limiter.get_window_stats(rate, what, who).reset_time
    except RedisError as error:
        logger.warning("Nothing is limited while Redis is away: %s", error)
        return
    seconds = max(1, round(resets_at - time.time()))
    words = ngettext(
        "Too many attempts. Try again in %(seconds)d second.",
        "Too many attempts. Try again in %(seconds)d seconds.",
        seconds,
    )
    raise TooOften(words % {"seconds": seconds})


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
