import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def english():
    """A test that asked for a Chinese page leaves Chinese switched on in its thread."""
    with override("en"):
        yield
