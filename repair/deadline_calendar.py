"""The deadlines of the cases and of the missing records that a reader sees, as a calendar and day by day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from credit_platform.common.services import current_calendar
from credit_platform.ui import charts
from repair import selectors
from repair.missing import selectors as missing
from repair.missing.models import MissingRecord
from repair.models import Case
from repair.selectors import CaseRow, Due
from repair.workflow import State

WEEKS = 6
#: So many cases are listed at most; what is overdue comes first.
MOST = 200


@dataclass(frozen=True, slots=True)
class Day:
    """One day with the cases due on it, and what is said to be missing and to be answered by then."""

    day: date
    over: bool
    rows: list[CaseRow] = field(default_factory=list)
    missing: list[tuple[MissingRecord, Due]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """A page of deadlines."""

    month: charts.Month
    days: list[Day]
    overdue: int
    provisional: bool
    hidden: int


def deadlines_of(*, user, today: date) -> Deadlines:
    """What is due in the open cases and missing records that this user sees: overdue first, then day by day for six weeks."""
    calendar = current_calendar()
    end = today - timedelta(days=today.weekday()) + timedelta(weeks=WEEKS)
    open_cases = (
        selectors.cases_for_list(user=user)
        .filter(state__in=Case.OPEN, due_on__isnull=False, due_on__lt=end)
        .exclude(state=State.DRAFT)
        .order_by("due_on", "number")
    )
    asked = missing.missing_for_list(user=user).filter(state__in=MissingRecord.OPEN, due_on__lt=end)
    due = Counter(open_cases.order_by().values_list("due_on", flat=True))
    due.update(asked.order_by().values_list("due_on", flat=True))
    rows = selectors.rows_of(open_cases[:MOST], user=user)
    answers = [(one, missing.due_of(one, today, calendar)) for one in asked.order_by("due_on", "pk")[:MOST]]
    return Deadlines(
        month=charts.deadline_month(today, due, weeks=WEEKS, is_working_day=calendar.is_working_day),
        days=_by_day(rows, answers, today),
        overdue=sum(count for day, count in due.items() if day < today),
        provisional=any(
            due.provisional for due in (*(row.due for row in rows), *(due for _one, due in answers))
        ),
        hidden=sum(due.values()) - len(rows) - len(answers),
    )


def _by_day(rows: list[CaseRow], answers: list[tuple[MissingRecord, Due]], today: date) -> list[Day]:
    days: dict[date, Day] = {}
    for row in rows:
        days.setdefault(row.case.due_on, Day(row.case.due_on, row.case.due_on < today)).rows.append(row)
    for one, due in answers:
        days.setdefault(one.due_on, Day(one.due_on, one.due_on < today)).missing.append((one, due))
    return [days[day] for day in sorted(days)]
