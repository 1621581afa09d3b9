"""A filed case goes to the section of its body that takes it, or to the whole body, and the reason is said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import CreditRecord, Notice
from repair import clocks, services as cases
from repair.models import Case
from repair.sections import selectors, services, tasks
from repair.sections.models import Routing, Section
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    UserFactory,
    repairable_record,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


@pytest.fixture
def record() -> CreditRecord:
    return repairable_record()


@pytest.fixture
def supervisor(record):
    return MemberFactory(body=record.submitted_by, role="supervisor")


def section_of(supervisor, name: str = "信用科", **task) -> Section:
    """An open section of the supervisor's body that takes such cases, with a clerk in it."""
    body = supervisor.memberships.get().body
    section = services.open_section(by=supervisor, body_id=body.pk, name_zh=name)
    services.assign(by=supervisor, section_id=section.pk, user=MemberFactory(body=body))
    services.give_task(by=supervisor, section_id=section.pk, scope=services.Scope(**task), since=TODAY())
    return section


def people(section: Section) -> list:
    return selectors.people_in(section)


def object_to(record: CreditRecord) -> Case:
    """A case that is filed in one act."""
    return cases.file_objection(
        by=AgentFactory(entity=record.entity).user,
        record_id=record.pk,
        ground="wrong",
        statement="It was another shop.",
    )


def where(case: Case) -> tuple[Section | None, str]:
    routing = Routing.objects.get(case=case)
    return routing.section, routing.why


def test_without_sections_a_case_lies_with_the_whole_body(record):
    assert selectors.routing_of(object_to(record)) is None


def test_a_case_goes_to_the_section_that_takes_it_and_its_people_are_told_by_name(record, supervisor):
    section = section_of(supervisor)
    case = object_to(record)
    assert where(case) == (section, "task")
    told = Notice.objects.get(kind="sections.case_came")
    assert told.user == people(section)[0]
    assert case.number in told.text


def test_the_type_of_the_record_goes_before_the_kind_of_case_and_both_before_any(record, supervisor):
    section_of(supervisor, "综合科")
    by_kind = section_of(supervisor, "异议科", case_kind="objection")
    assert where(object_to(record))[0] == by_kind
    by_type = section_of(supervisor, "处罚科", record_type=record.record_type)
    other = repairable_record(
        entity=record.entity, submitted_by=record.submitted_by, record_type=record.record_type
    )
    assert where(object_to(other))[0] == by_type


def test_what_a_section_of_another_body_takes_does_not_concern_it(record):
    section_of(MemberFactory(body=BodyFactory(), role="supervisor"))
    assert selectors.routing_of(object_to(record)) is None


def test_a_task_holds_from_its_day_to_its_end_and_moves_nothing_that_was_filed_before(record, supervisor):
    section = section_of(supervisor)
    case = object_to(record)
    services.end_task(by=supervisor, section_id=section.pk, task_id=section.tasks.get().pk)
    services.end_task(by=supervisor, section_id=section.pk, task_id=section.tasks.get().pk)
    assert where(case)[0] == section
    later = repairable_record(entity=record.entity, submitted_by=record.submitted_by)
    services.give_task(
        by=supervisor, section_id=section.pk, scope=services.Scope(), since=TODAY() + timedelta(days=1)
    )
    assert selectors.routing_of(object_to(later)) is None


def test_where_everybody_in_it_had_a_hand_in_the_record_it_goes_to_the_body_and_says_so(record, supervisor):
    section = section_of(supervisor)
    services.release(by=supervisor, section_id=section.pk, user_id=people(section)[0].pk)
    services.assign(by=supervisor, section_id=section.pk, user=record.entered_by)
    case = object_to(record)
    assert where(case) == (None, "barred")
    assert Routing.objects.get(case=case).meant_for == section
    assert not Notice.objects.filter(kind="sections.case_came").exists()


def test_whoever_acts_for_the_entity_does_not_count_as_somebody_of_the_section(record, supervisor):
    section = section_of(supervisor)
    AgentFactory(entity=record.entity, user=people(section)[0])
    assert where(object_to(record)) == (None, "barred")


