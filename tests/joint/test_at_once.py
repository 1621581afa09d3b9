"""When several people move a joint filing at the same moment: on real transactions, each with a connection of its own."""

import pytest

from credit_platform.common.errors import WrongState
from entities.models import Notice
from repair.joint import services
from repair.models import Case, JointFiling
from tests.factories import AgentFactory, MemberFactory
from tests.joint.filings import begin, complete, decide, file, filed, records_of_two_bodies
from tests.repair.test_at_once import act, at_once, errors

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def records():
    return records_of_two_bodies()


@pytest.fixture
def agent(records):
    return AgentFactory(entity=records[0].entity).user


def proposed(case: Case) -> Case:
    case.refresh_from_db()
    return act(case, MemberFactory(body=case.deciding_body), "propose_refuse")()


def supervisor_of(case: Case):
    return MemberFactory(body=case.deciding_body, role="supervisor")


def test_begun_twice_at_once_it_is_one(records, agent):
    colleague = AgentFactory(entity=records[0].entity).user
    outcomes = at_once(*(lambda by=by: begin(by, records) for by in (agent, colleague)))
    assert not errors(outcomes)
    assert outcomes[0] == outcomes[1]
    assert JointFiling.objects.count() == 1
    assert Case.objects.count() == 3


def test_filed_twice_at_once_it_is_filed_once(records, agent):
    filing = begin(agent, records)
    complete(filing, agent)
    outcomes = at_once(lambda: file(filing, agent), lambda: file(filing, agent))
    assert not errors(outcomes)
    assert Notice.objects.filter(kind="joint.received").count() == 1
    assert all(case.steps.filter(action="submit").count() == 1 for case in Case.objects.all())


@pytest.mark.parametrize("_round", range(3))
def test_of_a_decision_on_one_case_and_the_withdrawal_of_all_one_has_the_case(records, agent, _round):
    filing = filed(agent, records)
    case = proposed(filing.cases.order_by("record").last())
    outcomes = at_once(
        act(case, supervisor_of(case), "refuse"),
        lambda: services.withdraw_filing(by=agent, number=filing.number),
    )
    assert all(isinstance(error, WrongState) for error in errors(outcomes))
    case.refresh_from_db()
    assert case.state in {"refused", "withdrawn"}
    others = filing.cases.exclude(pk=case.pk)
    assert {other.state for other in others} == {"withdrawn"}
    filing.refresh_from_db()
    assert filing.done_at is not None


def test_when_the_last_two_cases_end_at_the_same_moment_it_is_done_and_told_once(records, agent):
    filing = filed(agent, records)
    first, second, third = filing.cases.order_by("record")
    decide(first, "refuse")
    second, third = proposed(second), proposed(third)
    outcomes = at_once(
        act(second, supervisor_of(second), "refuse"), act(third, supervisor_of(third), "refuse")
    )
    assert not errors(outcomes)
    filing.refresh_from_db()
    assert filing.done_at is not None
    assert Notice.objects.filter(kind="joint.done").count() == 1
