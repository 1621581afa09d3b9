"""The working calendar, kept in tables and seeded from the published arrangements."""

from datetime import date, timedelta
from functools import cache
from importlib.metadata import version

import chinese_calendar
from django.db import transaction

from credit_platform.common.models import CalendarException, CalendarYear
from credit_platform.common.working_days import SATURDAY, WorkingCalendar


@transaction.atomic
def seed_working_calendar() -> list[int]:
    """Copy the years that the package `chinesecalendar` knows and the tables do not; returns those years.

    Years that the office has entered by hand stay as they are.
    """
    first, last = min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year
    missing = sorted(set(range(first, last + 1)) - set(CalendarYear.objects.values_list("year", flat=True)))
    source = f"chinesecalendar {version('chinesecalendar')}"
    CalendarYear.objects.bulk_create(CalendarYear(year=year, source=source) for year in missing)
    CalendarException.objects.bulk_create(
        CalendarException(day=day, year_id=year, is_working=is_working, name=name)
        for year in missing
        for day, is_working, name in _exceptions_of(year)
    )
    return missing


@cache
def _exceptions_of(year: int) -> tuple[tuple[date, bool, str], ...]:
    """The days of a year that are not what their weekday is; the library goes through all its years for each day."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    return tuple(
        (day, is_working, chinese_calendar.get_holiday_detail(day)[1] or "")
        for day in days
        if (is_working := chinese_calendar.is_workday(day)) != (day.weekday() < SATURDAY)
    )


def current_calendar() -> WorkingCalendar:
    """The calendar as the tables now have it, in two small queries."""
    return WorkingCalendar(
        exceptions=dict(CalendarException.objects.values_list("day", "is_working")),
        years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
    )
