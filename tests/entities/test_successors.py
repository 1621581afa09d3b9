"""When a body is gone: what its successor may do with what it left, and what its own people still may."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from credit_platform.common.errors import NotPermitted
from entities import policies
from entities.drafts import RecordDraft
from entities.models import CreditRecord, Notice, Submission
from entities.services import records
from tests.factories import BodyFactory, MemberFactory, RecordFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
Status = CreditRecord.Status


@pytest.fixture
def gone():
    """A body that went, over another one that went too; `gone.successor.successor` answers for both."""
    between = BodyFactory(is_active=False, successor=BodyFactory())
    return BodyFactory(is_active=False, successor=between)


@pytest.fixture
def heir(gone):
    return gone.successor.successor


def draft_of(record: CreditRecord) -> RecordDraft:
    return RecordDraft(
        document_number=record.document_number, title=record.title, facts=record.facts,
        legal_basis=record.legal_basis, authority=record.authority, severity_class=record.severity_class,
        decided_on=record.decided_on,
    )  # fmt: skip


def test_the_successor_sees_what_was_left_in_whatever_state(gone, heir):
    left = {RecordFactory(submitted_by=gone, status=status).pk for status in Status}
    seen = CreditRecord.objects.visible_to(MemberFactory(body=heir)).values_list("pk", flat=True)
    assert left <= set(seen)


def test_the_successor_reads_files_and_notices_of_the_body_that_is_gone(gone, heir):
    file, clerk = SubmissionFactory(body=gone), MemberFactory(body=heir)
    notice = Notice.objects.create(body=gone, kind="entities.record-expired")
    assert list(Submission.objects.visible_to(clerk)) == [file]
    assert list(Notice.objects.visible_to(clerk)) == [notice]


def test_a_reviewer_of_the_successor_approves_what_waited(gone, heir):
    record = RecordFactory(submitted_by=gone, status="waiting")
    approved = records.approve_record(by=MemberFactory(body=heir, role="reviewer"), record_id=record.pk)
    assert approved.status == Status.PUBLISHED


def test_a_clerk_of_the_successor_corrects_under_the_body_whose_number_it_is(gone, heir):
    record = RecordFactory(submitted_by=gone)
    newer = records.correct_record(
        by=MemberFactory(body=heir), record_id=record.pk, because="Typing error.",
        draft=replace(draft_of(record), title="罚款3200元"),
    )  # fmt: skip
    assert (newer.submitted_by, newer.replaces) == (gone, record)
    reviewer = MemberFactory(body=heir, role="reviewer")
    assert records.approve_record(by=reviewer, record_id=newer.pk).status == Status.PUBLISHED


def test_a_clerk_of_the_successor_withdraws_and_a_reviewer_ends_by_repair(gone, heir):
    withdrawn, repaired = RecordFactory(submitted_by=gone), RecordFactory(submitted_by=gone)
    records.withdraw_record(by=MemberFactory(body=heir), record_id=withdrawn.pk, because="Wrong entity.")
    reviewer = MemberFactory(body=heir, role="reviewer")
    assert records.end_by_repair(by=reviewer, record_id=repaired.pk, because="XF-1").status == Status.REPAIRED


def test_the_successor_finishes_a_draft_but_begins_nothing_in_that_name(gone, heir):
    record, clerk = RecordFactory(submitted_by=gone, status="draft"), MemberFactory(body=heir)
    what = {
        "by": clerk, "body": gone, "entity": record.entity, "record_type": record.record_type,
        "draft": replace(draft_of(record), title="罚款3200元"),
    }  # fmt: skip
    assert records.save_draft(**what, record_id=record.pk).title == "罚款3200元"
    with pytest.raises(NotPermitted, match="no longer"):
        records.save_draft(**what)


def test_roles_in_a_body_that_is_gone_count_no_more(gone):
    former = MemberFactory(body=gone, role="reviewer")
    record = RecordFactory(submitted_by=gone, status="waiting")
    assert not policies.roles_of(former)
    assert not CreditRecord.objects.visible_to(former).exists()
    with pytest.raises(NotPermitted):
        records.approve_record(by=former, record_id=record.pk)


def test_the_successor_of_one_body_has_nothing_to_do_with_another(gone, heir):
    stranger = RecordFactory(status="waiting", decided_on=timezone.localdate() - timedelta(days=3))
    assert not CreditRecord.objects.visible_to(MemberFactory(body=heir)).filter(pk=stranger.pk).exists()
    assert policies.bodies_of(MemberFactory(body=gone)) == frozenset()


def test_roles_are_read_in_one_query(gone, heir, django_assert_num_queries):
    clerk = MemberFactory(body=heir)
    with django_assert_num_queries(1):
        assert policies.bodies_of(clerk) == {heir.pk, gone.pk, gone.successor_id}