def test_one_who_is_free_is_enough(record, supervisor):
    section = section_of(supervisor)
    services.assign(by=supervisor, section_id=section.pk, user=record.entered_by)
    assert where(object_to(record)) == (section, "task")


def test_where_nobody_works_it_goes_to_the_body_and_says_so(record, supervisor):
    section = section_of(supervisor)
    people(section)[0].memberships.all().delete()
    assert where(object_to(record)) == (None, "nobody")


def test_a_closed_section_gives_its_cases_to_its_successor_over_several(record, supervisor):
    first = section_of(supervisor, "一科", case_kind="objection")
    second = section_of(supervisor, "二科", case_kind="repair")
    third = section_of(supervisor, "三科", case_kind="basis")
    case = object_to(record)
    services.close_section(by=supervisor, section_id=first.pk, closed_on=TODAY(), successor=second)
    assert where(case) == (second, "successor")
    services.close_section(by=supervisor, section_id=second.pk, closed_on=TODAY(), successor=third)
    assert where(case) == (third, "successor")
    services.close_section(by=supervisor, section_id=third.pk, closed_on=TODAY())
    assert where(case) == (None, "closed")


def test_a_section_that_closes_later_keeps_its_cases_until_that_day(record, supervisor):
    section = section_of(supervisor)
    case = object_to(record)
    day = TODAY() + timedelta(days=3)
    services.close_section(by=supervisor, section_id=section.pk, closed_on=day)
    tasks.follow_sections()
    assert where(case)[0] == section
    Section.objects.update(opened_on=TODAY() - timedelta(days=9), closed_on=TODAY())
    tasks.follow_sections()
    tasks.follow_sections()
    assert where(case) == (None, "closed")


def test_when_the_last_one_leaves_its_cases_go_to_the_whole_body(record, supervisor):
    section = section_of(supervisor)
    case = object_to(record)
    services.release(by=supervisor, section_id=section.pk, user_id=people(section)[0].pk)
    assert where(case) == (None, "nobody")


def test_a_case_that_is_decided_stays_where_it_lay(record, supervisor):
    section = section_of(supervisor)
    case = object_to(record)
    cases.act_on_case(by=case.opened_by, number=case.number, action="withdraw", version=case.version)
    services.close_section(by=supervisor, section_id=section.pk, closed_on=TODAY())
    assert where(case)[0] == section


def test_who_prepares_a_case_in_it_does_not_drive_it_out_of_the_section(record, supervisor):
    section = section_of(supervisor)
    case = object_to(record)
    cases.act_on_case(
        by=people(section)[0], number=case.number, action="propose_dismiss", version=case.version, note="No."
    )
    assert services.follow_sections() == 0
    assert where(case)[0] == section


def test_a_colleague_of_another_section_may_still_work_on_it(record, supervisor):
    section_of(supervisor)
    case = object_to(record)
    colleague = MemberFactory(body=record.submitted_by)
    case = cases.act_on_case(
        by=colleague, number=case.number, action="ask_material", version=case.version, note="Send the lease."
    )
    assert case.state == "more_material"


# Reminded, and escalated


def test_its_people_are_reminded_and_its_superior_hears_of_what_is_late(record, supervisor):
    section = section_of(supervisor)
    services.name_superior(by=supervisor, section_id=section.pk, superior=supervisor)
    MemberFactory(body=record.submitted_by, role="supervisor")
    case = object_to(record)
    case.clocks.update(due_on=TODAY(), is_provisional=False)
    clocks.watch_clocks(today=TODAY())
    assert {one.user for one in Notice.objects.filter(kind="repair.due_soon")} == set(people(section))
    case.clocks.filter(kind="decision").update(due_on=TODAY() - timedelta(days=1), is_provisional=False)
    clocks.watch_clocks(today=TODAY())
    assert [one.user for one in Notice.objects.filter(kind="repair.overdue")] == [supervisor]


def test_without_a_superior_all_supervisors_hear_of_it_as_before(record, supervisor):
    section_of(supervisor)
    colleague = MemberFactory(body=record.submitted_by, role="supervisor")
    case = object_to(record)
    case.clocks.filter(kind="decision").update(due_on=TODAY() - timedelta(days=1), is_provisional=False)
    clocks.watch_clocks(today=TODAY())
    told = Notice.objects.filter(kind="repair.overdue", user__isnull=False)
    assert {one.user for one in told} == {supervisor, colleague}


