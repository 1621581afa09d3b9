"""Many values as one parameter of a statement."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings, strategies as st

from credit_platform.common.arrays import array_of

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)


def read_back(written: str, kind: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [written])
        return cursor.fetchone()[0]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(TEXT, st.sampled_from(['"', "\\", '\\"', "NULL", "{}", ",", " a ", "\n", "'"]))))
def test_postgresql_reads_the_very_texts(texts):
    assert read_back(array_of(texts), "text") == texts


def test_postgresql_reads_the_very_numbers():
    assert read_back(array_of([1, 2**40, -3]), "bigint") == [1, 2**40, -3]
    assert read_back(array_of(key for key in ()), "bigint") == []
