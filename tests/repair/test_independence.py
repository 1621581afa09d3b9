"""Nobody decides twice about one record: whoever had a part in one case about it decides no other, of whatever kind."""

from itertools import product

import pytest
from django.utils import timezone

from entities.models import CreditRecord
from repair import policies, selectors
from repair.independence import HEARING, NAMED, TAKING_PART
from repair.missing import policies as missing_policies, selectors as missing_selectors
from repair.missing.models import MissingRecord
from repair.models import Case, CaseStep
from repair.workflow import SAID, Action
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    MissingRecordFactory,
    RecordFactory,
    repairable_record,
)

pytestmark = pytest.mark.django_db

#: What is over without having ended the record, of each kind, so that another case about it may follow.
ENDS = {
    "repair": ("refused", "appeal_dismissed", "withdrawn"),
    "objection": ("dismissed", "appeal_dismissed", "withdrawn"),
    "basis": ("kept", "appeal_dismissed"),
}
EARLIER = [(kind, state) for kind, states in ENDS.items() for state in states]
#: Everything that somebody may have done in the earlier case.
PARTS = (*NAMED, *TAKING_PART)


@pytest.fixture
def record():
    return repairable_record()


def supervisor_of(record):
    return MemberFactory(body=record.submitted_by, role="supervisor")


def had_part(case: Case, person, part: str) -> None:
    if part in NAMED:
        # Named in the case and nowhere else: the constraints between its people are tried elsewhere.
        others = {name: None for name in ("proposed_by", "decided_by", "appeal_decided_by") if name != part}
        extra = (
            {"appeal_decided_at": timezone.now(), "appeal_reasons": "No."}
            if part == "appeal_decided_by"
            else {}
        )
        Case.objects.filter(pk=case.pk).update(**others, **extra, **{part: person})
    else:
        CaseStep.objects.create(
            case=case, actor=person, actor_name=str(person), action=part, source="submitted", target="submitted",
            version=1,
        )  # fmt: skip


def assert_kept_off(person, other, case: Case, reason: str) -> None:
    """The policy, the list of those who may and the list of what waits all say so, and only of this person."""
    case = Case.objects.get(pk=case.pk)
    refusal = policies.may_decide(person, case)
    assert not refusal
    assert reason in refusal.reason
    assert f"Who may: {other}" in refusal.reason
    assert policies.may_decide(other, case)
    may = policies.supervisors_who_may_decide(case)
    assert (person in may, other in may) == (False, True)
    assert not selectors.cases_waiting(user=person).exists()
    assert selectors.cases_waiting(user=other).get() == case


@pytest.mark.parametrize(("earlier", "later"), [*product(EARLIER, ENDS)])
def test_who_decided_an_earlier_case_about_the_record_decides_no_later_one(record, earlier, later):
    kind, state = earlier
    person, other = supervisor_of(record), supervisor_of(record)
    first = CaseFactory(record=record, kind=kind, state=state)
    had_part(first, person, "decided_by" if state != "withdrawn" else "propose_refuse")
    second = CaseFactory(record=record, kind=later, state="proposed")
    assert_kept_off(person, other, second, f"part in case {first.number}")


@pytest.mark.parametrize("part", PARTS)
def test_every_part_in_an_earlier_case_counts(record, part):
    person, other = supervisor_of(record), supervisor_of(record)
    first = CaseFactory(record=record, kind="objection", state="dismissed")
    had_part(first, person, part)
    second = CaseFactory(record=record, kind="objection", state="proposed")
    assert_kept_off(person, other, second, f"part in case {first.number}")


@pytest.mark.parametrize("said", sorted({*Action} - {*TAKING_PART}))
def test_what_is_no_part_keeps_nobody_off(record, said):
    person = supervisor_of(record)
    had_part(CaseFactory(record=record, kind="objection", state="dismissed"), person, said)
    case = CaseFactory(record=record, kind="objection", state="proposed")
    assert policies.may_decide(person, case)
    assert selectors.cases_waiting(user=person).get() == case


def test_every_step_is_a_part_or_is_known_to_be_none():
    none = {"withdraw", "settle", "ask_material", "take_up_again", "send_back", "extend", *SAID} - {"opinion"}
    assert {*Action} - {*TAKING_PART} == none


