"""How cases go, in figures: time used by department, kind and outcome, and what is overdue. No case can be told from them.

Time used is working days from the day of filing to the day of the decision, without those on which the clock stood
still for the applicant. A case is in time when no clock of its department had run out on the day of the decision.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import WorkingCalendar, working_days_between
from entities.models import SubmittingBody
from repair.models import Case, CaseClock, CaseStep
from repair.workflow import Action, State

A_YEAR = timedelta(days=365)
KEPT_FOR = 600
WITH_THE_DEPARTMENT = (State.SUBMITTED, State.MORE_MATERIAL, State.PROPOSED)
IN_FAVOUR = frozenset({State.GRANTED, State.UPHELD, State.REMOVED})


@dataclass(slots=True)
class Line:
    """What happened in a year in cases of one kind in one department."""

    body: SubmittingBody
    kind: str
    open: int = 0
    overdue: int = 0
    filed: int = 0
    days: list[int] = field(default_factory=list)
    in_time: int = 0
    outcomes: Counter = field(default_factory=Counter)

    @property
    def kind_label(self) -> str:
        return str(Case.Kind(self.kind).label)

    @property
    def decided(self) -> int:
        return len(self.days)

    @property
    def median_days(self) -> float | None:
        """The middle one of the working days used; None where nothing was decided."""
        return median(self.days) if self.days else None

    @property
    def longest(self) -> int | None:
        return max(self.days, default=None)

    @property
    def share_in_time(self) -> float | None:
        """Of the decisions, between 0 and 1; None where nothing was decided."""
        return self.in_time / self.decided if self.days else None

    @property
    def in_favour(self) -> int:
        """How many ended as the applicant asked, those on appeal included."""
        return sum(count for state, count in self.outcomes.items() if state in IN_FAVOUR)

    @property
    def outcome_words(self) -> list[tuple[str, int]]:
        """The outcomes in the order of the states, each with its count."""
        return [(str(state.label), self.outcomes[state]) for state in State if self.outcomes[state]]


@dataclass(frozen=True, slots=True)
class Figures:
    """A year of cases: a line for each department and kind, and the sum of all."""

    lines: list[Line]
    since: date
    until: date

    @property
    def filed(self) -> int:
        return sum(line.filed for line in self.lines)

    @property
    def open(self) -> int:
        return sum(line.open for line in self.lines)

    @property
    def overdue(self) -> int:
        return sum(line.overdue for line in self.lines)

    @property
    def decided(self) -> int:
        return sum(line.decided for line in self.lines)

    @property
    def median_days(self) -> float | None:
        days = [day for line in self.lines for day in line.days]
        return median(days) if days else None

    @property
    def share_in_time(self) -> float | None:
        return sum(line.in_time for line in self.lines) / self.decided if self.decided else None


def figures(*, today: date) -> Figures:
    """The year up to today, at most ten minutes old; in six queries for any number of cases."""
    return cache.get_or_set(f"repair:figures:{today}", lambda: count_figures(today=today), KEPT_FOR)


def count_figures(*, today: date) -> Figures:
    """The same, counted now."""
    since, calendar = today - A_YEAR, current_calendar()
    bodies = SubmittingBody.objects.in_bulk()
    lines: dict[tuple[int, str], Line] = {}

    def line_of(body: int, kind: str) -> Line:
        return lines.setdefault((body, kind), Line(bodies[body], kind))

    filed = Case.objects.filter(submitted_at__isnull=False)
    for body, kind in filed.filter(submitted_at__date__gt=since).values_list("deciding_body", "kind"):
        line_of(body, kind).filed += 1
    for body, kind, due_on, state in filed.filter(state__in=(*WITH_THE_DEPARTMENT,)).values_list(
        "deciding_body", "kind", "due_on", "state"
    ):
        line = line_of(body, kind)
        line.open += 1
        # While the applicant is asked the day is the applicant's.
        line.overdue += state != State.MORE_MATERIAL and due_on is not None and due_on < today
    decided = list(
        filed.filter(decided_at__date__gt=since).values_list(
            "pk", "deciding_body", "kind", "state", "submitted_at", "decided_at"
        )
    )
    keys = [row[0] for row in decided]
    late = set(
        CaseClock.objects.filter(case__in=keys, stopped_on__gt=F("due_on"))
        .exclude(kind__in=(CaseClock.Kind.ANSWER, CaseClock.Kind.APPEAL))
        .values_list("case", flat=True)
    )
    waits = _waits(keys)
    for key, body, kind, state, submitted_at, decided_at in decided:
        line = line_of(body, kind)
        begun, ended = timezone.localdate(submitted_at), timezone.localdate(decided_at)
        line.days.append(_used(begun, ended, waits.get(key, ()), calendar))
        line.in_time += key not in late
        line.outcomes[State(state)] += 1
    ordered = sorted(lines.values(), key=lambda line: (-line.overdue, line.body.code, line.kind))
    return Figures(ordered, since, today)


def _waits(keys: Iterable[int]) -> dict[int, list[tuple[date, date]]]:
    """By case, the stretches in which the clock stood still for the applicant."""
    asked: dict[int, date] = {}
    waits: dict[int, list[tuple[date, date]]] = {}
    steps = CaseStep.objects.filter(
        case__in=keys, action__in=(Action.ASK_MATERIAL, Action.SUPPLY_MATERIAL, Action.TAKE_UP_AGAIN)
    ).order_by("at", "pk")
    for case, action, at in steps.values_list("case", "action", "at"):
        day = timezone.localdate(at)
        if action == Action.ASK_MATERIAL:
            asked[case] = day
        elif case in asked:
            waits.setdefault(case, []).append((asked.pop(case), day))
    return waits


def _used(begun: date, ended: date, waits: Iterable[tuple[date, date]], calendar: WorkingCalendar) -> int:
    stood = sum(working_days_between(start, end, calendar) for start, end in waits)
    return max(working_days_between(begun, ended, calendar) - stood, 0)
