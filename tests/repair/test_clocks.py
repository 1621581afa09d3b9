"""The terms of a case: the worked cases, what holds for every calendar, and whom the platform reminds."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies as st

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, NotPermitted, WrongState
from credit_platform.common.models import CalendarException, CalendarYear
from credit_platform.common.services import current_calendar, seed_working_calendar
from credit_platform.common.working_days import WorkingCalendar, months_after, working_days_after
from entities.catalogue.instruments import INSTRUMENTS
from entities.models import LegalInstrument, Notice, SubmittingBody
from repair import clocks, deadlines, services
from repair.clock_catalogue import CLOCK_RULES
from repair.clock_rules import ClockBook, basis, clock_book
from repair.models import Case, CaseClock, ClockRule, ProfileChoice
from repair.tasks import watch_clocks
from tests.factories import BodyFactory, CaseFactory, MemberFactory, repairable_record

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


def shipped(*choices) -> ClockBook:
    """The shipped rules without a table, and the profiles chosen: (profile, since)."""
    rules = (
        ClockRule(code=code, **fields | {"instrument": INSTRUMENT if fields["instrument"] else None})
        for code, fields in CLOCK_RULES.items()
    )
    return ClockBook(
        tuple(rules), tuple(ProfileChoice(profile=profile, since=since) for profile, since in choices)
    )


INSTRUMENT = LegalInstrument(pk=1)
NATIONAL = shipped()


def days_of(
    book: ClockBook, clock: str, case_kind: str, on: date, body: str = "", kind: str = ""
) -> int | None:
    rule = book.rule_for(clock, case_kind=case_kind, on=on, body_code=body, type_code=kind)
    return rule.value if rule else None


def test_the_clock_of_the_department_runs_inside_that_of_the_whole():
    filed = date(2026, 11, 23)
    inner = deadlines.due(filed, days_of(NATIONAL, "decision", "repair", filed), PLAIN)
    outer = deadlines.due(filed, days_of(NATIONAL, "result", "repair", filed), PLAIN)
    assert (inner.day, outer.day) == (date(2026, 11, 26), date(2026, 12, 7))
    assert deadlines.inside(inner, outer) == inner
    assert deadlines.inside(outer, inner) == inner


def test_a_penalty_from_another_province_is_pushed_and_published_within_ten_working_days_each():
    pushed = deadlines.due(date(2026, 11, 23), 10, PLAIN).day
    assert (pushed, deadlines.due(pushed, 10, PLAIN).day) == (date(2026, 12, 7), date(2026, 12, 21))


def test_a_case_filed_under_order_58_and_decided_under_order_36_keeps_the_clock_of_its_filing():
    """The clock started on 30 March; what begins on 1 April changes what the record may, not this clock."""
    filed = date(2026, 3, 30)
    rule = NATIONAL.rule_for("decision", case_kind="repair", on=filed)
    assert rule.code == "decision-gbf-2025-22"
    assert deadlines.due(filed, rule.value, PLAIN).day == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("body", "kind", "on", "days"),
    [
        ("tax", "administrative-penalty", date(2026, 11, 23), 3),
        ("market-supervision", "administrative-penalty", date(2026, 11, 23), 7),
        ("market-supervision", "serious-violation-listing", date(2026, 11, 23), 7),
        ("market-supervision", "abnormal-listing", date(2026, 11, 23), 3),
        ("market-supervision", "administrative-penalty", date(2025, 12, 24), 15),
        ("market-supervision", "administrative-penalty", date(2025, 12, 25), 7),
    ],
)
def test_the_term_is_that_of_the_matter_and_of_the_day(body, kind, on, days):
    assert days_of(NATIONAL, "decision", "repair", on, body, kind) == days


@pytest.mark.parametrize(
    ("profile", "decision", "result"),
    [
        ("", 5, 7),
        ("shanghai-2017", 5, None),
        ("shandong-2020", None, 7),
        ("henan-2019", 3, 7),
        ("zhejiang-2017", None, 5),
        ("shenzhen-2023", 2, None),
        ("taizhou-2020", 5, None),
    ],
)
def test_an_objection_runs_by_the_regulation_that_the_city_follows_and_else_by_the_platforms_own(
    profile, decision, result
):
    book, day = shipped((profile, date(2026, 11, 1))), date(2026, 11, 23)
    assert days_of(book, "decision", "objection", day) == decision
    assert days_of(book, "result", "objection", day) == result
    assert days_of(book, "decision", "objection", date(2026, 10, 31)) == 5
    assert bool(book.suspends(case_kind="objection", on=day)) == (profile == "taizhou-2020")


def test_a_local_regulation_goes_before_the_national_rule_and_leaves_the_rest_of_it():
    book, day = shipped(("shenzhen-2023", date(2026, 11, 1))), date(2026, 11, 23)
    rule = book.rule_for("decision", case_kind="repair", on=day)
    assert (rule.code, rule.value, rule.extend_by) == ("shenzhen-repair-decision", 3, 3)
    assert days_of(book, "result", "repair", day) == 10


def test_the_last_choice_of_a_profile_for_a_day_holds():
    book = shipped(("henan-2019", date(2026, 11, 20)), ("shanghai-2017", date(2026, 11, 1)))
    assert book.profile_on(date(2026, 10, 31)) == ""
    assert book.profile_on(date(2026, 11, 19)) == "shanghai-2017"
    assert book.profile_on(date(2026, 11, 20)) == "henan-2019"


def test_a_day_without_a_rule_has_no_guessed_clock():
    assert NATIONAL.rule_for("decision", case_kind="repair", on=date(2021, 1, 1)) is None


@pytest.mark.parametrize(("code", "fields"), CLOCK_RULES.items())
def test_every_rule_says_on_what_it_stands_and_how_far_it_was_read(code, fields):
    if fields["instrument"] is None:
        assert not fields["source"]
        assert not fields["verification"]
    else:
        assert fields["instrument"] in INSTRUMENTS
        assert fields["source"]
        assert fields["verification"] in {"V", "P", "B"}
    if fields.get("profile"):
        assert fields["article"].startswith("第")


@pytest.mark.django_db
def test_the_rules_come_with_the_tables_and_seeding_again_changes_nothing():
    assert set(ClockRule.objects.values_list("code", flat=True)) == set(CLOCK_RULES)
    ClockRule.objects.filter(code="shanghai-mark").update(value=2)
    assert clocks.seed_clock_rules() == 0
    assert ClockRule.objects.get(code="shanghai-mark").value == 2


@pytest.mark.django_db
def test_what_no_law_fixes_says_that_it_is_the_platforms_own():
    rule = clock_book().rule_for("appeal", case_kind="repair", on=date(2026, 11, 23))
    assert rule.value == 10
    assert "Procedure of this platform" in basis(rule)


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


@unhurried
@given(
    start=days,
    inner=st.integers(0, 20),
    outer=st.integers(0, 20),
    unit=st.sampled_from(list(deadlines.Unit)),
    calendar=calendars(),
)
def test_what_runs_inside_never_ends_after_what_it_runs_in(start, inner, outer, unit, calendar):
    whole = deadlines.end_of(start, deadlines.Term(outer % 5, unit), calendar)
    part = deadlines.end_of(start, deadlines.Term(inner), calendar)
    capped = deadlines.inside(part, whole)
    assert capped.day <= whole.day
    assert capped in (part, whole)


@unhurried
@given(start=days, months=st.integers(0, 60))
def test_months_end_on_the_same_day_or_on_the_last_of_a_shorter_month(start, months):
    end = deadlines.end_of(start, deadlines.Term(months, deadlines.Unit.MONTH), PLAIN).day
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)
    if months % 12 == 0:
        assert deadlines.end_of(start, deadlines.Term(months // 12, deadlines.Unit.YEAR), PLAIN).day == end


@given(value=st.integers(0, 40), by=st.integers(0, 40), most=st.none() | st.integers(0, 40))
def test_an_extension_never_shortens_a_term_nor_goes_beyond_its_limit(value, by, most):
    longer = deadlines.extended(deadlines.Term(value), by, at_most=most).value
    assert longer >= value
    assert longer <= (value + by if most is None else max(value, most))


@unhurried
@given(
    start=days, used=st.integers(0, 30), was=st.integers(1, 15), now=st.integers(1, 15), calendar=calendars()
)
def test_another_rule_gives_the_day_that_it_would_have_given_from_the_beginning(
    start, used, was, now, calendar
):
    """Paused after any number of days and going on at once, under the other rule."""
    day = start + timedelta(days=used)
    if not calendar.is_working_day(day):
        return
    left = deadlines.left_when_paused(deadlines.due(start, was, calendar).day, day, calendar)
    again = deadlines.due(day, deadlines.under_another_rule(left, was, now), calendar).day
    if again >= day:
        assert again == deadlines.due(start, now, calendar).day


@unhurried
@given(start=days, term=st.integers(0, 24), asked=st.integers(0, 400), waited=st.integers(0, 60))
def test_a_pause_of_calendar_days_and_months_gives_back_the_days_that_were_left(start, term, asked, waited):
    for unit in (deadlines.Unit.CALENDAR_DAY, deadlines.Unit.MONTH, deadlines.Unit.YEAR):
        end = deadlines.end_of(start, deadlines.Term(term, unit), PLAIN).day
        paused = start + timedelta(days=asked)
        rest = deadlines.rest_of(end, paused, unit, PLAIN)
        resumed = paused + timedelta(days=waited)
        assert deadlines.end_of(resumed, rest, PLAIN).day == end + timedelta(days=waited)


# A year that is not published


@pytest.mark.django_db
def test_a_deadline_in_a_year_without_calendar_is_provisional_and_moves_when_the_year_comes_out():
    seed_working_calendar()
    with time_machine.travel("2026-12-29 10:00:00+08:00"):
        case = CaseFactory()
        case.clocks.all().delete()
        clocks.start_department_clocks(case, timezone.localdate())
        clocks.set_due(case)
        case.save()
        assert (case.due_on, case.due_is_provisional) == (date(2027, 1, 1), True)
        assert clocks.reckon_anew() == 0
        CalendarYear.objects.create(year=2027, source="国务院办公厅通知")
        CalendarException.objects.create(day=date(2027, 1, 1), year_id=2027, is_working=False, name="元旦")
        assert clocks.reckon_anew() == 2
        assert clocks.reckon_anew() == 0
    case.refresh_from_db()
    assert (case.due_on, case.due_is_provisional) == (date(2027, 1, 4), False)
    assert AuditEvent.objects.filter(verb="repair.case.clock_reckoned", target_id=str(case.pk)).count() == 2


# The regulation that the city follows


def lead():
    return MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")


@pytest.mark.django_db
def test_choosing_a_profile_moves_what_started_since_and_leaves_its_trace():
    seed_working_calendar()
    today = timezone.localdate()
    case = filed_case(today)
    before = case.clocks.get(kind="decision")
    clocks.choose_profile(by=lead(), profile="shenzhen-2023", since=today, reason="The council decided so.")
    after = case.clocks.get(kind="decision")
    assert (before.rule, after.rule) == ("decision-gbf-2025-22", "shenzhen-repair-decision")
    assert after.may_extend_by == 3
    entry = AuditEvent.objects.get(verb="repair.case.clock_reckoned", target_id=str(case.pk))
    assert entry.detail["rule"] == "shenzhen-repair-decision"
    assert clocks.reckon_anew() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("profile", "check", "passed_on"),
    [
        ("", "objection-decision-platform", "objection-decision-platform"),
        ("shanghai-2017", "shanghai-check", "shanghai-decision"),
        ("shandong-2020", "shandong-check", None),
        ("henan-2019", "henan-check", "henan-decision"),
        ("zhejiang-2017", None, None),
        ("shenzhen-2023", "shenzhen-check", "shenzhen-decision"),
        ("taizhou-2020", "taizhou-check", "taizhou-decision"),
    ],
)
def test_what_the_lead_office_is_asked_about_its_own_it_decides_within_the_check_of_the_platform_itself(
    profile, check, passed_on
):
    seed_working_calendar()
    today = timezone.localdate()
    if profile:
        ProfileChoice.objects.create(profile=profile, since=today, reason="So decided.", chosen_by=lead())
    office = BodyFactory(kind="lead_office")
    for body, rule in ((office, check), (BodyFactory(), passed_on)):
        record = repairable_record(submitted_by=body)
        case = filed_case(today, record=record, kind="objection")
        assert case.clocks.filter(kind="decision").values_list("rule", flat=True).first() == rule
        if rule:
            term = CLOCK_RULES[rule]["value"]
            assert case.due_on == working_days_after(today, term, current_calendar()).day
    repair = filed_case(today, record=repairable_record(submitted_by=office))
    assert "check" not in repair.clocks.get(kind="decision").rule


@pytest.mark.django_db
def test_the_clock_of_the_platforms_own_check_follows_the_choice_of_a_profile_and_says_its_article(client):
    seed_working_calendar()
    today = timezone.localdate()
    record = repairable_record(submitted_by=BodyFactory(kind="lead_office"))
    case = filed_case(today, record=record, kind="objection")
    clocks.choose_profile(by=lead(), profile="henan-2019", since=today, reason="The council decided so.")
    case.refresh_from_db()
    assert case.clocks.get(kind="decision").rule == "henan-check"
    assert case.due_on == working_days_after(today, 3, current_calendar()).day
    assert AuditEvent.objects.filter(
        verb="repair.case.clock_reckoned", target_id=str(case.pk), detail__rule="henan-check"
    ).exists()
    client.force_login(case.opened_by)
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "The platform checks what it holds itself within 3 working days." in page
    assert "第四十一条" in page


def filed_case(day: date, **fields) -> Case:
    case = CaseFactory(**fields)
    case.clocks.all().delete()
    clocks.start_department_clocks(case, day)
    clocks.set_due(case)
    case.save()
    return case


@pytest.mark.django_db
def test_a_profile_that_begins_later_leaves_what_has_started():
    today = timezone.localdate()
    case = filed_case(today)
    clocks.choose_profile(
        by=lead(), profile="shenzhen-2023", since=today + timedelta(days=1), reason="From tomorrow."
    )
    assert case.clocks.get(kind="decision").rule == "decision-gbf-2025-22"


@pytest.mark.django_db
def test_a_rule_that_is_another_moves_the_day_and_the_cases_copy_of_it():
    today = timezone.localdate()
    case = filed_case(today)
    ClockRule.objects.filter(code="decision-gbf-2025-22").update(value=5)
    assert clocks.reckon_anew() == 1
    case.refresh_from_db()
    clock = case.clocks.get(kind="decision")
    assert (clock.given, clock.days, case.due_on) == (5, 5, clock.due_on)


@pytest.mark.django_db
def test_the_decision_stays_inside_the_whole_when_the_rule_of_the_whole_is_another():
    seed_working_calendar()
    case = filed_case(timezone.localdate())
    ClockRule.objects.filter(code="result-gbf-2025-22").update(value=1)
    assert clocks.reckon_anew() == 2
    whole, inner = case.clocks.get(kind="result"), case.clocks.get(kind="decision")
    assert inner.due_on == whole.due_on
    ClockRule.objects.filter(code="result-gbf-2025-22").update(value=10)
    assert clocks.reckon_anew() == 2
    case.refresh_from_db()
    assert case.due_on == case.clocks.get(kind="decision").due_on > inner.due_on


@pytest.mark.django_db
def test_a_day_that_moves_on_is_reminded_of_and_escalated_anew():
    seed_working_calendar()
    today = timezone.localdate()
    case = filed_case(today)
    case.clocks.update(reminded_at=timezone.now(), overdue_told_at=timezone.now())
    ClockRule.objects.filter(code="decision-gbf-2025-22").update(value=5)
    clocks.reckon_anew()
    moved, stayed = case.clocks.get(kind="decision"), case.clocks.get(kind="result")
    assert (moved.reminded_at, moved.overdue_told_at) == (None, None)
    assert stayed.reminded_at is not None


@pytest.mark.django_db
def test_only_the_lead_office_chooses_and_says_why_and_not_for_the_past():
    today = timezone.localdate()
    with pytest.raises(NotPermitted):
        clocks.choose_profile(by=MemberFactory(role="supervisor"), profile="", since=today, reason="x")
    with pytest.raises(InvalidInput) as refusal:
        clocks.choose_profile(by=lead(), profile="atlantis", since=today - timedelta(days=1), reason=" ")
    assert set(refusal.value.problems) == {"profile", "since", "reason"}
    first = clocks.choose_profile(by=lead(), profile="henan-2019", since=today, reason="So decided.")
    assert clocks.choose_profile(by=lead(), profile="henan-2019", since=today, reason="Again.") == first


@pytest.mark.django_db
def test_a_supervisor_extends_a_clock_once_with_reasons_and_the_applicant_is_told():
    seed_working_calendar()
    today = timezone.localdate()
    clocks.choose_profile(by=lead(), profile="shenzhen-2023", since=today, reason="So decided.")
    case = filed_case(today)
    due_before = case.due_on
    supervisor = MemberFactory(body=case.deciding_body, role="supervisor")

    def extend(by, note):
        return services.act_on_case(
            by=by,
            number=case.number,
            action="extend",
            version=Case.objects.get(pk=case.pk).version,
            note=note,
        )

    with pytest.raises(NotPermitted):
        extend(MemberFactory(body=case.deciding_body), "Many papers.")
    with pytest.raises(InvalidInput):
        extend(supervisor, "")
    extended = extend(supervisor, "Many papers.")
    assert extended.due_on == working_days_after(due_before, 3, current_calendar()).day
    assert "repair.extended" in kinds(entity=case.entity)
    clock = case.clocks.get(kind="decision")
    assert (clock.extended_by, clock.extended_because) == (supervisor, "Many papers.")
    with pytest.raises(WrongState):
        extend(supervisor, "Still many papers.")


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
    clocks.watch_clocks(today=today)
    assert not kinds(body=case.deciding_body)
    due(case, today)
    for _hour in range(3):
        clocks.watch_clocks(today=today)
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
    steps = case.steps.filter(action="escalated")
    assert {step.note for step in steps} == {"; ".join(map(str, supervisors)), office.name_zh}
    assert AuditEvent.objects.filter(verb="repair.case.escalated", target_id=str(case.pk)).count() == 2


@pytest.mark.django_db
def test_the_page_of_the_case_names_the_superiors_who_were_told_to_both_sides(client):
    case = CaseFactory()
    boss = MemberFactory(body=case.deciding_body, role="supervisor")
    due(case, timezone.localdate() - timedelta(days=1))
    watch_clocks()
    for reader in (case.opened_by, boss):
        client.force_login(reader)
        page = client.get(f"/cases/{case.number}/").content.decode()
        assert "told the superiors that the time for a step is over" in page
        assert str(boss) in page


@pytest.mark.django_db
@pytest.mark.parametrize("profile", ["shandong-2020", "zhejiang-2017"])
def test_where_a_regulation_sets_one_term_for_all_of_it_the_department_is_reminded_and_its_superiors_told_of_that(
    profile,
):
    seed_working_calendar()
    today, office = timezone.localdate(), BodyFactory(kind="lead_office")
    ProfileChoice.objects.create(profile=profile, since=today, reason="So decided.", chosen_by=lead())
    case = filed_case(today, kind="objection")
    boss = MemberFactory(body=case.deciding_body, role="supervisor")
    assert list(case.clocks.values_list("kind", flat=True)) == ["result"]
    due(case, today)
    watch_clocks()
    assert kinds(body=case.deciding_body) == ["repair.due_soon"]
    due(case, today - timedelta(days=1))
    for _hour in range(2):
        watch_clocks()
    assert kinds(user=boss) == ["repair.overdue"]
    assert kinds(body=office) == ["repair.result_overdue"]
    assert str(boss) in case.steps.get(action="escalated").note


@pytest.mark.django_db
def test_of_a_body_that_is_gone_the_supervisors_of_its_successor_are_told():
    case, successor = CaseFactory(), BodyFactory()
    former = MemberFactory(body=case.deciding_body, role="supervisor")
    boss = MemberFactory(body=successor, role="supervisor")
    SubmittingBody.objects.filter(pk=case.deciding_body_id).update(is_active=False, successor=successor)
    due(case, timezone.localdate() - timedelta(days=1))
    watch_clocks()
    assert (kinds(user=former), kinds(user=boss)) == ([], ["repair.overdue"])


@pytest.mark.django_db
def test_a_department_without_supervisor_is_told_as_a_whole_and_the_lead_office_above_it():
    case, office = CaseFactory(), BodyFactory(kind="lead_office")
    due(case, timezone.localdate() - timedelta(days=1))
    watch_clocks()
    assert kinds(body=case.deciding_body) == ["repair.overdue"]
    assert kinds(body=office) == ["repair.overdue", "repair.result_overdue"]


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
            case=case,
            kind="decision",
            rule="x",
            given=1,
            started_on=case.due_on,
            counts_from=case.due_on,
            days=1,
            due_on=case.due_on,
        )