def test_a_correction_does_not_make_a_new_matter_of_it(record):
    person, other = supervisor_of(record), supervisor_of(record)
    had_part(CaseFactory(record=record, kind="objection", state="dismissed"), person, "dismiss")
    CreditRecord.objects.filter(pk=record.pk).update(status="replaced")
    newer = RecordFactory(
        submitted_by=record.submitted_by, entity=record.entity, record_type=record.record_type, replaces=record,
        document_number=record.document_number, decided_on=record.decided_on,
    )  # fmt: skip
    assert_kept_off(person, other, CaseFactory(record=newer, state="proposed"), "same record")


def test_another_record_of_the_same_entity_is_another_matter(record):
    person = supervisor_of(record)
    had_part(CaseFactory(record=record, kind="objection", state="dismissed"), person, "dismiss")
    another = repairable_record(submitted_by=record.submitted_by, entity=record.entity)
    assert policies.may_decide(person, CaseFactory(record=another, state="proposed"))


@pytest.mark.parametrize("part", [*HEARING, "opinion", "appeal_decided_by"])
def test_who_heard_an_appeal_about_the_record_hears_no_other(record, part):
    office = BodyFactory(kind="lead_office")
    person, other = (MemberFactory(body=office, role="lead") for _each in range(2))
    first = CaseFactory(record=record, kind="objection", state="appeal_dismissed")
    had_part(first, person, part)
    case = CaseFactory(record=record, kind="basis", state="appealed")
    refusal = policies.may_decide_appeal(person, case)
    assert (bool(refusal), str(other) in refusal.reason) == (False, True)
    assert policies.may_decide_appeal(other, case)
    assert not selectors.cases_waiting(user=person).filter(pk=case.pk).exists()
    assert selectors.cases_waiting(user=other).filter(pk=case.pk).exists()


# What was said to be missing


def refused_by(person, **asked) -> MissingRecord:
    return MissingRecordFactory(
        state="refused", answered_by=person, answered_at=timezone.now(), reasons="There is none.", **asked
    )


@pytest.mark.parametrize("linked", [True, False])
def test_who_answered_when_the_record_was_missing_decides_nothing_about_it_later(record, linked):
    person, other = supervisor_of(record), supervisor_of(record)
    asked = {"entity": record.entity, "body": record.submitted_by, "record_type": record.record_type}
    if linked:
        MissingRecordFactory(
            state="entered", record=record, answered_by=person, answered_at=timezone.now(), **asked
        )
    else:
        refused_by(person, document_number=record.document_number, **asked)
    case = CaseFactory(record=record, kind="objection", state="proposed")
    assert_kept_off(person, other, case, "said to be missing")


@pytest.mark.parametrize("number", ["No. 5", ""])
def test_who_refused_a_missing_record_does_not_answer_when_it_is_asked_for_again(number):
    body = BodyFactory()
    person, other = (MemberFactory(body=body, role="reviewer") for _each in range(2))
    first = refused_by(person, body=body, document_number=number)
    again = MissingRecordFactory(
        body=body, entity=first.entity, record_type=first.record_type, document_number=number
    )
    refusal = missing_policies.may_answer(person, again)
    assert not refusal
    assert "asked for before" in refusal.reason
    assert f"Who may: {other}." in refusal.reason
    assert missing_policies.may_answer(other, again)
    assert not missing_selectors.missing_for_list(user=person, waiting=True).exists()
    assert missing_selectors.missing_for_list(user=other, waiting=True).get() == again


def test_another_missing_record_is_another_question():
    body = BodyFactory()
    person = MemberFactory(body=body, role="reviewer")
    first = refused_by(person, body=body, document_number="No. 5")
    other = MissingRecordFactory(
        body=body, entity=first.entity, record_type=first.record_type, document_number="No. 6"
    )
    assert missing_policies.may_answer(person, other)
    assert missing_selectors.missing_for_list(user=person, waiting=True).get() == other


def test_a_clerk_reads_who_may_answer():
    body = BodyFactory()
    reviewer, agent = MemberFactory(body=body, role="reviewer"), MemberFactory(body=body, role="reviewer")
    missing = MissingRecordFactory(body=body)
    AgentFactory(user=agent, entity=missing.entity)
    refusal = missing_policies.may_answer(MemberFactory(body=body), missing)
    assert refusal.reason.endswith(f"Who may: {reviewer}.")
