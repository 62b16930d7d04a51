"""The cache in Redis, which holds nothing that must last: when Redis is away, it is merely empty."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisIsAway
from redis.exceptions import TimeoutError as RedisIsSlow

log = structlog.get_logger(__name__)


def forgiving(method: Callable[..., Any], otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """Return `method`, which answers `otherwise` with the same arguments when Redis does not."""

    @wraps(method)
    def forgiven(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except (RedisIsAway, RedisIsSlow) as error:
            log.warning("cache_is_away", reason=type(error).__name__)
            return otherwise(*args, **kwargs)

    return forgiven


def _is_missing(key: str, *_args: Any, **_kwargs: Any) -> int:
    raise ValueError(f"{key} is not in the cache.")


class ForgivingRedisCache(RedisCache):
    """Nobody is kept from their ballot by a Redis that died: nothing is found, nothing is kept, and that is logged."""

    get = forgiving(RedisCache.get, lambda key, default=None, version=None: default)
    get_many = forgiving(RedisCache.get_many, lambda *_args, **_kwargs: {})
    add = forgiving(RedisCache.add, lambda *_args, **_kwargs: True)
    set = forgiving(RedisCache.set, lambda *_args, **_kwargs: None)
    set_many = forgiving(RedisCache.set_many, lambda data, *_args, **_kwargs: list(data))
    touch = forgiving(RedisCache.touch, lambda *_args, **_kwargs: False)
    delete = forgiving(RedisCache.delete, lambda *_args, **_kwargs: False)
    has_key = forgiving(RedisCache.has_key, lambda *_args, **_kwargs: False)
    incr = forgiving(RedisCache.incr, _is_missing)