def test_a_superior_who_is_supervisor_no_more_is_told_nothing(record, supervisor):
    former = MemberFactory(body=record.submitted_by, role="supervisor")
    section = section_of(supervisor)
    services.name_superior(by=supervisor, section_id=section.pk, superior=former)
    former.memberships.all().delete()
    assert selectors.superior_of(Section.objects.get()) is None


def test_a_case_in_no_section_reminds_the_whole_body():
    case = CaseFactory()
    case.clocks.update(due_on=TODAY(), is_provisional=False)
    clocks.watch_clocks(today=TODAY())
    assert Notice.objects.get(kind="repair.due_soon").body == case.deciding_body


# Kept


def test_a_section_is_kept_by_the_supervisors_of_its_body_only(record, supervisor):
    section = section_of(supervisor)
    clerk, other = MemberFactory(body=record.submitted_by), MemberFactory(role="supervisor")
    for user, refusal in ((clerk, NotPermitted), (other, Missing)):
        with pytest.raises(refusal):
            services.close_section(by=user, section_id=section.pk, closed_on=TODAY())
        with pytest.raises(refusal):
            services.assign(by=user, section_id=section.pk, user=clerk)
        with pytest.raises(NotPermitted):
            services.open_section(by=user, body_id=record.submitted_by_id, name_zh="信用二科")


def test_opened_twice_it_is_refused_and_without_a_name_too(record, supervisor):
    section_of(supervisor)
    for name, said in (("信用科", "of this name"), ("  ", "Chinese name")):
        with pytest.raises(InvalidInput, match=said):
            services.open_section(by=supervisor, body_id=record.submitted_by_id, name_zh=name)


def test_a_superior_is_a_supervisor_of_the_body(record, supervisor):
    section = section_of(supervisor)
    with pytest.raises(InvalidInput, match="no supervisor"):
        services.name_superior(
            by=supervisor, section_id=section.pk, superior=MemberFactory(body=record.submitted_by)
        )


def test_only_who_works_on_cases_in_the_body_is_assigned_and_twice_is_once(record, supervisor):
    section = section_of(supervisor)
    services.assign(by=supervisor, section_id=section.pk, user=people(section)[0])
    assert section.members.count() == 1
    for stranger in (UserFactory(), MemberFactory()):
        with pytest.raises(InvalidInput, match="does not work on cases"):
            services.assign(by=supervisor, section_id=section.pk, user=stranger)


def test_two_sections_do_not_take_the_same_and_one_takes_it_once(record, supervisor):
    section = section_of(supervisor)
    services.give_task(by=supervisor, section_id=section.pk, scope=services.Scope(), since=TODAY())
    assert section.tasks.count() == 1
    second = services.open_section(by=supervisor, body_id=section.body_id, name_zh="二科")
    with pytest.raises(InvalidInput, match="takes these already"):
        services.give_task(by=supervisor, section_id=second.pk, scope=services.Scope(), since=TODAY())
    with pytest.raises(InvalidInput, match="This day is over"):
        services.give_task(
            by=supervisor,
            section_id=second.pk,
            scope=services.Scope(case_kind="basis"),
            since=TODAY() - timedelta(days=1),
        )


def test_it_is_closed_once_from_a_day_to_come_and_into_an_open_section_of_its_body(record, supervisor):
    section = section_of(supervisor)
    foreign = section_of(MemberFactory(role="supervisor"))
    for facts in (
        {"closed_on": TODAY() - timedelta(days=1)},
        {"closed_on": TODAY(), "successor": section},
        {"closed_on": TODAY(), "successor": foreign},
    ):
        with pytest.raises(InvalidInput):
            services.close_section(by=supervisor, section_id=section.pk, **facts)
    services.close_section(by=supervisor, section_id=section.pk, closed_on=TODAY())
    with pytest.raises(WrongState, match="closed already"):
        services.close_section(by=supervisor, section_id=section.pk, closed_on=TODAY())
