"""Nobody decides twice about one record: whoever had a part in one case about it decides no other, of whatever kind."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from associations.forewarning import services as forewarning
from associations.forewarning.models import PriorNotice
from credit_platform.common.errors import NotPermitted
from credit_platform.portal.public_reports.models import PublicReport, ReportTopic
from entities.models import CreditRecord
from repair import clocks, policies, selectors, services
from repair.independence import HEARING, NAMED, TAKING_PART
from repair.missing import policies as missing_policies, selectors as missing_selectors
from repair.missing.models import MissingRecord
from repair.models import Case, CaseStep
from repair.workflow import SAID, Action
from tests.associations.factories import AssociationFactory
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    EntityFactory,
    MemberFactory,
    MissingRecordFactory,
    RecordFactory,
    RecordTypeFactory,
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
        # An entity writes the number in its own way.
        number = record.document_number
        refused_by(person, document_number=f"{number[:1]}\u3000{number[1:]}", **asked)
    case = CaseFactory(record=record, kind="objection", state="proposed")
    assert_kept_off(person, other, case, "said to be missing")


@pytest.mark.parametrize(("number", "anew"), [("No. 5", "No. 5"), ("No. 5", "ＮＯ.5"), ("", "")])
def test_who_refused_a_missing_record_does_not_answer_when_it_is_asked_for_again(number, anew):
    body = BodyFactory()
    person, other = (MemberFactory(body=body, role="reviewer") for _each in range(2))
    first = refused_by(person, body=body, document_number=number)
    again = MissingRecordFactory(
        body=body, entity=first.entity, record_type=first.record_type, document_number=anew
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


# What was said before there was a record


@pytest.fixture
def association():
    return AssociationFactory()


def recorded_against_a_member(association, *decliners) -> CreditRecord:
    """What counts because its member's word that it is put right was declined, by one after another of these."""
    kind = RecordTypeFactory(family="market", submitters=[association.body])
    record = RecordFactory(record_type=kind, submitted_by=association.body, status="announced")
    agent = AgentFactory(entity=record.entity).user
    with transaction.atomic():
        forewarning.tell(by=MemberFactory(body=association.body, role="reviewer"), records=[record])
    notice = PriorNotice.objects.get()
    for number, person in enumerate(decliners):
        forewarning.say_put_right(
            by=agent, notice_id=notice.pk, text=f"It is put right, said for the {number}."
        )
        forewarning.decline(by=person, notice_id=notice.pk, because="It is not.")
    PriorNotice.objects.update(state="counts", settled_on=timezone.localdate())
    # The record may have its number written in another way than the notice.
    number = record.document_number
    CreditRecord.objects.filter(pk=record.pk).update(
        status="published",
        published_on=timezone.localdate(),
        document_number=f"{number[:1]}\u3000{number[1:]}",
    )
    return CreditRecord.objects.get(pk=record.pk)


@pytest.mark.parametrize("which", [0, 1])
def test_who_declined_what_a_member_said_when_it_was_told_does_not_decide_about_the_record(
    association, which
):
    """The second answer takes the place of the first in the notice; both stand in the log."""
    decliners = [MemberFactory(body=association.body, role="supervisor") for _each in range(2)]
    other = MemberFactory(body=association.body, role="supervisor")
    record = recorded_against_a_member(association, *decliners)
    case = CaseFactory(record=record, kind="objection", state="proposed")
    assert_kept_off(decliners[which], other, case, "before it was a record")


def taken_into_record(entity, body, kind, *, answered_by, decided_by) -> PublicReport:
    """A report from the public that was upheld and is to become a record of this type."""
    report = PublicReport.objects.create(
        number=f"JB-{entity.pk}", digest=f"{entity.pk}", text_digest="", text="They sell what is out of date.", rule="",
        topic=ReportTopic.objects.create(code="goods", body_code=body.code, valid_from=timezone.localdate()),
        entity=entity, body=body, due_on=timezone.localdate(), state="answered", outcome="upheld", answer="It is so.",
        answered_by=answered_by, answered_at=timezone.now(),
    )  # fmt: skip
    report.steps.create(deed="record", body=body, actor=decided_by, note=kind.code)
    return report


@pytest.mark.parametrize("part", ["answered_by", "decided_by"])
def test_who_upheld_the_report_that_led_to_a_record_does_not_decide_about_it(part):
    body, entity = BodyFactory(), EntityFactory()
    kind = RecordTypeFactory(submitters=[body])
    person, other = (MemberFactory(body=body, role="supervisor") for _each in range(2))
    clerk = MemberFactory(body=body)
    taken_into_record(entity, body, kind, **({"answered_by": clerk, "decided_by": clerk} | {part: person}))
    record = RecordFactory(entity=entity, submitted_by=body, record_type=kind)
    case = CaseFactory(record=record, kind="objection", state="proposed")
    assert_kept_off(person, other, case, "report from the public")


