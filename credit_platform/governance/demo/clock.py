"""A day in the past for the services to work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.utils import timezone

SATURDAY = 5


@contextmanager
def as_if_on(day: date, hour: int = 10) -> Iterator[None]:
    """Let everything inside happen on that day.

    Every service takes the time from `django.utils.timezone`, so a history that is written under this
    clock is the one that the same code would have written on those days. For the demonstration only: it
    changes the clock of the whole process.
    """
    moment = timezone.make_aware(datetime.combine(day, time(hour, day.toordinal() % 60)))
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


def weekday_from(day: date) -> date:
    """The day itself, or the Monday after when it falls on a weekend: offices do not decide on Sundays."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day
