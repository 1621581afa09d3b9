"""The reason that a board's list names is the one that the whole explanation of the grade would give."""

import random
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from entities.models import CreditRecord, RecordType
from evaluation.explanation import Explained, Reason, explain_entity
from evaluation.main_reasons import main_reasons
from tests.factories import EntityFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
CODES = (
    "administrative-penalty",
    "administrative-penalty",
    "serious-violation-listing",
    "abnormal-listing",
    "commendation",
    "tax-credit-grade",
    "administrative-licence",
    "inspection-result",
)


def by_the_whole_explanation(
    one: Explained, since: date, direction: int
) -> tuple[str, CreditRecord | None] | None:
    """The rule over all reasons, the heaviest first, as a reader of the entity's own page would apply it."""
    if direction == 0:
        return next(map(named, one.reasons), None)
    pushing = [reason for reason in one.reasons if reason.points * direction > 0]
    pushing += [reason for reason in one.held_by if direction < 0]
    new = [reason for reason in pushing if reason.record and reason.record.published_on > since]
    if new:
        return named(new[0])
    spoke = RecordType.Polarity.POSITIVE if direction < 0 else RecordType.Polarity.NEGATIVE
    for skipped in one.not_counted:
        record = skipped.record
        if record.ended_on and record.ended_on > since and record.record_type.polarity == spoke:
            return f"Ended: {record.heading}", record
    for reason in one.reasons:
        if reason.points * direction < 0 and reason.is_weighted:
            return f"Weighs less: {named(reason)[0]}", reason.record
    return named(pushing[0]) if pushing else None


def named(reason: Reason) -> tuple[str, CreditRecord | None]:
    return (reason.record.heading if reason.record else str(reason.indicator.name)), reason.record


@pytest.fixture
def crowd(record):
    """Entities with few and with many records of all kinds and ages, some of them ended."""
    chance, today = random.Random(20261122), timezone.localdate()
    entities = [EntityFactory() for _ in range(14)]
    for entity in entities:
        for _ in range(chance.choice((0, 1, 2, 5, 9))):
            age = chance.choice((1, 20, 50, 200, 500, 900))
            ended = chance.choice((None, None, 0, 30, 300))
            code = chance.choice(CODES)
            record(
                entity,
                code,
                decided_on=today - timedelta(days=age),
                published_on=today - timedelta(days=age),
                severity_class=chance.choice(("minor", "general", "serious"))
                if code == "administrative-penalty"
                else "",
                details={"grade": chance.choice("ABMCD")} if code == "tax-credit-grade" else {},
                **({} if ended is None or ended > age else repaired(today - timedelta(days=ended))),
            )
    return entities


def repaired(day: date) -> dict:
    return {"status": CreditRecord.Status.REPAIRED, "ended_on": day}


@pytest.mark.parametrize("reader", ["supervisor", "nobody"])
@pytest.mark.parametrize("code", ["city-comprehensive", "risk-class"])
@pytest.mark.parametrize("days", [7, 31, 365])
def test_it_is_the_reason_that_the_whole_explanation_gives(schemes, crowd, reader, code, days):
    user = MemberFactory(role="supervisor") if reader == "supervisor" else UserFactory()
    today, scheme = timezone.localdate(), schemes[code]
    since = today - timedelta(days=days)
    told = set()
    for direction in (-1, 0, 1):
        given = main_reasons(
            user=user,
            directions={entity.pk: direction for entity in crowd},
            scheme=scheme,
            since=since,
            today=today,
        )
        for entity in crowd:
            whole = explain_entity(user=user, entity=entity, scheme=scheme, as_of=today)
            wanted = by_the_whole_explanation(whole, since, direction)
            found = given.get(entity.pk)
            assert (found and (found.text, found.record)) == wanted
            told.add(found and found.text.partition(":")[0])
    assert None in told
    assert len(told) > 2


def test_a_page_of_long_lives_reads_few_records(schemes, record, django_assert_max_num_queries):
    entities = [EntityFactory() for _ in range(3)]
    for entity in entities:
        for _ in range(20):
            record(entity)
    today, user = timezone.localdate(), MemberFactory(role="supervisor")
    with django_assert_max_num_queries(9) as asked:
        found = main_reasons(
            user=user,
            directions={entity.pk: 0 for entity in entities},
            scheme=schemes["city-comprehensive"],
            since=today,
            today=today,
        )
    assert len(found) == 3
    title = '"entities_creditrecord"."title"'
    (whole,) = [one["sql"] for one in asked.captured_queries if title in one["sql"]]
    keys = re.search(r'"entities_creditrecord"."id" IN \(([^)]*)\)', whole)[1]
    assert len(keys.split(",")) == 3
