"""Nobody decides for an office about a business for which they act themselves, whatever is decided."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from agencies import selectors as desk
from agencies.measures import policies as measures, services as noting
from agencies.measures.services import Wanted
from associations.forewarning import policies as forewarning
from credit_platform.common.errors import NotPermitted
from credit_platform.portal.public_reports import policies as public_reports
from entities import policies
from entities.commitments import policies as commitments
from entities.models import CreditRecord
from entities.services import records
from repair import policies as cases
from repair.missing import policies as missing
from repair.models import Case
from repair.sections import policies as sections
from tests.factories import (
    AgentFactory,
    CaseFactory,
    MemberFactory,
    MissingRecordFactory,
    RecordFactory,
    repairable_record,
)

pytestmark = pytest.mark.django_db
REASON = "You act for"


@pytest.fixture
def record():
    return repairable_record()


def both(record: CreditRecord, role: str = "supervisor"):
    """One of the department who acts for the entity, and a colleague who does not."""
    person, colleague = (MemberFactory(body=record.submitted_by, role=role) for _each in range(2))
    AgentFactory(user=person, entity=record.entity)
    return person, colleague


def about(record: CreditRecord, **more) -> SimpleNamespace:
    """Something that the body of the record works on and that concerns its entity."""
    named = {"entity": record.entity, "entity_id": record.entity_id}
    return SimpleNamespace(body=record.submitted_by, body_id=record.submitted_by_id, **named, **more)


def standing_on(record: CreditRecord) -> SimpleNamespace:
    return SimpleNamespace(record=record, body=record.submitted_by, body_id=record.submitted_by_id)


def case_of(record: CreditRecord) -> Case:
    return Case.objects.filter(record=record).first() or CaseFactory(record=record, state="proposed")


#: What each policy is asked, from a record of the department's own.
ASKED: dict[str, Callable] = {
    "review a record": lambda user, record: policies.may_review(user, record, authors=()),
    "withdraw a record": policies.may_withdraw,
    "note a measure": measures.may_note,
    "lift a measure": lambda user, record: measures.may_lift(user, standing_on(record)),
    "work on a report from the public": lambda user, record: public_reports.may_work_on(user, about(record)),
    "settle a prior notice": lambda user, record: forewarning.may_settle(user, about(record)),
    "check a commitment": lambda user, record: commitments.may_check(
        user,
        about(
            record,
            template=SimpleNamespace(checked_by=record.submitted_by, checked_by_id=record.submitted_by_id),
        ),
    ),
    "decide a case": lambda user, record: cases.may_decide(user, case_of(record)),
    "work on a case": lambda user, record: cases.may_handle(user, case_of(record)),
    "extend a clock": lambda user, record: cases.may_extend(user, case_of(record)),
    "lend a case": lambda user, record: cases.may_lend(user, case_of(record)),
    "move a case": lambda user, record: sections.may_move(user, case_of(record)),
    "answer what is missing": lambda user, record: missing.may_answer(
        user, MissingRecordFactory(body=record.submitted_by, entity=record.entity)
    ),
}


@pytest.mark.parametrize("deed", ASKED)
def test_it_is_refused_to_who_acts_for_the_entity_and_to_no_colleague(record, deed):
    person, colleague = both(record)
    refusal = ASKED[deed](person, record)
    assert not refusal
    assert REASON in refusal.reason
    assert ASKED[deed](colleague, record)


def test_what_concerns_nobody_is_worked_on_by_everybody_of_the_body(record):
    person, _colleague = both(record)
    report = about(record)
    report.entity = report.entity_id = None
    assert public_reports.may_work_on(person, report)


def test_who_sent_a_report_is_not_read_by_whom_it_is_about(record):
    person, colleague = both(record)
    assert public_reports.may_read_sender(colleague, about(record))
    assert not public_reports.may_read_sender(person, about(record))


def test_the_queue_of_reviews_holds_none_of_the_own_business(record):
    waiting = RecordFactory(
        entity=record.entity,
        submitted_by=record.submitted_by,
        record_type=record.record_type,
        status="waiting",
    )
    person, colleague = both(record, role="reviewer")
    assert not desk.to_review(person).exists()
    assert desk.to_review(colleague).get() == waiting
    with pytest.raises(NotPermitted, match=REASON):
        records.approve_record(by=person, record_id=waiting.pk)


def test_nobody_ends_a_record_or_a_measure_of_the_own_business_past_the_case(record):
    person, colleague = both(record)
    measure = noting.note_measure(
        by=colleague, record_id=record.pk, wanted=Wanted(record.submitted_by, "Closer watch", "Article 9")
    )
    with pytest.raises(NotPermitted, match=REASON):
        noting.lift_measure(by=person, measure_id=measure.pk, because="It was paid.")
    with pytest.raises(NotPermitted, match=REASON):
        records.withdraw_record(by=person, record_id=record.pk, because="It was a mistake.")
    record.refresh_from_db()
    assert record.status == "published"
