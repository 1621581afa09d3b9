"""A prepared queryset answers as the queryset does, with the values of each time, and is planned once."""

from datetime import date, timedelta

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import BigIntegerField, CharField, DateField, F, Value, Window
from django.db.models.functions import Concat, RowNumber

from credit_platform.common.prepared import Given, Prepared, ask
from entities.models import CreditRecord
from tests.factories import EntityFactory, RecordFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def newest(entity, day):
    """With a condition, a relation, an annotation of text and a window: all that the pages' querysets have."""
    return (
        CreditRecord.objects.filter(entity=entity, decided_on__lte=day)
        .select_related("record_type", "entity__merged_into")
        .annotate(label=Concat("document_number", Value("!"), output_field=CharField()))
        .annotate(place=Window(RowNumber(), order_by=F("decided_on").desc()))
        .filter(place__lte=2)
        .order_by("-decided_on")
    )


newest_of = Prepared(lambda: newest(Given("entity", BigIntegerField()), Given("day", DateField())))


@pytest.fixture
def entity():
    entity = EntityFactory()
    for days in range(4):
        RecordFactory(entity=entity, decided_on=DAY + timedelta(days=days))
    RecordFactory(decided_on=DAY)
    return entity


@pytest.mark.parametrize("days", [-1, 0, 1, 9])
def test_it_gives_what_the_queryset_gives(entity, days, django_assert_num_queries):
    day = DAY + timedelta(days=days)
    with django_assert_num_queries(1):
        found = newest_of(entity=entity.pk, day=day)
        told = [(one.record_type.code, one.entity.name_zh, one.entity.merged_into) for one in found]
    asked = list(newest(entity.pk, day))
    assert found == asked
    assert [(one.label, one.place) for one in found] == [(one.label, one.place) for one in asked]
    assert told == [(one.record_type.code, entity.name_zh, None) for one in asked]


def test_a_value_that_is_not_given_is_no_answer(entity):
    with pytest.raises(KeyError, match="day"):
        newest_of(entity=entity.pk)


def test_postgresql_plans_it_once(entity):
    statement = "SELECT count(*) FROM entities_creditrecord WHERE entity_id = %s AND decided_on < %s"
    for later in range(3):
        assert ask(statement, [entity.pk, DAY + timedelta(days=later)]) == [(later,)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%decided_on < $2'")
        assert cursor.fetchone() == (1,)


def _end_this_connection():
    """As a restart of PostgreSQL does; told by another connection."""
    pid = connection.connection.info.backend_pid
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_gone_is_opened_again_and_nobody_notices():
    assert ask("SELECT %s::int", [1]) == [(1,)]
    _end_this_connection()
    assert ask("SELECT %s::int", [2]) == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_within_a_transaction_is_not_asked_again_outside_of_it():
    def asked_after_the_end():
        with transaction.atomic():
            ask("SELECT %s::int", [1])
            _end_this_connection()
            ask("SELECT %s::int", [2])

    with pytest.raises(OperationalError):
        asked_after_the_end()


def test_a_statement_that_is_wrong_is_not_asked_again(django_assert_num_queries):
    with django_assert_num_queries(1), pytest.raises(DatabaseError):
        ask("SELECT %s::int / 0", [1])


def test_it_goes_on_over_a_new_connection(entity):
    """What an earlier connection had prepared is gone with it."""
    first = newest_of(entity=entity.pk, day=DAY)
    assert first
    connection.connection._prepared.clear()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert newest_of(entity=entity.pk, day=DAY) == first
