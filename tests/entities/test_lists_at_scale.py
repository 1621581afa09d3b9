"""Lists of tables that grow without end: the first page is read from an index, whatever lies behind it."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entities import selectors
from entities.filters import RecordFilter
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, SubmittingBody
from entities.services import record_batches
from evaluation.models import CurrentRating
from evaluation.selectors import ratings_for_list
from tests.factories import (
    BodyFactory,
    CurrentRatingFactory,
    MemberFactory,
    RecordFactory,
    install_shipped_schemes,
)

pytestmark = pytest.mark.django_db
MANY = 6_000
ROWS = 50


@pytest.fixture(scope="module")
def body(rows_of_the_module):
    """A body with a third of many records, of which whole thousands were decided on one day."""
    model = RecordFactory()
    bodies = [model.submitted_by, BodyFactory(), BodyFactory()]
    entities = _many_entities("MA")
    fields = {
        field.attname: getattr(model, field.attname)
        for field in CreditRecord._meta.concrete_fields
        if field.attname not in {"id", "document_number", "entity_id", "submitted_by_id", "decided_on"}
    }
    CreditRecord.objects.bulk_create(
        CreditRecord(
            **fields,
            entity=entities[n % MANY],
            submitted_by=bodies[n % 3],
            document_number=f"第{n * 7919 % 1000003:06d}号",
            decided_on=date(2026, 1, 1) - timedelta(days=n // 2_000),
        )
        for n in range(MANY)
    )
    with connection.cursor() as cursor:
        # What VACUUM does from time to time: rows just written wait in a list beside the trigrams.
        cursor.execute("SELECT gin_clean_pending_list('record_trigrams')")
    _analyse(CreditRecord, Entity, SubmittingBody, RecordType, RecordTypeVersion)
    return model.submitted_by


def _many_entities(letters: str) -> list[Entity]:
    return Entity.objects.bulk_create(
        Entity(
            name_zh=f"云汀{n}号",
            name_key=f"云汀{n * 7}号",
            initials="yt",
            credit_code=f"91330299{letters}{n:08d}",
        )
        for n in range(MANY)
    )


def _analyse(*models) -> None:
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def _nodes(plan: dict) -> list[tuple[str, str]]:
    """Every step of a plan with the table that it reads."""
    below = [node for part in plan.get("Plans", ()) for node in _nodes(part)]
    return [(plan["Node Type"], plan.get("Relation Name", "")), *below]


def _plan(queryset) -> list[tuple[str, str]]:
    (plan,) = json.loads(queryset.explain(format="json"))
    return _nodes(plan["Plan"])


def _is_read_by_index(queryset, table: str) -> bool:
    plan = _plan(queryset)
    return not any("Sort" in kind for kind, _table in plan) and ("Seq Scan", table) not in plan


def test_the_first_page_of_a_bodys_records_is_read_from_an_index(body):
    page = selectors.own_records(user=MemberFactory(body=body))[:ROWS]
    assert _is_read_by_index(page, "entities_creditrecord"), _plan(page)


def test_the_first_page_of_all_that_an_official_sees_is_read_from_an_index(body):
    page = selectors.records_for_list(user=MemberFactory())[:ROWS]
    assert _is_read_by_index(page, "entities_creditrecord"), _plan(page)


@pytest.mark.parametrize("text", ["007919", "沪税罚〔2026〕"])
def test_words_can_be_looked_up_without_reading_the_table(body, text):
    """Whether they are is the planner's guess, which a few thousand rows may tip: so it is asked what it could do."""
    records = selectors.own_records(user=MemberFactory(body=body))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    found = RecordFilter({"q": text}, queryset=records).qs[:ROWS]
    assert ("Seq Scan", "entities_creditrecord") not in _plan(found), _plan(found)
    assert "record_trigrams" in found.explain()


def test_a_record_is_found_by_number_title_and_the_code_and_name_of_its_entity(body):
    record = RecordFactory(submitted_by=body, document_number="沪税罚〔2026〕ab17号", title="逾期未申报")
    records = selectors.own_records(user=MemberFactory(body=body))
    code = record.entity.credit_code
    for text in ("AB17", "逾期", code, code.lower(), record.entity.name_zh[2:9]):
        assert record in RecordFilter({"q": text}, queryset=records).qs


def test_numbers_are_looked_up_by_their_index_though_nothing_is_known_of_the_column(body):
    """A column just added has no statistics, and the planner then takes each number for one of many records."""
    record_type = RecordType.objects.get()
    sought = [f"第{n}号" for n in range(1_000)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_clear_attribute_stats(current_schema, %s, 'number_key', false)",
            [CreditRecord._meta.db_table],
        )
    with CaptureQueriesContext(connection) as asked:
        record_batches.numbers_known(body, record_type, sought)
    (query,) = asked
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT json) {query['sql']}")
        ((plan,),) = cursor.fetchone()
    assert ("Index Only Scan", "entities_creditrecord") in _nodes(plan["Plan"]), _nodes(plan["Plan"])


def test_the_first_page_of_ratings_is_read_from_an_index():
    version = install_shipped_schemes()["city-comprehensive"].version
    for _ in range(ROWS):
        CurrentRatingFactory(version=version)
    model = CurrentRatingFactory(version=version)
    fields = {
        field.attname: getattr(model, field.attname)
        for field in CurrentRating._meta.concrete_fields
        if field.attname not in {"id", "entity_id"}
    }
    CurrentRating.objects.bulk_create(
        CurrentRating(**fields, entity=entity) for entity in _many_entities("MB")
    )
    _analyse(CurrentRating, Entity)
    page = ratings_for_list(user=MemberFactory()).order_by("-pk")[:ROWS]
    assert _is_read_by_index(page, "evaluation_currentrating"), _plan(page)


def test_systems_page_by_key_though_thousands_were_decided_on_one_day(body, django_assert_max_num_queries):
    client, seen, url = Client(), [], "/api/v1/records/?page_size=500"
    client.force_login(MemberFactory(body=body))
    while url:
        with django_assert_max_num_queries(8):
            page = client.get(url).json()
        assert set(page) == {"next", "previous", "results"}
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert seen == sorted(CreditRecord.objects.values_list("pk", flat=True), reverse=True)


@pytest.mark.parametrize("place", ["records", "entities", "ratings", "cases"])
def test_a_cursor_that_was_made_up_is_not_found(place):
    client = Client()
    client.force_login(MemberFactory())
    answer = client.get(f"/api/v1/{place}/", {"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
