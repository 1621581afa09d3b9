import pytest

from credit_platform.accounts.models import User
from tests.without_redis import redis_away  # noqa: F401 - a fixture

PASSWORD = "quiet river 1964"


@pytest.fixture
def clerk(db) -> User:
    return User.objects.create_user(
        "xuwan", email="xuwan@market.example", password=PASSWORD, name_zh="徐婉", name_en="Xu Wan"
    )


@pytest.fixture
def colleague(db) -> User:
    return User.objects.create_user(
        "linzhaoyi", email="lin@market.example", password=PASSWORD, name_zh="林昭一", name_en="Lin Zhaoyi"
    )
