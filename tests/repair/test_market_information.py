"""An objection to what an association records of its member: the two settle it, and nobody else reads of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from credit_platform.common.errors import Missing, NotPermitted, WrongState
from entities.models import CreditRecord, Notice
from repair import clocks, figures, selectors, services
from repair.letters.models import Letter
from repair.models import Case
from repair.proof.models import Confirmation, Effect
from tests.factories import (
    AgentFactory,
    BodyFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return BodyFactory(kind="association", name_zh="云汀市餐饮行业协会", name_en="Catering Association")


@pytest.fixture
def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


@pytest.fixture
def case(association):
    kind = RecordTypeFactory(family="market", polarity="negative")
    record = RecordFactory(submitted_by=association, record_type=kind, title="Warning to a member")
    agent = AgentFactory(entity=record.entity).user
    return services.file_objection(
        by=agent, record_id=record.pk, ground="wrong", statement="We were at the training."
    )


@pytest.fixture
def officer(association):
    return MemberFactory(body=association, role="officer")


@pytest.fixture
def head(association):
    return MemberFactory(body=association, role="supervisor")


def act(case: Case, by, action: str, note: str = "The list of the training has you.") -> Case:
    case.refresh_from_db()
    return services.act_on_case(by=by, number=case.number, action=action, version=case.version, note=note)


def kinds(**receiver) -> set[str]:
    return set(Notice.objects.filter(**receiver).values_list("kind", flat=True))


def test_it_goes_to_the_association_which_is_told_marks_the_record_and_finds_it_among_its_cases(
    case, association, officer, client
):
    assert (case.deciding_body, case.state) == (association, "submitted")
    assert CreditRecord.objects.get(pk=case.record_id).objected
    assert kinds(body=association) == {"repair.objection_filed"}
    assert list(selectors.cases_waiting(user=officer)) == [case]
    client.force_login(officer)
    assert case.number in client.get(reverse("repair:case-list")).content.decode()
    assert "Propose another answer" in client.get(f"/cases/{case.number}/").content.decode()


def test_its_supervisor_decides_on_what_an_officer_proposed_and_both_sides_read_the_result(
    case, association, officer, head
):
    act(case, officer, "propose_end")
    with pytest.raises(NotPermitted, match="Only a supervisor"):
        act(case, MemberFactory(body=association, role="officer"), "uphold")
    assert act(case, head, "uphold").state == "upheld"
    assert CreditRecord.objects.get(pk=case.record_id).status == "withdrawn"
    assert "repair.objection_ended" in kinds(body=association) & kinds(entity=case.entity)
    assert {"proof.learned"} <= kinds(body=association)
    assert Effect.objects.get(case=case).confirmations.exists()


def test_the_lead_office_reads_nothing_of_it_and_hears_no_appeal(case, officer, head, lead, client):
    act(case, officer, "propose_dismiss")
    act(case, head, "dismiss", "The list does not have you.")
    assert list(selectors.cases_for_list(user=lead)) == []
    with pytest.raises(Missing):
        selectors.case_page(user=lead, number=case.number)
    with pytest.raises(WrongState, match="decides alone"):
        act(case, case.opened_by, "appeal")
    client.force_login(case.opened_by)
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "decides alone on what it records of its members" in page
    assert "reconsideration" not in page
    words = str(Letter.objects.get(case=case, kind="decision").content)
    assert "reconsideration" not in words
    assert "复议" not in words


def test_a_loan_to_somebody_of_the_lead_office_shows_no_internal_notes(case, officer, head, lead):
    act(case, officer, "note", "Ask the trainer.")
    services.lend_case(by=head, number=case.number, reader=lead)
    page = selectors.case_page(user=type(lead).objects.get(pk=lead.pk), number=case.number)
    assert (page.internal, [step.action for step in page.steps]) == (False, ["submit"])


def test_what_becomes_late_stays_with_the_association_too(case, association, lead):
    case.clocks.update(due_on=timezone.localdate() - timedelta(days=1), is_provisional=False)
    clocks.watch_clocks(today=timezone.localdate())
    assert kinds(body=lead.memberships.get().body) == set()
    assert kinds(body=association) == {"repair.objection_filed", "repair.overdue", "repair.result_overdue"}


def test_where_nobody_in_the_association_may_decide_it_alone_is_told(case, association, officer, lead):
    act(case, officer, "propose_dismiss")
    assert "repair.nobody_may_decide" in kinds(body=association)
    assert kinds(body=lead.memberships.get().body) == set()


def test_its_confirmations_and_figures_are_for_nobody_else(case, officer, head, lead):
    act(case, officer, "propose_end")
    act(case, head, "uphold")
    assert Confirmation.objects.visible_to(head).exists()
    assert not Confirmation.objects.visible_to(lead).exists()
    assert figures.count_figures(today=timezone.localdate()).lines == []


def test_another_association_finds_no_such_case(case):
    other = MemberFactory(body=BodyFactory(kind="association"), role="officer")
    with pytest.raises(Missing):
        selectors.case_page(user=other, number=case.number)
