"""A supervisor gives a case to another section of its body by hand; where it was, who moved it and why is kept."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import CreditRecord, Notice
from repair import services as cases
from repair.models import Case
from repair.sections import selectors, services, tasks
from repair.sections.models import Moved, Section
from tests.factories import AgentFactory, BodyFactory, CaseFactory, MemberFactory, repairable_record
from tests.sections.test_routing import object_to, people, section_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def record() -> CreditRecord:
    return repairable_record()


@pytest.fixture
def supervisor(record):
    return MemberFactory(body=record.submitted_by, role="supervisor")


@pytest.fixture
def first(supervisor) -> Section:
    """Takes objections."""
    return section_of(supervisor, "异议科", case_kind="objection")


@pytest.fixture
def second(supervisor) -> Section:
    """Takes something else."""
    return section_of(supervisor, "修复科", case_kind="basis")


@pytest.fixture
def case(first, record) -> Case:
    return object_to(record)


def move(case: Case, by, section: Section, because: str = "The other one knows the firm."):
    return services.move_case(by=by, number=case.number, section_id=section.pk, because=because)


def test_it_lies_in_the_other_section_and_the_people_of_both_are_told_why(case, first, second, supervisor):
    version = case.version
    for _press in range(2):
        assert move(case, supervisor, second).section == second
    kept = Moved.objects.get()
    assert (kept.source, kept.target, kept.moved_by) == (first, second, supervisor)
    case.refresh_from_db()
    assert case.version == version  # Whoever is writing a decision meanwhile is not stopped.
    told = Notice.objects.filter(kind__startswith="sections.case_moved").values_list("kind", "user")
    assert set(told) == {
        ("sections.case_moved_here", people(second)[0].pk),
        ("sections.case_moved_away", people(first)[0].pk),
    }


def test_what_follows_sections_leaves_it_there_until_that_section_is_gone(case, first, second, supervisor):
    move(case, supervisor, second)
    tasks.follow_sections.apply()
    assert selectors.routing_of(case).why == "by_hand"
    for person in people(second):
        services.release(by=supervisor, section_id=second.pk, user_id=person.pk)
    assert selectors.routing_of(case).section is None
    assert Moved.objects.count() == 1


def test_a_case_of_the_whole_body_is_given_to_a_section(record, second, supervisor):
    case = object_to(record)
    assert selectors.routing_of(case) is None
    move(case, supervisor, second)
    assert Moved.objects.get().source is None


def test_without_a_reason_or_to_a_section_that_could_not_work_on_it_nothing_moves(case, first, supervisor):
    empty = services.open_section(by=supervisor, body_id=first.body_id, name_zh="空科")
    with pytest.raises(InvalidInput) as refusal:
        move(case, supervisor, empty, " ")
    assert set(refusal.value.problems) == {"section", "because"}
    head = MemberFactory(body=BodyFactory(), role="supervisor")
    with pytest.raises(InvalidInput, match="open section of the body"):
        move(case, supervisor, section_of(head))
    assert not Moved.objects.exists()


def test_only_a_supervisor_of_the_body_who_stands_on_no_side_moves_it(case, second, supervisor):
    with pytest.raises(NotPermitted, match="Only a supervisor"):
        move(case, people(second)[0], second)
    with pytest.raises(Missing):
        move(case, MemberFactory(body=BodyFactory(), role="supervisor"), second)
    AgentFactory(entity=case.entity, user=supervisor)
    with pytest.raises(NotPermitted, match="act for"):
        move(case, type(supervisor).objects.get(pk=supervisor.pk), second)


def test_what_is_over_is_not_moved(case, second, supervisor):
    cases.act_on_case(by=case.opened_by, number=case.number, action="withdraw", version=case.version)
    with pytest.raises(WrongState, match="No section"):
        move(case, supervisor, second)


def test_the_database_keeps_no_move_without_a_reason(case, second, supervisor):
    with pytest.raises(IntegrityError, match="has_a_reason"), transaction.atomic():
        Moved.objects.create(case=case, target=second, moved_by=supervisor, because="")


def test_the_page_of_the_case_leads_there_and_tells_of_it_to_officials_only(case, second, supervisor):
    pages = Client(headers={"accept-language": "en"})
    pages.force_login(supervisor)
    at, detail = (reverse(name, args=(case.number,)) for name in ("sections:move", "repair:case-detail"))
    assert at in pages.get(detail).text
    assert str(second) in pages.get(at).text
    assert pages.post(at, {"section": second.pk}).status_code == 422
    page = pages.post(at, {"section": second.pk, "because": "They know the firm."}, follow=True).text
    assert "They know the firm." in page
    pages.force_login(case.opened_by)
    assert "They know the firm." not in pages.get(detail).text
    pages.force_login(people(second)[0])
    page = pages.get(detail).text
    assert "They know the firm." in page
    assert at not in page


def test_where_there_is_no_other_section_the_page_offers_no_move(first, supervisor):
    case = CaseFactory(record=repairable_record(submitted_by=first.body))
    services.close_section(by=supervisor, section_id=first.pk, closed_on=first.opened_on)
    pages = Client()
    pages.force_login(supervisor)
    at = reverse("sections:move", args=(case.number,))
    assert at not in pages.get(reverse("repair:case-detail", args=(case.number,))).text
    assert "No other section" in pages.get(at, headers={"accept-language": "en"}).text
