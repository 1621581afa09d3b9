"""Two people at the same moment: real threads on a real database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event
from time import sleep

import pytest
from django.db import connection
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import DomainError, WrongState
from entities.drafts import draft_of
from entities.models import CreditRecord
from entities.services import records
from entities.services.entities import change_entity
from tests.factories import BodyFactory, EntityFactory, MemberFactory, RecordFactory, SubmissionFactory

pytestmark = pytest.mark.django_db(transaction=True)
Status = CreditRecord.Status


def at_once(*calls):
    """What each call returned or raised, all of them started together on connections of their own."""
    barrier = Barrier(len(calls))

    def run(call):
        try:
            barrier.wait(timeout=100)
            return call()
        except DomainError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def verbs(verb: str) -> int:
    return AuditEvent.objects.filter(verb=f"entities.record.{verb}").count()


def test_of_two_reviewers_one_approves_and_the_other_hears_that_it_is_done(body):
    record = RecordFactory(submitted_by=body, status="waiting")
    reviewers = [MemberFactory(body=body, role="reviewer") for _each in range(2)]
    results = at_once(*(lambda by=by: records.approve_record(by=by, record_id=record.pk) for by in reviewers))
    assert sorted(type(result).__name__ for result in results) == ["CreditRecord", "WrongState"]
    assert verbs("approved") == 1


def test_of_approving_and_returning_one_wins(body):
    record = RecordFactory(submitted_by=body, status="waiting")
    one, other = (MemberFactory(body=body, role="reviewer") for _each in range(2))
    results = at_once(
        lambda: records.approve_record(by=one, record_id=record.pk),
        lambda: records.return_record(by=other, record_id=record.pk, note="Once more."),
    )
    assert sum(isinstance(result, WrongState) for result in results) == 1
    record.refresh_from_db()
    assert verbs("approved") + verbs("returned") == 1
    assert record.status == (Status.PUBLISHED if verbs("approved") else Status.RETURNED)


def test_two_queues_approved_at_once_in_opposite_order_do_not_block_each_other(body):
    waiting = [record.pk for record in RecordFactory.create_batch(6, submitted_by=body, status="waiting")]
    one, other = (MemberFactory(body=body, role="reviewer") for _each in range(2))
    results = at_once(
        lambda: records.approve_records(by=one, record_ids=waiting),
        lambda: records.approve_records(by=other, record_ids=waiting[::-1]),
    )
    assert sum(len(done) for done, _refused in results) == 6
    assert verbs("approved") == 6


def test_a_form_sent_twice_at_once_is_saved_once(body, clerk, penalty, entity, draft):
    def save():
        return records.save_draft(by=clerk, body=body, entity=entity, record_type=penalty, draft=draft)

    first, second = at_once(save, save)
    assert first == second
    assert CreditRecord.objects.count() == 1


def test_a_file_sent_twice_at_once_is_saved_once(body, clerk, penalty, entity, draft):
    rows = [(n, entity.pk, penalty, replace(draft, document_number=f"云{n}号")) for n in range(2, 52)]
    submissions = [SubmissionFactory(body=body, uploaded_by=clerk) for _each in range(2)]
    counts = at_once(
        *(
            lambda submission=submission: records.submit_rows(
                by=clerk, submission=submission, rows=rows, status="waiting"
            )
            for submission in submissions
        )
    )
    assert sorted((count.new, count.unchanged) for count in counts) == [(0, 50), (50, 0)]


def test_a_withdrawal_and_the_approval_of_a_correction_do_not_both_win(body, clerk, reviewer, penalty):
    record = RecordFactory(submitted_by=body, record_type=penalty, entered_by=clerk)
    newer = records.correct_record(
        by=clerk, record_id=record.pk, draft=replace(draft_of(record), title="改"), because="Mistyped."
    )
    results = at_once(
        lambda: records.withdraw_record(by=clerk, record_id=record.pk, because="Annulled."),
        lambda: records.approve_record(by=reviewer, record_id=newer.pk),
    )
    assert sum(isinstance(result, WrongState) for result in results) == 1
    assert CreditRecord.objects.filter(status=Status.PUBLISHED).count() + verbs("withdrawn") == 1


def test_two_workers_end_the_same_publicity_once(body):
    today = timezone.localdate()
    RecordFactory.create_batch(
        5, submitted_by=body, publish_until=today - timedelta(days=1), severity_class=""
    )
    ended = at_once(lambda: records.end_publicity(as_of=today), lambda: records.end_publicity(as_of=today))
    assert sum(ended) == 5
    assert verbs("expired") == 5


def test_a_file_and_an_approval_of_what_it_corrects_do_not_block_each_other(
    body, clerk, penalty, monkeypatch
):
    """The file locks the record in force before the one that waits, the approval the other way round."""
    in_force = RecordFactory(submitted_by=body, record_type=penalty, status="published")
    waiting = RecordFactory(
        submitted_by=body, record_type=penalty, status="waiting", entity=in_force.entity,
        document_number=in_force.document_number, replaces=in_force,
    )  # fmt: skip
    reviewer, submission = MemberFactory(body=body, role="reviewer"), SubmissionFactory(body=body)
    has_its_record = Event()
    look = records._under_their_numbers

    def look_later(found):
        has_its_record.set()
        sleep(0.5)
        return look(found)

    monkeypatch.setattr(records, "_under_their_numbers", look_later)

    def send():
        assert has_its_record.wait(100)
        row = (2, waiting.entity_id, penalty, replace(draft_of(waiting), title="改"))
        return records.submit_rows(by=clerk, submission=submission, rows=[row], status=Status.WAITING)

    approved, sent = at_once(lambda: records.approve_record(by=reviewer, record_id=waiting.pk), send)

    assert approved.status == Status.PUBLISHED
    assert sent == records.Counts(changed=1)


def test_two_who_each_see_half_of_a_circle_of_head_offices_do_not_close_it():
    registrar = MemberFactory(body=BodyFactory(keeps_register=True))
    one, other = EntityFactory(), EntityFactory()

    def below(entity, office):
        return change_entity(
            by=registrar, credit_code=entity.credit_code, facts={"head_office": office}, because="moved"
        )

    results = at_once(lambda: below(one, other), lambda: below(other, one))
    assert sorted(type(result).__name__ for result in results) == ["Entity", "InvalidInput"]
