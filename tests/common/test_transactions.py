"""Which transactions have ended, whatever order they began in."""

import psycopg
import pytest
from django.db import connection

from credit_platform.common.transactions import oldest_running

NUMBER = "SELECT pg_current_xact_id()::text::bigint"


def another_connection(**elsewhere) -> psycopg.Connection:
    return psycopg.connect(**connection.get_connection_params() | elsewhere)


def number_of(one: psycopg.Connection) -> int:
    return one.execute(NUMBER).fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_the_oldest_transaction_that_runs_is_the_bound_and_then_the_next():
    with another_connection() as first, another_connection() as second, another_connection() as third:
        numbers = [number_of(one) for one in (first, second, third)]
        assert oldest_running() <= numbers[0]
        second.commit()
        assert oldest_running() == numbers[0]
        first.rollback()
        assert numbers[1] < oldest_running() <= numbers[2]
        third.commit()
        assert oldest_running() > numbers[2]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_begun_since_the_last_question_in_the_same_transaction_counts():
    with another_connection() as before, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            assert oldest_running() <= number_of(before)
            before.commit()
            running = number_of(before)
            with another_connection() as later:
                number_of(later)
                later.commit()
            assert oldest_running() == running
        finally:
            cursor.execute("ROLLBACK")


@pytest.mark.django_db(transaction=True)
def test_a_long_transaction_in_another_database_holds_nothing_up():
    with another_connection(dbname="postgres") as elsewhere, another_connection() as here:
        before = number_of(elsewhere)
        number_of(here)
        here.commit()
        assert oldest_running() > before
