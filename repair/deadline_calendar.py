"""The deadlines of the cases that a reader sees, as a calendar and day by day."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from credit_platform.common.services import current_calendar
from credit_platform.ui import charts
from repair import selectors
from repair.models import Case
from repair.selectors import CaseRow
from repair.workflow import State

WEEKS = 6
#: So many cases are listed at most; what is overdue comes first.
MOST = 200


@dataclass(frozen=True, slots=True)
class Day:
    """One day with the cases due on it."""

    day: date
    over: bool
    rows: list[CaseRow]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """A page of deadlines."""

    month: charts.Month
    days: list[Day]
    overdue: int
    provisional: bool
    hidden: int


def deadlines_of(*, user, today: date) -> Deadlines:
    """What is due in the open cases that this user sees: overdue first, then day by day for six weeks."""
    calendar = current_calendar()
    end = today - timedelta(days=today.weekday()) + timedelta(weeks=WEEKS)
    open_cases = (
        selectors.cases_for_list(user=user)
        .filter(state__in=Case.OPEN, due_on__isnull=False, due_on__lt=end)
        .exclude(state=State.DRAFT)
        .order_by("due_on", "number")
    )
    due = Counter(open_cases.order_by().values_list("due_on", flat=True))
    rows = selectors.rows_of(open_cases[:MOST], user=user)
    return Deadlines(
        month=charts.deadline_month(today, due, weeks=WEEKS, is_working_day=calendar.is_working_day),
        days=[
            Day(day, day < today, list(some)) for day, some in groupby(rows, key=lambda row: row.case.due_on)
        ],
        overdue=sum(count for day, count in due.items() if day < today),
        provisional=any(row.due.provisional for row in rows),
        hidden=max(sum(due.values()) - MOST, 0),
    )
