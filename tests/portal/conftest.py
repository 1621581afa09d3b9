"""A Redis to take away."""

from tests.without_redis import redis_away  # noqa: F401 - a fixture
