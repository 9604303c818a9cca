"""Django's cache in Redis, shared by all processes; what it needs to count, it does in memory while Redis is away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

PATIENCE_S = 1.0  # a page must not wait longer for a broker that does not answer
MOST_ENTRIES = 100_000  # in memory: attempts with many user names must not evict the counts of others


class JSONSerializer:
    """Values as JSON and not as pickles: who can write to Redis must not thereby run code here."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


def redis_options() -> dict[str, Any]:
    """Options of a client that gives up soon."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {"socket_connect_timeout": PATIENCE_S, "socket_timeout": PATIENCE_S, "retry": Retry(NoBackoff(), 0)}


def _else_in_memory(name: str) -> Callable[..., Any]:
    """The method of this name in Redis, or in this process's memory where Redis does not answer."""

    def call(cache: SharedCache, *args: Any, **kwargs: Any) -> Any:
        from redis import RedisError

        try:
            return getattr(RedisCache, name)(cache, *args, **kwargs)
        except RedisError:
            return getattr(cache.memory, name)(*args, **kwargs)

    return call


class SharedCache(RedisCache):
    """allauth's limits on signing up and logging in count here, and neither may need a broker."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params | {"OPTIONS": {"serializer": JSONSerializer, **redis_options()}})
        self.memory = LocMemCache("while-redis-is-away", params | {"max_entries": MOST_ENTRIES})

    add, get, set, delete = map(_else_in_memory, ("add", "get", "set", "delete"))
