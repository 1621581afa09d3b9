"""Chinese working days: holidays, make-up days, years whose calendar is not out yet, and months."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from credit_platform.common.models import CalendarException, CalendarYear
from credit_platform.common.services import current_calendar, seed_working_calendar
from credit_platform.common.working_days import (
    WorkingCalendar,
    months_after,
    working_days_after,
    working_days_between,
)

#: May 2026 as an example: 1 to 5 May off, Saturday 9 May worked for it.
MAY_2026 = WorkingCalendar(
    exceptions={
        date(2026, 5, 1): False,
        date(2026, 5, 4): False,
        date(2026, 5, 5): False,
        date(2026, 5, 9): True,
    },
    years=frozenset({2026}),
)
PLAIN = WorkingCalendar(exceptions={}, years=frozenset(range(1990, 2100)))
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 4, 30), True),
        (date(2026, 5, 1), False),  # a holiday on a Friday
        (date(2026, 5, 2), False),  # a Saturday
        (date(2026, 5, 9), True),  # a Saturday worked to make up
        (date(2026, 5, 10), False),  # a Sunday
    ],
)
def test_holidays_are_off_and_make_up_days_are_worked(day, works):
    assert MAY_2026.is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 4, 30), 1, date(2026, 5, 6)),  # over the whole holiday
        (date(2026, 4, 30), 4, date(2026, 5, 9)),  # the make-up Saturday counts
        (date(2026, 5, 2), 1, date(2026, 5, 6)),  # the clock may start on a day off
        (date(2026, 5, 8), 1, date(2026, 5, 9)),  # received on a Friday before a make-up Saturday: due on it
        (date(2026, 5, 8), 0, date(2026, 5, 8)),
    ],
)
def test_a_term_counts_working_days_after_its_start(start, days, due):
    assert working_days_after(start, days, MAY_2026).day == due


def test_a_term_within_a_published_year_is_certain():
    assert not working_days_after(date(2026, 4, 30), 10, MAY_2026).provisional


def test_a_term_that_reaches_into_an_unpublished_year_is_provisional():
    deadline = working_days_after(date(2026, 12, 30), 3, MAY_2026)
    assert (deadline.day, deadline.provisional) == (date(2027, 1, 4), True)


def test_a_term_that_starts_in_an_unpublished_year_is_provisional():
    assert working_days_after(date(2027, 3, 1), 0, MAY_2026).provisional


def test_a_deadline_does_not_lie_before_its_start():
    with pytest.raises(ValueError, match="before its start"):
        working_days_after(date(2026, 5, 6), -1, MAY_2026)


@given(DAYS, st.integers(0, 60))
def test_the_days_between_a_start_and_its_deadline_are_the_term(start, days):
    due = working_days_after(start, days, PLAIN).day
    assert working_days_between(start, due, PLAIN) == days


@given(DAYS, st.integers(1, 60))
def test_a_deadline_is_a_working_day(start, days):
    assert PLAIN.is_working_day(working_days_after(start, days, PLAIN).day)


@given(DAYS, DAYS)
def test_days_between_have_a_direction(one, other):
    assert working_days_between(one, other, PLAIN) == -working_days_between(other, one, PLAIN)


@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_a_longer_term_ends_later(start, days, more):
    shorter, longer = working_days_after(start, days, PLAIN), working_days_after(start, days + more, PLAIN)
    assert longer.day >= shorter.day


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 5, 6), 3, date(2026, 8, 6)),
        (date(2026, 5, 6), 12, date(2027, 5, 6)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),  # February has no 30th
        (date(2027, 11, 30), 3, date(2028, 2, 29)),  # in a leap year it ends a day later
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_months_end_on_the_same_number_or_on_the_last_day(start, months, end):
    assert months_after(start, months) == end


@given(DAYS, st.integers(0, 48))
def test_months_neither_skip_a_month_nor_move_past_the_day(start, months):
    end = months_after(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@pytest.mark.django_db
def test_seeding_writes_the_published_years_and_nothing_twice():
    first = seed_working_calendar()
    assert {2004, 2026} <= set(first)
    assert seed_working_calendar() == []


@pytest.mark.django_db
def test_seeding_leaves_a_year_that_the_office_entered_alone():
    year = CalendarYear.objects.create(year=2026, source="entered by hand")
    CalendarException.objects.create(day=date(2026, 7, 1), year=year, is_working=False, name="city day")
    seed_working_calendar()
    assert list(CalendarException.objects.filter(year=2026).values_list("day", flat=True)) == [
        date(2026, 7, 1)
    ]


@pytest.mark.django_db
def test_the_calendar_of_the_tables_knows_the_spring_festival():
    seed_working_calendar()
    calendar = current_calendar()
    assert not calendar.is_working_day(date(2026, 2, 17))
    assert calendar.is_working_day(date(2026, 2, 28))  # a Saturday worked to make up
    assert calendar.knows(date(2026, 12, 31))
    assert not calendar.knows(date(2027, 1, 1))
