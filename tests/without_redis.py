"""A Redis that does not answer, for tests of what still works then."""

import pytest
from django.core.cache import cache
from redis import Redis

from credit_platform.common.cache import ForgivingRedisCache, KeptClient


class RedisAway:
    def __init__(self, monkeypatch) -> None:
        self._patch = monkeypatch
        nowhere = Redis(unix_socket_path="/nonexistent/redis.sock")
        monkeypatch.setattr(KeptClient, "get_client", lambda *args, **kwargs: nowhere)
        monkeypatch.setattr(ForgivingRedisCache, "_away_until", 0.0)

    def comes_back(self) -> None:
        self._patch.undo()


@pytest.fixture
def redis_away():
    """Redis does not answer until the test calls `redis_away.comes_back()`."""
    with pytest.MonkeyPatch.context() as patch:
        cache.clear()
        yield RedisAway(patch)
        patch.undo()
        ForgivingRedisCache._away_until = 0.0
        cache.clear()
