"""Rows of a file become records: the same rules, many at once, and nothing twice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from time import monotonic

import pytest

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, NotPermitted
from entities.models import CreditRecord, Notice
from entities.services import records
from entities.services.records import Counts, RowState
from tests.factories import (
    AgentFactory,
    EntityFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordFactory,
    RecordTypeFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db
Status = CreditRecord.Status


@pytest.fixture
def submission(body, clerk):
    return SubmissionFactory(body=body, uploaded_by=clerk)


@pytest.fixture
def listing(body):
    """A type of good news: official lists of it are published as they are."""
    return RecordTypeFactory(submitters=[body], polarity="positive")


@pytest.fixture
def submit(clerk, submission):
    def submit_them(rows, status=Status.WAITING, by=clerk):
        return records.submit_rows(by=by, submission=submission, rows=rows, status=status)

    return submit_them


@pytest.fixture
def rows(penalty, draft):
    """Three penalties on three entities."""
    return [
        (number, EntityFactory().pk, penalty, replace(draft, document_number=f"云{number}号"))
        for number in (2, 3, 4)
    ]


@pytest.fixture
def good_rows(listing, draft):
    plain = replace(draft, severity_class="", penalty_kinds=(), amount=None)
    return [
        (number, EntityFactory().pk, listing, replace(plain, document_number=f"名单{number}"))
        for number in (2, 3, 4)
    ]


def changed(rows, **fields):
    """The rows, the first with other contents."""
    (number, entity_id, record_type, draft), *rest = rows
    return [(number, entity_id, record_type, replace(draft, **fields)), *rest]


def test_rows_wait_for_review_and_name_their_file(submit, submission, rows, clerk, changes):
    assert submit(rows) == Counts(new=3)
    saved = list(CreditRecord.objects.order_by("row_number"))
    assert {record.status for record in saved} == {Status.WAITING}
    assert [(record.submission, record.row_number) for record in saved] == [
        (submission, n) for n in (2, 3, 4)
    ]
    assert {record.entered_by for record in saved} == {clerk}
    assert AuditEvent.objects.filter(verb="entities.record.submitted").count() == 3
    assert changes == []


def test_sending_the_same_rows_again_changes_nothing(submit, rows):
    submit(rows)
    before = list(CreditRecord.objects.order_by("pk").values())
    assert submit(rows) == Counts(unchanged=3)
    assert list(CreditRecord.objects.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(verb="entities.record.submitted").count() == 3


def test_a_row_that_changed_rewrites_what_still_waits(submit, rows):
    submit(rows)
    assert submit(changed(rows, amount=Decimal(8000))) == Counts(changed=1, unchanged=2)
    assert CreditRecord.objects.count() == 3
    assert CreditRecord.objects.get(row_number=2).amount == 8000


def test_a_row_that_changed_corrects_what_is_in_force_after_review(submit, rows, reviewer):
    submit(rows)
    records.approve_records(by=reviewer, record_ids=CreditRecord.objects.values_list("pk", flat=True))
    assert submit(rows) == Counts(unchanged=3)
    assert submit(changed(rows, title="罚款8000元")) == Counts(changed=1, unchanged=2)
    newer = CreditRecord.objects.get(status=Status.WAITING)
    assert newer.replaces.status == Status.PUBLISHED
    records.approve_record(by=reviewer, record_id=newer.pk)
    newer.replaces.refresh_from_db()
    assert newer.replaces.status == Status.REPLACED


def test_an_official_list_is_published_at_once(submit, good_rows, changes):
    assert submit(good_rows, Status.PUBLISHED) == Counts(new=3)
    assert CreditRecord.objects.filter(status=Status.PUBLISHED, published_on__isnull=False).count() == 3
    assert changes == [{entity_id for _n, entity_id, _t, _d in good_rows}]


def test_a_list_sent_again_with_a_change_replaces_that_row(submit, good_rows):
    submit(good_rows, Status.PUBLISHED)
    assert submit(changed(good_rows, title="改"), Status.PUBLISHED) == Counts(changed=1, unchanged=2)
    statuses = CreditRecord.objects.filter(row_number=2).order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [Status.REPLACED, Status.PUBLISHED]


def test_a_list_publishes_what_was_waiting_under_the_same_number(submit, good_rows):
    submit(good_rows)
    submit(changed(good_rows, title="改"), Status.PUBLISHED)
    assert CreditRecord.objects.get(row_number=2).status == Status.PUBLISHED


def test_a_list_publishes_what_was_waiting_though_it_says_the_same(submit, good_rows, body):
    submit(good_rows)
    foretold = records.states_of_rows(body=body, rows=good_rows, status=Status.PUBLISHED)
    assert foretold == [RowState.CHANGED] * 3
    assert submit(good_rows, Status.PUBLISHED) == Counts(changed=3)
    assert {record.status for record in CreditRecord.objects.all()} == {Status.PUBLISHED}
    assert submit(good_rows, Status.PUBLISHED) == Counts(unchanged=3)


def test_a_file_that_rewrites_a_returned_record_answers_the_reviewers_note(submit, rows, reviewer):
    submit(rows[:1])
    returned = CreditRecord.objects.get()
    records.return_record(by=reviewer, record_id=returned.pk, note="Name the article.")
    submit(changed(rows[:1], title="改"))
    returned.refresh_from_db()
    assert (returned.status, returned.review_note) == (Status.WAITING, "")


def test_a_row_withdrawn_from_the_wrong_entity_is_taken_for_the_right_one(submit, rows, body):
    _number, _entity_id, record_type, draft = rows[0]
    RecordFactory(
        submitted_by=body, record_type=record_type, status=Status.WITHDRAWN,
        document_number=draft.document_number,
    )  # fmt: skip
    assert submit([rows[0]]) == Counts(new=1)


def test_violations_are_not_published_without_review(submit, rows):
    with pytest.raises(NotPermitted, match="review"):
        submit(rows, Status.PUBLISHED)


@pytest.mark.parametrize("status", [Status.REPAIRED, Status.WITHDRAWN, Status.EXPIRED])
def test_resending_a_row_does_not_bring_back_what_was_ended(submit, rows, body, status):
    _number, entity_id, record_type, draft = rows[0]
    RecordFactory(
        submitted_by=body, record_type=record_type, entity_id=entity_id, status=status,
        document_number=draft.document_number,
    )  # fmt: skip
    assert submit([rows[0]]) == Counts(unchanged=1)
    assert not CreditRecord.objects.filter(status=Status.WAITING).exists()


def test_the_preview_foretells_what_saving_does(body, submit, rows):
    assert records.states_of_rows(body=body, rows=rows) == [RowState.NEW] * 3
    submit(rows[1:])
    now = changed(rows[1:], title="改")
    assert records.states_of_rows(body=body, rows=[rows[0], *now]) == [
        RowState.NEW, RowState.CHANGED, RowState.UNCHANGED,
    ]  # fmt: skip


def test_what_the_preview_would_have_refused_is_refused_whole(submit, rows):
    with pytest.raises(InvalidInput) as refused:
        submit(changed(rows, title="", decided_on=date(2999, 1, 1)))
    assert list(refused.value.problems) == ["2"]
    assert not CreditRecord.objects.exists()


def test_a_number_stands_once_in_a_batch(submit, rows):
    with pytest.raises(InvalidInput, match="twice"):
        submit([rows[0], (9, *rows[0][1:])])


def test_nobody_submits_rows_for_a_body_that_is_not_theirs(submit, rows):
    with pytest.raises(NotPermitted):
        submit(rows, by=MemberFactory())


def test_rows_of_a_type_that_the_body_may_not_submit_are_refused(submit, rows):
    stranger = RecordTypeFactory()
    with pytest.raises(NotPermitted, match="catalogue"):
        submit([(number, entity_id, stranger, draft) for number, entity_id, _type, draft in rows])


def test_the_agents_of_listed_entities_hear_of_it(submit, good_rows):
    entity = AgentFactory(entity_id=good_rows[0][1], entity=None).entity
    submit(good_rows, Status.PUBLISHED)
    assert Notice.objects.get().entity == entity


def test_rows_whose_time_is_over_are_kept_but_not_in_force(submit, good_rows, listing):
    PublicityRuleFactory(record_types=[listing], min_months=0, max_months=1)
    submit(changed(good_rows, decided_on=date(2020, 1, 1)), Status.PUBLISHED)
    assert CreditRecord.objects.get(row_number=2).status == Status.EXPIRED


def test_a_batch_costs_the_same_queries_whatever_its_size(submit, penalty, draft, entity, query_budget):
    def batch(size, start):
        return [
            (number, entity.pk, penalty, replace(draft, document_number=f"云{number}号"))
            for number in range(start, start + size)
        ]

    submit(batch(1, 2))  # so that the clerk's roles are known
    with query_budget("submit a batch of rows"):
        submit(batch(3, 10))
    with query_budget("submit a batch of rows"):
        submit(batch(300, 1000))


def test_a_thousand_rows_take_seconds_not_minutes(submit, penalty, draft, entity):
    rows = [
        (number, entity.pk, penalty, replace(draft, document_number=f"云{number}号"))
        for number in range(2, 1002)
    ]
    start = monotonic()
    assert submit(rows).new == 1000
    assert monotonic() - start < 60
