"""What the columns hold is what the registry holds."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from entities.models import CreditRecord
from evaluation import frames
from evaluation.columns import FOREVER, UNKNOWN, Vocabulary
from evaluation.kernel import Skipped, explain
from tests.factories import EntityFactory, RecordTypeVersionFactory

pytestmark = pytest.mark.django_db
WORDS = Vocabulary(
    types=("administrative-penalty", "tax-credit-grade", "member-commendation"),
    penalty_kinds=("closed", "fine"),
    fields={"grade": ("A", "D"), "finding": ("none",)},
)


def test_every_column_says_what_the_record_says(record):
    first, second, third = (EntityFactory() for _ in range(3))
    penalty = record(
        second,
        severity_class="serious",
        penalty_kinds=["fine", "warning"],
        decided_on=date(2024, 2, 29),
        publish_until=date(2027, 2, 28),
        published_on=date(2024, 3, 1),
        objected=True,
    )
    tax = record(first, "tax-credit-grade", details={"grade": "D", "year": 2025}, status="repaired")
    member = record(second, "member-commendation")
    columns = frames.columns_of([third.pk, second.pk, first.pk], WORDS)
    rows = columns.records
    assert columns.entities.tolist() == [first.pk, second.pk, third.pk]
    assert rows.record.tolist() == [tax.pk, penalty.pk, member.pk]
    assert rows.entity_index.tolist() == [0, 1, 1]
    assert rows.type.tolist() == [2, 1, 3]
    assert rows.market.tolist() == [False, False, True]
    assert rows.severity.tolist() == [0, 3, 0]
    assert rows.penalty_kinds.tolist() == [0, 0b10, 0]
    assert rows.decided[1].item() == date(2024, 2, 29)
    assert [day.item() for day in rows.until] == [FOREVER, date(2027, 2, 28), FOREVER]
    assert rows.standing.tolist() == [1, 0, 0]
    assert rows.objected.tolist() == [False, True, False]
    assert rows.values["grade"].tolist() == [2, 0, 0]
    assert rows.values["finding"].tolist() == [0, 0, 0]
    assert rows.count().tolist() == [1, 2, 0]


def test_words_that_no_scheme_uses_are_none_of_them(record):
    entity = EntityFactory()
    record(entity, "commendation", details={"grade": ["A"], "finding": None})
    rows = frames.columns_of([entity.pk], WORDS).records
    assert (rows.type.tolist(), rows.values["grade"].tolist(), rows.values["finding"].tolist()) == (
        [0],
        [0],
        [0],
    )


def test_there_may_be_no_records_and_no_entities_at_all():
    assert len(frames.columns_of([], WORDS).records) == 0
    entity = EntityFactory()
    assert frames.columns_of([entity.pk], Vocabulary()).entities.tolist() == [entity.pk]


def test_what_is_being_prepared_is_not_known_to_a_rating(record):
    entity = EntityFactory()
    for status in CreditRecord.UNDER_PREPARATION:
        record(entity, status=status)
    assert len(frames.columns_of([entity.pk], WORDS).records) == 0


def test_what_only_the_submitting_body_may_see_is_not_known_to_a_rating(types, record):
    version = RecordTypeVersionFactory(
        record_type=types["administrative-penalty"], valid_from=date(2025, 1, 1), disclosure="own"
    )
    entity = EntityFactory()
    record(entity, type_version=version)
    assert len(frames.columns_of([entity.pk], WORDS).records) == 0


def test_a_rating_reads_no_ended_records_and_an_explanation_reads_them_all(record):
    entity = EntityFactory()
    for status in ("published", "repaired", "expired", "withdrawn", "replaced"):
        record(entity, status=status)
    assert frames.columns_in_force([entity.pk], WORDS).records.standing.tolist() == [0]
    assert sorted(frames.columns_of([entity.pk], WORDS).records.standing.tolist()) == [0, 1, 2, 3, 4]


def test_a_range_holds_the_entities_between_its_ends_and_those_named_besides(record):
    low, middle, high, idle = (EntityFactory() for _ in range(4))
    for entity in (low, middle, high):
        record(entity)
    columns = frames.columns_of_range(low.pk, middle.pk, [idle.pk], frames.Kinds(WORDS))
    assert columns.entities.tolist() == [low.pk, middle.pk, idle.pk]


@pytest.mark.parametrize("offset", [-2, -1, 0, 1, 2])
def test_the_kernel_counts_exactly_what_the_registry_says_is_in_force(schemes, record, offset):
    today = timezone.localdate()
    day = today + timedelta(days=offset)
    entity = EntityFactory()
    for decided in (today - timedelta(days=1), today, today + timedelta(days=1)):
        for until in (
            None,
            max(decided, today - timedelta(days=1)),
            max(decided, today),
            today + timedelta(days=1),
        ):
            for status in ("published", "repaired", "expired"):
                record(entity, decided_on=decided, publish_until=until, status=status)
    scheme = schemes["city-comprehensive"].compiled
    columns = frames.columns_of([entity.pk], scheme.vocabulary)
    skipped = explain(columns, scheme, day).skipped
    counted = set(columns.records.record[skipped == Skipped.COUNTED].tolist())
    assert counted == set(CreditRecord.objects.counting_on(day).values_list("pk", flat=True))


def test_numbers_days_and_keys_are_read_from_the_details_and_what_is_none_is_unknown(record):
    words = Vocabulary(
        types=("administrative-penalty",),
        numbers=("amount", "hours"),
        dates=("corrected_on",),
        keys=("document-number", "inspection"),
    )
    entity = EntityFactory()
    said = [
        {"hours": "12.5", "corrected_on": "2026-02-28", "inspection": "i-1"},
        {"hours": -3, "corrected_on": "2026-02-30", "inspection": ""},
        {"hours": "many", "corrected_on": "soon"},
        {"hours": "0.00005", "corrected_on": None},
    ]
    for number, details in enumerate(said):
        record(
            entity, details=details, amount=32000 if number == 0 else None, document_number=f"i-{number + 1}"
        )
    rows = frames.columns_of([entity.pk], words).records
    unknown = int(UNKNOWN)
    assert rows.numbers["amount"].tolist() == [320_000_000, unknown, unknown, unknown]
    assert rows.numbers["hours"].tolist() == [125_000, -30_000, unknown, 1]
    assert [str(day) for day in rows.dates["corrected_on"]] == ["2026-02-28", "NaT", "NaT", "NaT"]
    own, named = rows.keys["document-number"].tolist(), rows.keys["inspection"].tolist()
    assert (named[0] == own[0], named[1:]) == (True, [0, 0, 0])
    assert len(set(own)) == 4


def test_facts_of_entities_are_read_where_a_scheme_asks_for_them(record):
    words = Vocabulary(
        facts={"size": ("micro", "small"), "section": ("H",), "mood": ("good",)},
        fact_numbers=("staff",),
        fact_dates=("registered_on",),
        fact_keys=("district", "division"),
    )
    small = EntityFactory(
        size="small", industry_code="H6210", registered_on=date(2020, 2, 29), district="东城区"
    )
    other = EntityFactory(size="", industry_code="H6220", registered_on=None, district="东城区")
    record(small)
    facts = frames.columns_of([small.pk, other.pk], words).facts
    assert facts.words["size"].tolist() == [2, 0]
    assert facts.words["section"].tolist() == [1, 1]
    assert facts.words["mood"].tolist() == [0, 0]
    assert facts.numbers["staff"].tolist() == [int(UNKNOWN)] * 2
    assert [str(day) for day in facts.dates["registered_on"]] == ["2020-02-29", "NaT"]
    assert len(set(facts.keys["district"].tolist())) == 1
    assert len(set(facts.keys["division"].tolist())) == 1
