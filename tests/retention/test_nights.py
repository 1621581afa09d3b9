"""A night archives and deletes what is due, leaves what is held or has no period, and says so."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import Missing
from entities.drafts import RecordDraft
from entities.intake import blocks
from entities.intake.plain import PlainRow
from entities.models import CreditRecord, Notice, SubmissionBlock, SubmissionRow
from entities.retention import erasing, services
from entities.retention.models import Night, Tally
from entities.services import feedback, publishing
from entities.statements.models import Statement
from evaluation.models import RecordPast
from repair import services as repair
from tests.factories import (
    AgentFactory,
    CaseFactory,
    DocumentFactory,
    MemberFactory,
    RecordFactory,
    SubmissionFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
LONG_AGO = date(2019, 5, 1)
EXTRA = [
    {"name": "grade", "type": "code", "label_zh": "级", "label_en": "Grade", "choices": [{"code": "A"}]},
    {"name": "remark", "type": "text", "label_zh": "备注", "label_en": "Remark"},
]


def ended(*, archive=12, delete=60, version=None, **facts) -> CreditRecord:
    """A record that was over long ago, of a type with these periods."""
    if version is not None:
        facts |= {"record_type": version.record_type, "type_version": version}
    made = RecordFactory(
        **{"status": "expired", "ended_on": LONG_AGO, "decided_on": date(2018, 5, 1)} | facts
    )
    kind = made.type_version
    kind.archive_months, kind.delete_months = archive, delete
    kind.retention_source, kind.extra_fields = "art. 16", EXTRA
    kind.save()
    return made


def counts(what: str, kind: str) -> int:
    return sum(Tally.objects.filter(what=what, kind=kind).values_list("records", flat=True))


def again(record: CreditRecord) -> CreditRecord:
    return CreditRecord.objects.get(pk=record.pk)


def test_what_is_due_is_archived_and_deleted_and_counted():
    archived, deleted = ended(delete=None), ended()
    services.work_through_nights(today=TODAY)
    assert (again(archived).archived_on, again(archived).deleted_on) == (TODAY, None)
    assert again(deleted).deleted_on == TODAY
    assert counts("done", "archive") == 2
    assert counts("done", "delete") == 1
    assert Night.objects.get().finished_at is not None


def test_a_night_that_runs_twice_does_nothing_twice():
    ended()
    assert services.work_through_nights(today=TODAY) == 1
    assert services.work_through_nights(today=TODAY) == 0
    assert counts("done", "delete") == 1
    assert AuditEvent.objects.filter(verb="retention.record.deleted").count() == 1


def test_a_night_that_was_killed_is_finished_by_the_next_and_counts_each_record_once(monkeypatch):
    version = ended().type_version
    for _number in range(4):
        ended(version=version)
    monkeypatch.setattr(services, "BATCH", 2)
    batch, left = services._batch, [2]

    def dies(*args):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return batch(*args)

    monkeypatch.setattr(services, "_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        services.work_through_nights(today=TODAY)
    assert CreditRecord.objects.filter(archived_on=TODAY).count() == 4
    assert Night.objects.get().finished_at is None
    monkeypatch.setattr(services, "_batch", batch)
    assert services.work_through_nights(today=TODAY + timedelta(days=1)) == 2
    assert not CreditRecord.objects.filter(deleted_on=None).exists()
    assert counts("done", "archive") == counts("done", "delete") == 5


def test_where_no_period_is_known_nothing_is_done_and_the_report_says_so():
    left = ended(archive=None, delete=None)
    services.work_through_nights(today=TODAY)
    assert again(left).archived_on is None
    assert counts("unset", "archive") == counts("unset", "delete") == 1
    assert counts("done", "archive") == 0


def test_what_is_in_force_stays_however_old_it_is():
    record = ended(status="published", ended_on=None)
    services.work_through_nights(today=TODAY)
    assert again(record).archived_on is None


@pytest.mark.parametrize("state", ("draft", "submitted", "proposed", "appealed"))
def test_a_record_under_an_open_case_is_held_back_and_goes_when_the_case_is_over(state):
    record = ended()
    case = CaseFactory(record=record, state=state)
    services.work_through_nights(today=TODAY)
    assert again(record).archived_on is None
    assert set(Tally.objects.filter(what="held").values_list("kind", "hold", "records")) == {
        ("archive", "case", 1),
        ("delete", "case", 1),
    }
    type(case).objects.filter(pk=case.pk).update(state="withdrawn")
    services.work_through_nights(today=TODAY + timedelta(days=1))
    assert again(record).deleted_on == TODAY + timedelta(days=1)


def test_a_record_under_objection_is_held_back():
    record = ended(objected=True)
    services.work_through_nights(today=TODAY)
    assert again(record).archived_on is None
    assert Tally.objects.filter(what="held", hold="objection").count() == 2


def test_what_was_corrected_stays_as_long_as_its_correction_and_goes_with_it():
    first = ended(status="replaced")
    second = ended(
        version=first.type_version,
        submitted_by=first.submitted_by,
        replaces=first,
        status="published",
        ended_on=None,
    )
    services.work_through_nights(today=TODAY)
    assert again(first).archived_on is None
    CreditRecord.objects.filter(pk=second.pk).update(status="expired", ended_on=date(2019, 6, 1))
    services.work_through_nights(today=TODAY + timedelta(days=1))
    assert again(first).deleted_on == again(second).deleted_on == TODAY + timedelta(days=1)


def test_what_ended_is_counted_by_what_of_it_ended():
    ended(archive=None, delete=None, ended_on=TODAY - timedelta(days=1))
    withheld = ended(archive=None, delete=None, ended_on=TODAY - timedelta(days=1), withheld=True)
    ended(archive=None, delete=None, version=withheld.type_version, ended_on=TODAY)
    services.work_through_nights(today=TODAY)
    assert [counts("done", kind) for kind in ("display", "share", "use")] == [1, 2, 2]
    services.work_through_nights(today=TODAY + timedelta(days=1))
    assert [counts("done", kind) for kind in ("display", "share", "use")] == [2, 3, 3]


def test_what_is_due_within_thirty_days_is_announced():
    for days in (29, 30):
        RecordFactory(decided_on=TODAY - timedelta(days=9), publish_until=TODAY + timedelta(days=days))
    ended(archive=12, ended_on=date(2025, 12, 1))
    services.work_through_nights(today=TODAY)
    assert [counts("coming", kind) for kind in ("display", "share", "use", "archive")] == [1, 1, 1, 1]


def test_only_the_entity_still_reads_what_is_archived_and_nobody_what_is_deleted():
    archived = ended(delete=None)
    agent = AgentFactory(entity=archived.entity).user
    clerk = MemberFactory(body=archived.submitted_by)
    assert CreditRecord.objects.visible_to(clerk).filter(pk=archived.pk).exists()
    services.work_through_nights(today=TODAY)
    assert not CreditRecord.objects.visible_to(clerk).filter(pk=archived.pk).exists()
    assert CreditRecord.objects.visible_to(agent).filter(pk=archived.pk).exists()
    CreditRecord.objects.filter(pk=archived.pk).update(deleted_on=TODAY)
    assert not CreditRecord.objects.visible_to(agent).filter(pk=archived.pk).exists()


def test_of_a_deleted_record_no_word_is_left_and_its_figures_stay():
    record = ended(
        facts="The owner Zhang San", details={"grade": "A", "remark": "Zhang San"}, amount=32000,
        submission=SubmissionFactory(), row_number=2,
    )  # fmt: skip
    digest = erasing.content_digest(again(record))
    services.work_through_nights(today=TODAY)
    left = again(record)
    assert (left.facts, left.title, left.legal_basis, left.authority) == ("", "—", "", "")
    assert left.document_number.startswith("#")
    assert left.details["grade"] == "A"
    assert "Zhang" not in str(left.details)
    assert (left.amount, left.decided_on, left.ended_on) == (32000, date(2018, 5, 1), LONG_AGO)
    event = AuditEvent.objects.get(verb="retention.record.deleted")
    assert event.detail["sha256"] == digest
    assert "art. 16" in event.detail["rule"]
    assert record.document_number not in event.target_label
    assert "2026" in left.heading
    assert str(left.record_type) in left.heading


def test_what_the_record_said_before_loses_its_words_too_and_keeps_its_figures():
    record = ended(status="published", ended_on=None, details={"grade": "A", "remark": "Zhang San"})
    CreditRecord.objects.filter(pk=record.pk).update(status="expired", ended_on=LONG_AGO)
    services.work_through_nights(today=TODAY)
    past = list(RecordPast.objects.filter(record=record))
    assert past
    assert {one.document_number for one in past} == {again(record).document_number}
    assert {one.details["grade"] for one in past} == {"A"}
    assert not [one for one in past if "Zhang" in str(one.details)]


def test_its_statement_goes_and_what_notices_said_of_it():
    record = ended()
    agent = AgentFactory(entity=record.entity).user
    Statement.objects.create(record=record, text="We paid.", written_by=agent)
    feedback.notify_entities(
        kind="entities.record-expired",
        notices=[(record.entity_id, publishing.notice_params(record), publishing.record_url(record))],
    )
    services.work_through_nights(today=TODAY)
    assert not Statement.objects.filter(record=record).exists()
    notice = Notice.objects.get(entity=record.entity)
    assert record.title not in notice.text
    assert record.document_number not in notice.text


def test_rows_of_a_file_lose_what_they_said_and_the_file_goes_with_its_last_record(
    settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    document = DocumentFactory(file=ContentFile(b"secret", name="x"), created_on=timezone.localdate())
    submission = SubmissionFactory(document=document, state="done")
    first = ended(submission=submission, row_number=2)
    second = ended(version=first.type_version, submission=submission, row_number=3, ended_on=date(2025, 6, 1))
    for number in (2, 3):
        SubmissionRow.objects.create(
            submission=submission, number=number, cells=["secret"], draft={"title": "secret"}, outcome="new"
        )
    services.work_through_nights(today=TODAY)
    rows = {row.number: row for row in SubmissionRow.objects.filter(submission=submission)}
    assert rows[2].cells == []
    assert rows[2].draft == {}
    assert rows[3].cells == ["secret"]
    CreditRecord.objects.filter(pk=second.pk).update(ended_on=LONG_AGO)
    with django_capture_on_commit_callbacks(execute=True):
        services.work_through_nights(today=TODAY + timedelta(days=1))
    assert not SubmissionRow.objects.filter(submission=submission).exists()
    assert not list(tmp_path.rglob("documents/*/*/*/*"))
    document.refresh_from_db()
    assert (document.file.name, document.size) == ("", 1)


def test_no_case_is_opened_about_a_record_that_is_deleted():
    record = ended(status="published", ended_on=None)
    agent = AgentFactory(entity=record.entity).user
    CreditRecord.objects.filter(pk=record.pk).update(
        status="expired", ended_on=LONG_AGO, archived_on=TODAY, deleted_on=TODAY
    )
    with pytest.raises(Missing), transaction.atomic():
        repair._locked_record(agent, record.pk)


def test_a_block_of_plain_rows_loses_those_of_deleted_records():
    record = ended(submission=SubmissionFactory(), row_number=2)
    ended(version=record.type_version, submission=record.submission, row_number=3, ended_on=date(2025, 6, 1))
    rows = [
        PlainRow(
            number=number, cells=[f"云{number}号"], clues=None, key=f"云{number}号", entity_id=record.entity_id,
            draft=RecordDraft(document_number=f"云{number}号", title="x", decided_on=TODAY), version=record.type_version,
        )
        for number in (2, 3)
    ]  # fmt: skip
    packed = blocks.pack(rows, [True, True])
    block = SubmissionBlock.objects.create(
        submission=record.submission, first=2, last=3, new=2, unchanged=0, keys=packed.keys, terms="x",
        content=packed.content,
    )  # fmt: skip
    services.work_through_nights(today=TODAY)
    block.refresh_from_db()
    assert [number for number, _cells in blocks.rows_of(blocks.unpack(block.content))] == [3]
