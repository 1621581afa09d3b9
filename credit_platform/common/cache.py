"""The cache, which Redis holds and which never stops a page."""

import time
from typing import Any

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

SECONDS_BETWEEN_TRIES = 5


class KeptClient(RedisCacheClient):
    """Keeps what talks with Redis. Django's makes one for each call, which takes as long as the call."""

    def __init__(self, servers, **options) -> None:
        super().__init__(servers, **options)
        self._kept: dict[bool, Any] = {}

    def get_client(self, key=None, *, write=False):
        if write not in self._kept:
            self._kept[write] = super().get_client(key, write=write)
        return self._kept[write]


class _Redis(RedisCache):
    def __init__(self, server, params) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def count_and_get(self, key: str, seconds: int, wanted: str) -> tuple[int, Any]:
        key, wanted = self.make_and_validate_key(key), self.make_and_validate_key(wanted)
        talk: Any = self._cache
        with talk.get_client(key, write=True).pipeline(transaction=False) as together:
            together.incr(key)
            together.expire(key, seconds)
            together.get(wanted)
            counted, _expires, found = together.execute()
        return counted, None if found is None else talk._serializer.loads(found)


class _Memory(LocMemCache):
    def count_and_get(self, key: str, seconds: int, wanted: str) -> tuple[int, Any]:
        self.add(key, 0, timeout=seconds)
        return self.incr(key), self.get(wanted)


class ForgivingRedisCache(BaseCache):
    """Redis, and this process's own memory while Redis is away.

    Pages go on without Redis, and limits on sign-in still hold, if only for each process by itself:
    failing open would give whoever takes Redis down an unlimited number of guesses.
    After a failure Redis is left alone for five seconds, so that an address which does not answer
    costs one visitor a time-out and not every one.
    """

    def __init__(self, server, params) -> None:
        super().__init__(params)
        self._redis = _Redis(server, params)
        # The name makes one store for the process: each thread has its own cache object.
        self._memory = _Memory("while-redis-is-away", {})

    _away_until = 0.0

    def redis_answers(self) -> bool:
        """Whether Redis answers now; asks it, however lately it failed."""
        try:
            self._redis._cache.get_client().ping()
        except (RedisError, OSError):
            return False
        return True

    def _do(self, operation: str, *args, **kwargs):
        if time.monotonic() >= ForgivingRedisCache._away_until:
            try:
                return getattr(self._redis, operation)(*args, **kwargs)
            except (RedisError, OSError) as problem:
                ForgivingRedisCache._away_until = time.monotonic() + SECONDS_BETWEEN_TRIES
                log.warning("redis_away", problem=str(problem))
        return getattr(self._memory, operation)(*args, **kwargs)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._do("add", key, value, timeout=timeout, version=version)

    def get(self, key, default=None, version=None):
        return self._do("get", key, default=default, version=version)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._do("set", key, value, timeout=timeout, version=version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self._do("touch", key, timeout=timeout, version=version)

    def delete(self, key, version=None):
        return self._do("delete", key, version=version)

    def incr(self, key, delta=1, version=None):
        return self._do("incr", key, delta=delta, version=version)

    def count(self, key: str, seconds: int) -> int:
        """One more than what was counted before; forgotten so many seconds after the last was counted.

        One way to Redis and back, where `add` and `incr` take three.
        """
        return self.count_and_get(key, seconds, key)[0]

    def count_and_get(self, key: str, seconds: int, wanted: str) -> tuple[int, Any]:
        """The same, and by the same way what is kept under another name; None where nothing is."""
        counted: tuple[int, Any] = self._do("count_and_get", key, seconds, wanted)
        return counted

    def has_key(self, key, version=None):
        return self._do("has_key", key, version=version)

    def clear(self):
        self._memory.clear()
        return self._do("clear")