@pytest.mark.parametrize("other", ["entity", "type", "earlier"])
def test_a_report_that_led_to_another_record_keeps_nobody_off(other):
    body, entity = BodyFactory(), EntityFactory()
    kind = RecordTypeFactory(submitters=[body])
    person = MemberFactory(body=body, role="supervisor")
    facts = {"entity": entity, "submitted_by": body, "record_type": kind}
    earlier = RecordFactory(**facts) if other == "earlier" else None
    taken_into_record(entity, body, kind, answered_by=person, decided_by=person)
    facts |= {
        "entity": {"entity": EntityFactory()},
        "type": {"record_type": RecordTypeFactory(submitters=[body])},
    }.get(other, {})
    case = CaseFactory(record=earlier or RecordFactory(**facts), kind="objection", state="proposed")
    assert policies.may_decide(person, case)
    assert selectors.cases_waiting(user=person).get() == case


# Who changed sides, or bodies


def test_who_acted_for_the_entity_when_the_case_was_begun_does_not_decide_it_from_another_desk(record):
    person, other = supervisor_of(record), supervisor_of(record)
    agency = AgentFactory(user=person, entity=record.entity)
    case = CaseFactory(record=record, kind="objection", state="proposed")
    agency.revoked_at = timezone.now()
    agency.save()
    assert_kept_off(person, other, case, "when this case was begun")


def test_who_acted_for_the_entity_long_before_may_decide(record):
    person = supervisor_of(record)
    AgentFactory(user=person, entity=record.entity, revoked_at=timezone.now() - timedelta(days=1))
    case = CaseFactory(record=record, kind="objection", state="proposed")
    assert policies.may_decide(person, case)
    assert selectors.cases_waiting(user=person).get() == case


def test_who_entered_it_in_a_body_that_is_gone_does_not_decide_in_its_successor(record):
    """Nor who moved there from the body, whatever their office is now."""
    body, heir = record.submitted_by, BodyFactory()
    person, other = (MemberFactory(body=heir, role="supervisor") for _each in range(2))
    CreditRecord.objects.filter(pk=record.pk).update(entered_by=person)
    case = CaseFactory(record=CreditRecord.objects.get(pk=record.pk), kind="objection", state="proposed")
    body.is_active, body.successor = False, heir
    body.save()
    person, other = (type(one).objects.get(pk=one.pk) for one in (person, other))
    assert_kept_off(person, other, case, "You entered this record.")


def test_a_superior_to_whom_a_late_case_was_brought_decides_it_only_without_a_hand_in_it(record):
    person, other = supervisor_of(record), supervisor_of(record)
    CreditRecord.objects.filter(pk=record.pk).update(reviewed_by=person)
    case = CaseFactory(record=CreditRecord.objects.get(pk=record.pk), state="proposed")
    case.clocks.update(due_on=timezone.localdate() - timedelta(days=1))
    clocks.watch_clocks(today=timezone.localdate())
    told = case.steps.get(action="escalated").note
    assert str(person) in told
    with pytest.raises(NotPermitted, match=f"You reviewed this record. Who may: {other}"):
        services.act_on_case(
            by=person, number=case.number, action="grant", version=case.version, note="So be it."
        )
    services.act_on_case(
        by=other, number=case.number, action="refuse", version=case.version, note="It stands."
    )


@pytest.mark.parametrize("action", ["uphold", "dismiss"])
def test_no_interface_lets_decide_whom_the_page_keeps_off(record, action):
    person = supervisor_of(record)
    CreditRecord.objects.filter(pk=record.pk).update(entered_by=person)
    case = CaseFactory(record=CreditRecord.objects.get(pk=record.pk), kind="objection", state="proposed")
    client = APIClient()
    client.force_login(person)
    sent = {"action": action, "version": case.version, "note": "So be it."}
    answer = client.post(reverse("api-case-steps", args=(case.number,)), sent, format="json")
    assert answer.status_code == 403
    case.refresh_from_db()
    assert (case.state, case.decided_by) == ("proposed", None)


def test_who_acted_for_the_entity_when_a_record_was_said_to_be_missing_does_not_answer_later():
    body = BodyFactory()
    person, other = (MemberFactory(body=body, role="reviewer") for _each in range(2))
    asked = MissingRecordFactory(body=body)
    AgentFactory(user=person, entity=asked.entity, revoked_at=timezone.now())
    refusal = missing_policies.may_answer(person, asked)
    assert not refusal
    assert "when this was asked for" in refusal.reason
    assert f"Who may: {other}." in refusal.reason
    assert not missing_selectors.missing_for_list(user=person, waiting=True).exists()
    assert missing_selectors.missing_for_list(user=other, waiting=True).get() == asked
