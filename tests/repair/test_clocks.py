"""The terms of a case: the worked cases, what holds for every calendar, and whom the platform reminds."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies as st

from credit_platform.audit.models import AuditEvent
from credit_platform.common.models import CalendarException, CalendarYear
from credit_platform.common.services import seed_working_calendar
from credit_platform.common.working_days import WorkingCalendar, months_after, working_days_after
from entities.models import Notice
from repair import deadlines, services
from repair.models import Case, CaseClock
from repair.tasks import watch_clocks
from tests.factories import BodyFactory, CaseFactory, MemberFactory

PLAIN = WorkingCalendar(exceptions={}, years=frozenset(range(2020, 2040)))
#: A Friday before a holiday from Thursday to the next Wednesday, with a Saturday worked to make up for it.
WITH_HOLIDAY = WorkingCalendar(
    exceptions={
        **{date(2026, 10, day): False for day in (1, 2, 5, 6, 7)},
        date(2026, 9, 27): True,
        date(2026, 10, 10): True,
    },
    years=frozenset({2026}),
)
#: How long a busy machine takes is no property of a calendar.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
days = st.dates(date(2020, 1, 6), date(2039, 6, 30))


@st.composite
def calendars(draw):
    exceptions = draw(st.dictionaries(days, st.booleans(), max_size=30))
    return WorkingCalendar(exceptions=exceptions, years=frozenset(range(2020, 2041)))


# The worked cases


def test_a_general_record_of_6_may_is_repaired_from_6_august_and_stops_after_a_year():
    assert months_after(date(2026, 5, 6), 3) == date(2026, 8, 6)
    assert months_after(date(2026, 5, 6), 12) == date(2027, 5, 6)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)


def test_what_comes_in_on_a_friday_before_a_holiday_is_due_on_the_next_working_day():
    assert deadlines.due(date(2026, 9, 30), 1, WITH_HOLIDAY).day == date(2026, 10, 8)
    assert deadlines.due(date(2026, 9, 25), 1, WITH_HOLIDAY).day == date(2026, 9, 27)
    assert deadlines.due(date(2026, 10, 9), 1, WITH_HOLIDAY).day == date(2026, 10, 10)


def test_the_clock_of_the_department_runs_inside_that_of_the_whole():
    filed = date(2026, 11, 23)
    inner = deadlines.due(filed, deadlines.rule_for("decision", on=filed).days, PLAIN)
    outer = deadlines.due(filed, deadlines.rule_for("result", on=filed).days, PLAIN)
    assert (inner.day, outer.day) == (date(2026, 11, 26), date(2026, 12, 7))


@pytest.mark.parametrize(
    ("body", "kind", "on", "days"),
    [
        ("tax", "administrative-penalty", date(2026, 11, 23), 3),
        ("market-supervision", "administrative-penalty", date(2026, 11, 23), 7),
        ("market-supervision", "serious-violation-listing", date(2026, 11, 23), 7),
        ("market-supervision", "abnormal-listing", date(2026, 11, 23), 3),
        ("market-supervision", "administrative-penalty", date(2025, 12, 24), 3),
        ("market-supervision", "administrative-penalty", date(2025, 12, 25), 7),
    ],
)
def test_the_term_is_that_of_the_matter_and_of_the_day(body, kind, on, days):
    assert deadlines.rule_for("decision", on=on, body_code=body, type_code=kind).days == days


def test_a_day_without_a_rule_has_no_guessed_clock():
    with pytest.raises(LookupError):
        deadlines.rule_for("decision", on=date(2024, 1, 1))


def test_what_no_law_fixes_says_that_it_is_the_platforms_own(settings):
    settings.REPAIR_APPEAL_DECIDED_WITHIN_WORKING_DAYS = 7
    rule = deadlines.rule_for("appeal", on=date(2026, 11, 23))
    assert rule.days == 7
    assert "Procedure of this platform" in rule.basis
    assert not rule.source


# What holds for every calendar


@unhurried
@given(start=days, term=st.integers(0, 30), calendar=calendars())
def test_a_term_ends_on_a_working_day_with_that_many_working_days_used(start, term, calendar):
    end = deadlines.due(start, term, calendar).day
    used = sum(calendar.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
    assert used == term
    assert end == start or calendar.is_working_day(end)


@unhurried
@given(start=days, inner=st.integers(0, 10), outer=st.integers(0, 10), calendar=calendars())
def test_a_shorter_term_never_ends_after_a_longer_one(start, inner, outer, calendar):
    short, long = sorted((inner, outer))
    assert deadlines.due(start, short, calendar).day <= deadlines.due(start, long, calendar).day


@unhurried
@given(
    start=days,
    term=st.integers(1, 15),
    asked=st.integers(0, 40),
    waited=st.integers(0, 60),
    calendar=calendars(),
)
def test_a_pause_gives_back_exactly_the_working_days_that_were_left(start, term, asked, waited, calendar):
    first = deadlines.due(start, term, calendar).day
    paused = start + timedelta(days=asked)
    resumed = paused + timedelta(days=waited)
    left = deadlines.left_when_paused(first, paused, calendar)
    again = deadlines.due(resumed, left, calendar).day
    assert deadlines.left_when_paused(again, resumed, calendar) == left
    assert again >= first or left <= 0


@unhurried
@given(start=days, term=st.integers(1, 15), asked=st.integers(0, 40), calendar=calendars())
def test_asking_and_being_answered_on_the_same_working_day_moves_nothing(start, term, asked, calendar):
    first = deadlines.due(start, term, calendar).day
    day = start + timedelta(days=asked)
    if calendar.is_working_day(day):
        assert deadlines.due(day, deadlines.left_when_paused(first, day, calendar), calendar).day == first


@unhurried
@given(
    start=days, term=st.integers(1, 15), pauses=st.lists(st.integers(0, 9), max_size=5), calendar=calendars()
)
def test_two_clocks_that_start_and_stand_still_together_stay_nested(start, term, pauses, calendar):
    inner, outer, day = term, term + 3, start
    for wait in pauses:
        inner_end, outer_end = (
            deadlines.due(day, inner, calendar).day,
            deadlines.due(day, outer, calendar).day,
        )
        assert inner_end <= outer_end
        asked = day + timedelta(days=wait)
        inner = deadlines.left_when_paused(inner_end, asked, calendar)
        outer = deadlines.left_when_paused(outer_end, asked, calendar)
        day = asked + timedelta(days=wait)
    assert deadlines.due(day, inner, calendar).day <= deadlines.due(day, outer, calendar).day


@unhurried
@given(due_on=days, later=st.integers(0, 20), calendar=calendars())
def test_the_page_never_calls_punctual_what_is_over(due_on, later, calendar):
    today = due_on + timedelta(days=later)
    left = deadlines.days_left(due_on, today, calendar)
    assert (left < 0) == (later > 0)
    assert deadlines.days_left(due_on, due_on, calendar) == 0


def test_a_clock_that_was_over_is_still_over_after_a_pause():
    monday = date(2026, 11, 23)
    left = deadlines.left_when_paused(monday, monday + timedelta(days=2), PLAIN)
    resumed = deadlines.due(monday + timedelta(days=9), left, PLAIN)
    assert left == -2
    assert resumed.day == monday + timedelta(days=7)


# A year that is not published


@pytest.mark.django_db
def test_a_deadline_in_a_year_without_calendar_is_provisional_and_moves_when_the_year_comes_out():
    seed_working_calendar()
    with time_machine.travel("2026-12-29 10:00:00+08:00"):
        case = CaseFactory()
        case.clocks.all().delete()
        services._start_department_clocks(case, timezone.localdate())
        services._set_due(case)
        case.save()
        assert (case.due_on, case.due_is_provisional) == (date(2027, 1, 1), True)
        assert services.reckon_provisional_clocks() == 0
        CalendarYear.objects.create(year=2027, source="国务院办公厅通知")
        CalendarException.objects.create(day=date(2027, 1, 1), year_id=2027, is_working=False, name="元旦")
        assert services.reckon_provisional_clocks() == 2
        assert services.reckon_provisional_clocks() == 0
    case.refresh_from_db()
    assert (case.due_on, case.due_is_provisional) == (date(2027, 1, 4), False)
    assert AuditEvent.objects.filter(verb="repair.case.clock_reckoned", target_id=str(case.pk)).count() == 2


# Reminding


def kinds(**receiver) -> list[str]:
    return sorted(Notice.objects.filter(**receiver).values_list("kind", flat=True))


def due(case: Case, day: date) -> None:
    case.clocks.update(due_on=day)
    Case.objects.filter(pk=case.pk).update(due_on=day)


@pytest.mark.django_db
def test_the_department_is_reminded_once_before_the_last_day():
    today = timezone.localdate()
    case = CaseFactory()
    due(case, working_days_after(today, 3, PLAIN).day)
    services.watch_clocks(today=today)
    assert not kinds(body=case.deciding_body)
    due(case, today)
    for _hour in range(3):
        services.watch_clocks(today=today)
    assert kinds(body=case.deciding_body) == ["repair.due_soon"]


@pytest.mark.django_db
def test_each_supervisor_and_for_the_whole_the_lead_office_are_told_once_when_it_is_over():
    today, office = timezone.localdate(), BodyFactory(kind="lead_office")
    case = CaseFactory()
    supervisors = [MemberFactory(body=case.deciding_body, role="supervisor") for _ in range(2)]
    away = MemberFactory(body=case.deciding_body, role="supervisor", is_active=False)
    due(case, today - timedelta(days=1))
    for _hour in range(3):
        watch_clocks()
    assert [kinds(user=user) for user in supervisors] == [["repair.overdue"]] * 2
    assert not kinds(user=away)
    assert kinds(body=office) == ["repair.result_overdue"]
    assert not kinds(body=case.deciding_body)


@pytest.mark.django_db
def test_a_department_without_supervisor_is_told_as_a_whole():
    case = CaseFactory()
    due(case, timezone.localdate() - timedelta(days=1))
    watch_clocks()
    assert kinds(body=case.deciding_body) == ["repair.overdue"]


@pytest.mark.django_db
def test_the_applicant_is_reminded_and_afterwards_the_department_told_that_it_may_go_on():
    today = timezone.localdate()
    case = CaseFactory(state="more_material")
    due(case, today)
    watch_clocks()
    assert kinds(entity=case.entity) == ["repair.answer_due_soon"]
    due(case, today - timedelta(days=1))
    watch_clocks()
    assert kinds(body=case.deciding_body) == ["repair.answer_overdue"]


@pytest.mark.django_db
def test_the_lead_office_is_reminded_of_appeals():
    today, office = timezone.localdate(), BodyFactory(kind="lead_office")
    case = CaseFactory(state="appealed")
    due(case, today)
    watch_clocks()
    due(case, today - timedelta(days=1))
    watch_clocks()
    assert kinds(body=office) == ["repair.due_soon", "repair.overdue"]


@pytest.mark.django_db
def test_clocks_that_stand_still_or_are_stopped_are_silent():
    case = CaseFactory(state="more_material")
    due(case, timezone.localdate() - timedelta(days=9))
    case.clocks.filter(kind="answer").update(stopped_on=timezone.localdate())
    watch_clocks()
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_a_case_has_one_running_clock_of_a_kind():
    case = CaseFactory()
    with pytest.raises(IntegrityError, match="one_running_clock_of_a_kind_per_case"):
        CaseClock.objects.create(
            case=case, kind="decision", rule="x", counts_from=case.due_on, days=1, due_on=case.due_on
        )
