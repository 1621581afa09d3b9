"""Time used and what is overdue, for everybody and in aggregate; and the deadlines of one's own cases as a calendar."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from repair import deadline_calendar, figures, services
from repair.models import Case
from tests.factories import BodyFactory, CaseFactory, MemberFactory, MissingRecordFactory

pytestmark = pytest.mark.django_db
#: A Monday, and no holiday in the weeks around it.
MONDAY = date(2026, 8, 3)


def on(day: date):
    return time_machine.travel(f"{day}T12:00:00+08:00", tick=False)


def act(case: Case, by, action: str) -> Case:
    case.refresh_from_db()
    return services.act_on_case(
        by=by, number=case.number, action=action, version=case.version, note="Because."
    )


def decided_after(days_by_step: dict[str, int], outcome: str = "refuse") -> Case:
    """A case filed on the Monday, with its steps so many days later."""
    with on(MONDAY):
        case = CaseFactory(submitted_at=timezone.now())
        clerk = MemberFactory(body=case.deciding_body)
        supervisor = MemberFactory(body=case.deciding_body, role="supervisor")
    who = {"supply_material": case.opened_by, outcome: supervisor}
    for step, later in days_by_step.items():
        with on(MONDAY + timedelta(days=later)):
            act(case, who.get(step, clerk), step)
    return case


def the_line(today: date) -> figures.Line:
    (line,) = figures.count_figures(today=today).lines
    return line


def test_time_used_is_in_working_days_without_weekends():
    decided_after({"propose_refuse": 2, "refuse": 7})
    line = the_line(MONDAY + timedelta(days=30))
    assert (line.filed, line.open, line.decided, line.median_days, line.longest) == (1, 0, 1, 5, 5)
    assert line.outcomes == [("Refused", 1, 5)]


def test_the_days_on_which_the_applicant_was_asked_are_not_the_departments():
    decided_after({"ask_material": 1, "supply_material": 8, "propose_refuse": 8, "refuse": 9})
    assert the_line(MONDAY + timedelta(days=30)).days == [2]


def test_a_department_that_asks_for_material_again_is_counted_in_public_and_one_that_names_all_at_once_is_not(
    client,
):
    once = {"ask_material": 1, "supply_material": 2}
    decided_after({"ask_material": 1, "supply_material": 2, "propose_refuse": 4, "refuse": 5})
    twice = decided_after(once)
    for action, days in (("ask_material", 3), ("supply_material", 4), ("ask_material", 5)):
        with on(MONDAY + timedelta(days=days)):
            clerk = MemberFactory(body=twice.deciding_body)
            act(twice, twice.opened_by if action == "supply_material" else clerk, action)
    found = figures.count_figures(today=MONDAY + timedelta(days=30))
    assert {line.body: (line.filed, line.asked_again) for line in found.lines} == {
        twice.deciding_body: (1, 1),
        next(line.body for line in found.lines if line.body != twice.deciding_body): (1, 0),
    }
    assert (found.filed, found.asked_again) == (2, 1)
    cache.clear()
    with on(MONDAY + timedelta(days=30)):
        page = client.get(reverse("portal:cases")).content.decode()
    assert page.count("1 asked again") == page.count("asked again<") == 1
    assert "Asked again: in how many of those filed" in page


def test_a_decision_after_its_day_is_not_in_time():
    case = decided_after({"propose_refuse": 1, "refuse": 2})
    today = MONDAY + timedelta(days=30)
    assert the_line(today).share_in_time == 1
    case.clocks.filter(kind="decision").update(due_on=MONDAY + timedelta(days=1))
    assert the_line(today).share_in_time == 0


def test_what_is_overdue_today_is_counted_and_what_waits_for_the_applicant_is_not():
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    body = BodyFactory()
    for state in ("submitted", "more_material"):
        case = CaseFactory(state=state, due_on=yesterday)
        Case.objects.filter(pk=case.pk).update(deciding_body=body)
    line = the_line(today)
    assert (line.open, line.overdue) == (2, 1)


def test_drafts_and_cases_older_than_a_year_are_in_no_figure():
    CaseFactory(state="draft")
    decided_after({"propose_refuse": 1, "refuse": 2})
    found = figures.count_figures(today=MONDAY + timedelta(days=400))
    assert (found.lines, found.median_days, found.share_in_time) == ([], None, None)


def test_outcomes_count_by_how_the_case_ended_appeals_included():
    for state in ("granted", "refused", "appeal_dismissed"):
        CaseFactory(state=state)
    Case.objects.update(deciding_body=BodyFactory())
    line = the_line(timezone.localdate())
    assert {(label, count) for label, count, _median in line.outcomes} == {
        ("Granted", 1), ("Refused", 1), ("Appeal dismissed", 1),
    }  # fmt: skip


def test_the_time_used_is_told_by_outcome_too(client):
    body = BodyFactory()
    for later, outcome in ((1, "refuse"), (3, "grant"), (4, "grant")):
        case = decided_after({f"propose_{outcome}": 0, outcome: later}, outcome)
        Case.objects.filter(pk=case.pk).update(deciding_body=body)
    today = MONDAY + timedelta(days=30)
    assert the_line(today).outcomes == [("Granted", 2, 3.5), ("Refused", 1, 1)]
    cache.clear()
    with on(today):
        page = client.get(reverse("portal:cases")).content.decode()
    assert "Granted: 2 (median 3.5)" in page
    assert "Refused: 1 (median 1)" in page
    cache.clear()


def test_what_the_lead_office_takes_for_appeals_and_what_of_it_is_overdue_stands_in_a_line_of_its_own():
    hearing = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    ways = {"dismiss_appeal": 2, "uphold_appeal": 20}
    for way, later in ways.items():
        case = decided_after({"propose_refuse": 1, "refuse": 1})
        with on(MONDAY + timedelta(days=2)):
            act(case, case.opened_by, "appeal")
        with on(MONDAY + timedelta(days=2 + later)):
            act(case, hearing, way)
    case = decided_after({"propose_refuse": 1, "refuse": 1})
    with on(MONDAY + timedelta(days=2)):
        act(case, case.opened_by, "appeal")
    found = figures.count_figures(today=MONDAY + timedelta(days=40))
    line = found.lines[-1]
    assert (line.body, line.kind_label, line.filed, line.open, line.overdue) == (
        hearing.memberships.get().body, "Appeals", 3, 1, 1,
    )  # fmt: skip
    assert (sorted(line.days), line.in_time) == ([2, 14], 1)
    assert line.outcomes == [("Appeal upheld", 1, 14), ("Appeal dismissed", 1, 2)]
    assert (found.filed, found.open, found.decided, found.overdue) == (3, 0, 3, 1)


def test_everybody_reads_the_figures_and_finds_no_case_in_them(client):
    cache.clear()
    case = CaseFactory(due_on=timezone.localdate() - timedelta(days=3))
    page = client.get(reverse("portal:cases")).content.decode()
    assert str(case.deciding_body) in page
    for told in (case.number, case.entity.name_en, case.record.title, case.record.document_number):
        assert told not in page
    cache.clear()


def test_with_nothing_filed_the_page_says_so(client):
    cache.clear()
    assert "No case in this year" in client.get(reverse("portal:cases")).content.decode()
    cache.clear()


def test_the_calendar_shows_what_is_due_by_day_overdue_first(client):
    today = timezone.localdate()
    body = BodyFactory()
    late, soon = (CaseFactory(due_on=today + timedelta(days=days)) for days in (-2, 1))
    Case.objects.update(deciding_body=body)
    CaseFactory(due_on=today)
    clerk = MemberFactory(body=body)
    found = deadline_calendar.deadlines_of(user=clerk, today=today)
    assert [row.case for day in found.days for row in day.rows] == [late, soon]
    assert (found.overdue, found.hidden) == (1, 0)
    client.force_login(clerk)
    page = client.get(reverse("repair:deadlines")).content.decode()
    assert late.number in page
    assert "1 overdue" in page


def test_the_calendar_counts_each_day_marks_days_off_and_has_what_is_missing(client):
    with on(MONDAY):
        body = BodyFactory()
        clerk = MemberFactory(body=body)
        due = MONDAY + timedelta(days=3)
        for _one in range(2):
            case = CaseFactory(due_on=due)
            Case.objects.filter(pk=case.pk).update(deciding_body=body)
        asked = MissingRecordFactory(body=body, due_on=due)
        late = MissingRecordFactory(body=body, due_on=MONDAY - timedelta(days=4))
        MissingRecordFactory(due_on=due)
        MissingRecordFactory(body=body, due_on=due, state="withdrawn")
        found = deadline_calendar.deadlines_of(user=clerk, today=MONDAY)
        cells = {cell.day: cell for week in found.month.weeks for cell in week}
        assert (cells[due].due, cells[due].state) == (3, "d1")
        assert (cells[MONDAY].due, cells[MONDAY].today) == (0, True)
        assert cells[MONDAY + timedelta(days=5)].state == "off"
        assert (found.overdue, found.hidden) == (1, 0)
        assert [[one for one, _due in day.missing] for day in found.days] == [[late], [asked]]
        assert [len(day.rows) for day in found.days] == [0, 2]
        client.force_login(clerk)
        page = client.get(reverse("repair:deadlines")).content.decode()
    assert asked.number in page
    assert late.number in page
    assert "1 overdue" in page


def test_whoever_has_no_case_reads_that_nothing_is_due(client):
    client.force_login(MemberFactory())
    assert "Nothing is due" in client.get(reverse("repair:deadlines")).content.decode()
