"""The working days of a scheme as the platform's calendar has them on the day on which they are taken over.

A scheme keeps its own, so that a past day is rated again as it was. Those of a year that is published later come with the
next version: whoever begins one finds them in the draft.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from credit_platform.common.errors import InvalidInput
from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import SATURDAY, WorkingCalendar

#: Where it stands in a document, and what asks for the calendar of the platform there.
PLACE, TAKE_OVER = "working_days", True


def with_days_taken_over(content: Any) -> Any:
    """The document with the calendar of the platform where it asks for that.

    Raises:
        InvalidInput: no year of the calendar is known.
    """
    if not isinstance(content, Mapping) or content.get(PLACE) is not TAKE_OVER:
        return content
    calendar = current_calendar()
    years = _running_up_to_the_last(calendar)
    if not years:
        raise InvalidInput({f"document.{PLACE}": [_("No year of the working calendar is known here yet.")]})
    return {**content, PLACE: {"article": _next_article(content), **_days_of(years, calendar)}}


def _next_article(content: Any) -> str:
    """The number after the last article of the document, which its author may change."""
    return str(max((int(number) for number in _article_numbers(content)), default=0) + 1)


def _article_numbers(content: Any) -> Iterator[str]:
    """The whole numbers with which the articles of the document begin."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            if name in {"article", "scale_article"} and (begins := re.match(r"[0-9]+", str(value))):
                yield begins[0]
            yield from _article_numbers(value)
    elif isinstance(content, list | tuple):
        for one in content:
            yield from _article_numbers(one)


def with_years_since(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the years that were published after those that it knows."""
    said = document.get(PLACE)
    if not said or not said["known_to"].endswith("-12-31"):
        return dict(document)
    calendar = current_calendar()
    known = int(said["known_to"][:4])
    years = [year for year in _running_up_to_the_last(calendar) if year > known]
    if not years or years[0] != known + 1:
        return dict(document)
    more = _days_of(years, calendar)
    longer = {name: [*said[name], *more[name]] for name in ("off", "worked")}
    return {**document, PLACE: {**said, **longer, "known_to": more["known_to"]}}


def _running_up_to_the_last(calendar: WorkingCalendar) -> list[int]:
    """The years that follow each other without a gap up to the last that is known."""
    years = sorted(calendar.years)
    return [year for place, year in enumerate(years) if years[-1] - year == len(years) - 1 - place]


def _days_of(years: Iterable[int], calendar: WorkingCalendar) -> dict[str, Any]:
    several = sorted(years)
    days = sorted(day for day in calendar.exceptions if several[0] <= day.year <= several[-1])
    return {
        "known_from": date(several[0], 1, 1).isoformat(),
        "known_to": date(several[-1], 12, 31).isoformat(),
        "off": [
            day.isoformat() for day in days if not calendar.is_working_day(day) and day.weekday() < SATURDAY
        ],
        "worked": [
            day.isoformat() for day in days if calendar.is_working_day(day) and day.weekday() >= SATURDAY
        ],
    }
