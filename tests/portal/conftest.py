import pytest
from django.core.cache import cache

from tests.without_redis import redis_away  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    """Counts of requests live in Redis, which no test's transaction rolls back."""
    cache.clear()
