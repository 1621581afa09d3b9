"""The arithmetic of terms: when one ends, what is left of it, and how one stands inside another.

Pure: no clock is read, no table and no setting asked; the working calendar is handed in. Which term runs in which
case stands in the rows of `ClockRule`. The day on which a term is set going is never counted.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from credit_platform.common.working_days import (
    Deadline,
    WorkingCalendar,
    months_after,
    working_days_after,
    working_days_between,
)


class Unit(StrEnum):
    """What a term is counted in. Days of the calendar end on whatever day they end: no text read moves them."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Term:
    """So many of a unit; fewer than none when a clock that was over stood still and goes on."""

    value: int
    unit: Unit = Unit.WORKING_DAY


def due(counts_from: date, days: int, calendar: WorkingCalendar) -> Deadline:
    """The last day of a term of working days; with fewer than none, the one since which it is over by as many."""
    if days >= 0:
        return working_days_after(counts_from, days, calendar)
    day, known = counts_from, calendar.knows(counts_from)
    while days or not calendar.is_working_day(day):
        days += bool(days) and calendar.is_working_day(day)
        day -= timedelta(days=1)
        known = known and calendar.knows(day)
    return Deadline(day, provisional=not known)


def end_of(counts_from: date, term: Term, calendar: WorkingCalendar) -> Deadline:
    """The last day of a term in whatever unit. Only working days can be provisional.

    Months and years end on the day of the same number, or on the last of a month that has none (30 Nov and three
    months: 28 Feb).
    """
    match term.unit:
        case Unit.WORKING_DAY:
            return due(counts_from, term.value, calendar)
        case Unit.CALENDAR_DAY:
            return Deadline(counts_from + timedelta(days=term.value), provisional=False)
        case Unit.MONTH:
            return Deadline(months_after(counts_from, term.value), provisional=False)
    return Deadline(months_after(counts_from, 12 * term.value), provisional=False)


def left_when_paused(due_on: date, on: date, calendar: WorkingCalendar) -> int:
    """Working days that remain when the clock is stopped on a day, which itself counts as used.

    Negative for a clock that was already over: asking for material does not make it punctual again.
    """
    return working_days_between(on, due_on, calendar)


def rest_of(due_on: date, on: date, unit: Unit, calendar: WorkingCalendar) -> Term:
    """What is left of a term that stands still from a day on.

    Months and years cannot be cut, so what is left of them is days of the calendar.
    """
    if unit == Unit.WORKING_DAY:
        return Term(left_when_paused(due_on, on, calendar))
    return Term((due_on - on).days, Unit.CALENDAR_DAY)


def inside(inner: Deadline, outer: Deadline) -> Deadline:
    """A term that runs inside another is over when the outer one is; provisional as the one that ends it is."""
    return min(inner, outer, key=lambda deadline: deadline.day)


def extended(term: Term, by: int, *, at_most: int | None = None) -> Term:
    """The term made longer by so many of its unit, where a limit stands for the whole not beyond it."""
    longer = term.value + by
    return replace(term, value=longer if at_most is None else max(term.value, min(longer, at_most)))


def under_another_rule(left: int, was: int, now: int) -> int:
    """What a running clock has, counted from where it counts, when its rule gives another number of the same unit."""
    return left + now - was


def days_left(due_on: date, today: date, calendar: WorkingCalendar) -> int:
    """What the page shows: 0 on the last day, negative as soon as it is over, even at a weekend."""
    left = working_days_between(today, due_on, calendar)
    return min(left, -1) if today > due_on else left
