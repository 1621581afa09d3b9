"""Chinese working days: the State Council's holidays and make-up days, and what is not yet known of them.

Pure: the calendar is handed in. `services.current_calendar()` reads it from the tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days on which offices work.

    `exceptions` holds only the days that differ from Monday to Friday: True for a
    make-up day worked at a weekend, False for a holiday. `years` are those whose calendar
    the State Council has published; any other year is guessed as Monday to Friday.
    """

    exceptions: Mapping[date, bool]
    years: frozenset[int]

    def is_working_day(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def knows(self, day: date) -> bool:
        """Whether the calendar of that day's year has been published."""
        return day.year in self.years


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which something is in time. Provisional while a year it crosses is unpublished."""

    day: date
    provisional: bool


def working_days_after(start: date, days: int, calendar: WorkingCalendar) -> Deadline:
    """The `days`-th working day after `start`; the day itself does not count, as 行政法 terms run.

    Args:
        start: the day on which the clock was set going, a working day or not.
        days: working days, at least 0; 0 gives `start` itself.
    """
    if days < 0:
        raise ValueError("A deadline cannot lie before its start.")
    day, known = start, calendar.knows(start)
    while days:
        day += timedelta(days=1)
        known = known and calendar.knows(day)
        days -= calendar.is_working_day(day)
    return Deadline(day, provisional=not known)


def working_days_between(start: date, end: date, calendar: WorkingCalendar) -> int:
    """How many working days lie after `start` up to and with `end`; negative when `end` is before `start`."""
    if end < start:
        return -working_days_between(end, start, calendar)
    return sum(calendar.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def months_after(start: date, months: int) -> date:
    """The same day `months` later, or the last day of that month when it has no such day (30 Nov + 3 → 28 Feb)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(start.day, last))
