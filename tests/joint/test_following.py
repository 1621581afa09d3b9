"""After the filing: each case goes its own way, and the filing is done when all of them are over and gone everywhere."""

import pytest
from django.utils import timezone

from credit_platform.common.errors import Missing, NotPermitted, WrongState
from entities.models import Notice
from evaluation.services import rate_waiting
from repair import services as cases
from repair.joint import selectors, services
from repair.models import Case, JointFiling
from repair.proof import services as proof
from repair.proof.models import Confirmation
from tests.budgets import query_budget
from tests.factories import AgentFactory, BodyFactory, MemberFactory
from tests.joint.filings import decide, filed, records_of_two_bodies

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return AgentFactory().user


@pytest.fixture
def filing(agent) -> JointFiling:
    records = records_of_two_bodies()
    AgentFactory(entity=records[0].entity, user=agent)
    return filed(agent, records)


def cases_of(filing: JointFiling) -> list[Case]:
    return list(filing.cases.order_by("record"))


def confirm_everywhere(case: Case) -> None:
    """Every place of the case's effect is settled: the platform's own as looked at, bodies by their people."""
    for row in Confirmation.objects.filter(effect__case=case, state="waiting"):
        person = MemberFactory(body=row.body or case.deciding_body)
        if row.kind == Confirmation.Kind.OWN:
            row.next_look_at = case.decided_at
            row.save()
        else:
            proof.confirm(by=person, key=row.pk)
    while rate_waiting(limit=100, as_of=timezone.localdate()):
        pass
    proof.look_at_own_places()


def done(filing: JointFiling) -> bool:
    filing.refresh_from_db()
    return filing.done_at is not None


def test_it_is_done_when_every_case_is_over_and_gone_everywhere(filing):
    first, second, third = cases_of(filing)
    decide(first, "grant")
    decide(second, "refuse")
    third = decide(third, "grant")
    assert not done(filing)
    first.refresh_from_db()
    confirm_everywhere(first)
    assert not done(filing)
    confirm_everywhere(third)
    assert done(filing)
    assert Notice.objects.filter(kind="joint.done", entity=filing.entity).count() == 1


def test_an_appeal_opens_it_again_and_its_end_is_told_again(filing, agent):
    for case in cases_of(filing):
        decide(case, "refuse")
    assert done(filing)
    case = cases_of(filing)[0]
    cases.act_on_case(
        by=agent, number=case.number, action="appeal", version=case.version, note="It was paid."
    )
    assert not done(filing)
    case.refresh_from_db()
    cases.act_on_case(by=agent, number=case.number, action="withdraw_appeal", version=case.version)
    assert done(filing)


def test_a_decision_on_one_case_leaves_the_others_where_they_are(filing):
    first, second, third = cases_of(filing)
    decide(first, "refuse")
    for other in (second, third):
        before = other.version
        other.refresh_from_db()
        assert (other.state, other.version) == ("submitted", before)


def test_withdrawing_all_of_it_withdraws_what_nobody_decided_and_leaves_the_rest(filing, agent):
    first, second, third = cases_of(filing)
    decide(first, "refuse")
    services.withdraw_filing(by=agent, number=filing.number, note="We pay later.")
    assert [case.state for case in cases_of(filing)] == ["refused", "withdrawn", "withdrawn"]
    assert done(filing)
    bodies = {second.deciding_body, third.deciding_body}
    assert {one.body for one in Notice.objects.filter(kind="repair.withdrawn")} == bodies
    services.withdraw_filing(by=agent, number=filing.number)
    assert Notice.objects.filter(kind="repair.withdrawn").count() == 2


def test_what_is_decided_altogether_is_not_withdrawn(filing, agent):
    for case in cases_of(filing):
        decide(case, "refuse")
    with pytest.raises(WrongState, match="nothing is left to withdraw"):
        services.withdraw_filing(by=agent, number=filing.number)


def test_only_who_acts_for_the_entity_withdraws_it(filing):
    supervisor = MemberFactory(body=cases_of(filing)[0].deciding_body, role="supervisor")
    with pytest.raises(NotPermitted):
        services.withdraw_filing(by=supervisor, number=filing.number)
    with pytest.raises(Missing):
        services.withdraw_filing(by=AgentFactory().user, number=filing.number)


def test_the_applicant_sees_all_of_it_on_one_page(filing, agent):
    page = selectors.joint_page(user=agent, number=filing.number)
    assert [part.case for part in page.parts] == cases_of(filing)
    assert not page.elsewhere
    assert (page.over, page.total) == (0, 3)
    assert page.may_withdraw


def test_an_official_sees_the_cases_of_the_own_body_and_of_the_others_only_whether_they_are_over(filing):
    first, second, third = cases_of(filing)
    clerk = MemberFactory(body=first.deciding_body)
    page = selectors.joint_page(user=clerk, number=filing.number)
    assert [part.case for part in page.parts] == [first, second]
    assert [(one.body, one.is_over) for one in page.elsewhere] == [(third.deciding_body, False)]
    decide(third, "refuse")
    page = selectors.joint_page(user=clerk, number=filing.number)
    assert page.elsewhere[0].is_over
    assert not page.may_withdraw


def test_the_lead_office_sees_all_of_it_and_a_stranger_nothing(filing):
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    assert len(selectors.joint_page(user=lead, number=filing.number).parts) == 3
    for stranger in (AgentFactory().user, MemberFactory(role="supervisor")):
        with pytest.raises(Missing):
            selectors.joint_page(user=stranger, number=filing.number)


def test_a_case_that_was_filed_alone_has_no_siblings(filing, agent):
    case = cases_of(filing)[0]
    assert selectors.siblings_of(user=agent, case=case) is not None
    case.joint = None
    assert selectors.siblings_of(user=agent, case=case) is None


def test_what_was_left_out_of_the_draft_is_no_part_of_what_is_followed(agent):
    records = records_of_two_bodies()
    AgentFactory(entity=records[0].entity, user=agent)
    filing = services.begin_filing(by=agent, record_ids=[record.pk for record in records])
    left = cases_of(filing)[0]
    services.leave_out(by=agent, number=filing.number, case_number=left.number)
    filing = filed(agent, records[1:])
    assert len(selectors.joint_page(user=agent, number=filing.number).parts) == 2


def test_its_page_stays_within_its_query_budget_whatever_the_number_of_its_cases(filing, agent):
    agent = type(agent).objects.get(pk=agent.pk)
    with query_budget("joint filing"):
        selectors.joint_page(user=agent, number=filing.number)
