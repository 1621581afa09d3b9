"""The five dates of a record, and that what is due is found in the tables as the dates say."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from credit_platform.common.working_days import months_after
from entities.models import CreditRecord, RecordTypeVersion
from entities.retention import selectors
from entities.retention.dates import DateKind, Why, five_dates, latest_start
from tests.factories import RecordFactory, RecordTypeFactory

TODAY = date(2026, 11, 20)
days = st.dates(date(2015, 1, 1), date(2040, 12, 31))


def dates_of(record) -> dict[str, tuple]:
    return {one.kind.value: (one.day, one.why) for one in five_dates(record)}


def record(**facts):
    """A record that is nowhere kept: what reckons dates asks nothing of the database."""
    version = facts.pop("version", {})
    made = RecordFactory.build(
        record_type=RecordTypeFactory.build(), type_version=None, submitted_by=None, **facts
    )
    made.type_version = RecordTypeVersion(record_type=made.record_type, disclosure="public", valid_from=TODAY)
    for name, value in version.items():
        setattr(made.type_version, name, value)
    return made


FACTS = {"entity": None, "entered_by": None, "published_on": TODAY, "decided_on": date(2024, 2, 29)}


def test_what_is_in_force_without_an_end_has_no_day_yet():
    found = dates_of(record(**FACTS, version={"archive_months": 12, "delete_months": 60}))
    assert found == dict.fromkeys(DateKind.values, (None, Why.OPEN))


def test_display_sharing_and_use_end_with_the_last_day_of_the_rule():
    found = dates_of(record(**FACTS, publish_until=date(2027, 2, 28)))
    assert {found[kind] for kind in ("display", "share", "use")} == {(date(2027, 2, 28), Why.RULE)}
    assert found["archive"] == found["delete"] == (None, Why.UNSET)


def test_a_repair_ends_the_three_on_its_day():
    found = dates_of(
        record(**FACTS, status="repaired", publish_until=date(2027, 2, 28), ended_on=date(2026, 5, 4))
    )
    assert {found[kind] for kind in ("display", "share", "use")} == {(date(2026, 5, 4), Why.ENDED)}


def test_what_is_withheld_is_never_displayed_but_shared_and_used():
    found = dates_of(record(**FACTS, publish_until=date(2027, 2, 28), withheld=True))
    assert found["display"] == (None, Why.NEVER)
    assert found["share"] == found["use"] == (date(2027, 2, 28), Why.RULE)


def test_what_is_its_bodys_own_is_neither_displayed_nor_shared():
    found = dates_of(record(**FACTS, publish_until=date(2027, 2, 28), version={"disclosure": "own"}))
    assert found["display"] == found["share"] == (None, Why.NEVER)


def test_archiving_and_deletion_count_from_the_day_it_was_over():
    found = dates_of(
        record(**FACTS, publish_until=date(2026, 8, 30), version={"archive_months": 6, "delete_months": 60})
    )
    assert found["archive"] == (date(2027, 2, 28), Why.VERSION)
    assert found["delete"] == (date(2031, 8, 31), Why.VERSION)


def test_counted_from_the_decision_nothing_is_due_while_it_is_in_force():
    from_decision = {"delete_months": 12, "retention_start": "decision"}
    found = dates_of(record(**FACTS, publish_until=date(2027, 2, 28), version=from_decision))
    assert found["delete"] == (date(2027, 3, 1), Why.VERSION)
    found = dates_of(record(**FACTS, publish_until=date(2024, 5, 28), version=from_decision))
    assert found["delete"] == (date(2025, 3, 1), Why.VERSION)


def test_what_is_being_prepared_has_no_dates():
    assert five_dates(record(**FACTS | {"published_on": None}, status="draft")) == ()


@given(day=days, months=st.integers(0, 130))
def test_the_latest_start_is_the_last_day_from_which_the_months_have_run(day, months):
    latest = latest_start(months, day)
    assert months_after(latest, months) <= day < months_after(latest + timedelta(days=1), months)


@pytest.mark.django_db
@pytest.mark.parametrize("start", ("end", "decision"))
def test_what_is_due_in_the_tables_is_what_the_dates_say(start):
    """Around ends of months, where calendars are uneven."""
    model = RecordFactory(status="expired", ended_on=TODAY)
    version = model.type_version
    version.archive_months, version.delete_months = 1, 13
    version.retention_start, version.retention_source = start, "art. 16"
    version.save()
    first = date(2025, 1, 25)
    CreditRecord.objects.bulk_create(
        CreditRecord(
            **{
                field.attname: getattr(model, field.attname)
                for field in CreditRecord._meta.concrete_fields
                if not field.generated and field.attname not in {"id", "ended_on", "decided_on"}
            },
            decided_on=first + timedelta(days=n % 11),
            ended_on=first + timedelta(days=n),
        )
        for n in range(60)
    )
    records = CreditRecord.objects.exclude(pk=model.pk).select_related("type_version", "record_type")
    for day in (date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 1), date(2026, 2, 28), date(2026, 3, 31)):
        for kind in (DateKind.ARCHIVE, DateKind.DELETE):
            expected = {one.pk for one in records if dates_of(one)[kind][0] <= day}
            assert set(selectors.due(version, kind, day).values_list("pk", flat=True)) == expected
