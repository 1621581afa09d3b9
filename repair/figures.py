"""How cases go, in figures: time used by department, kind and outcome, and what is overdue. No case can be told from them.

Time used is working days from the day of filing to the day of the decision, without those on which the clock stood
still for the applicant. A case is in time when no clock of its department had run out on the day of the decision.
Of appeals the lead office has lines of its own, reckoned in the same way.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

from django.core.cache import cache
from django.db.models import Count, F, Q, TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import WorkingCalendar, working_days_between
from entities.models import SubmittingBody
from repair import independence, policies
from repair.models import Case, CaseClock, CaseStep
from repair.workflow import Action, State

A_YEAR = timedelta(days=365)
KEPT_FOR = 600
WITH_THE_DEPARTMENT = (State.SUBMITTED, State.MORE_MATERIAL, State.PROPOSED)
#: What was filed with a department; what an association decides of its own records is no affair of the public.
OF_DEPARTMENTS = Q(submitted_at__isnull=False) & policies.PUBLIC_INFORMATION
#: The kind of the lines of appeals, beside those of `Case.Kind`.
APPEALS = "appeal"


@dataclass(frozen=True, slots=True)
class Counted:
    """Something else that bodies answer in time, as its app counts it.

    Args:
        kind: the kind of its lines.
        states: its outcomes, which are labelled by them.
        count: adds to the lines what happened after the first day and until the second.
    """

    kind: str
    label: str | Promise
    states: type[TextChoices]
    count: "Callable[[Lines, date, date, WorkingCalendar], None]"


_counted: dict[str, Counted] = {}


def register(counted: Counted) -> None:
    """Add lines of another kind; called in `AppConfig.ready()`."""
    _counted[counted.kind] = counted


@dataclass(slots=True)
class Line:
    """What happened in a year in cases of one kind in one department, or in the appeals to the lead office.

    Args:
        kind: of `Case.Kind`, or `APPEALS`.
        asked_again: of those filed, in how many material was asked for more than once. What is missing is to be told at
            once (Shenzhen 2023 art. 81).
        ended: by state, or by action where it is of appeals, the working days that each took that ended so.
    """

    body: SubmittingBody
    kind: str
    open: int = 0
    overdue: int = 0
    filed: int = 0
    asked_again: int = 0
    in_time: int = 0
    ended: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def kind_label(self) -> str:
        if self.kind in _counted:
            return str(_counted[self.kind].label)
        return _("Appeals") if self.kind == APPEALS else str(Case.Kind(self.kind).label)

    def end(self, *, outcome: str, days: int, in_time: bool) -> None:
        """Count one more that ended."""
        self.ended[outcome].append(days)
        self.in_time += in_time

    @property
    def days(self) -> list[int]:
        """The working days that each took, by outcome."""
        return [used for days in self.ended.values() for used in days]

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
    def outcomes(self) -> list[tuple[str, int, float]]:
        """How they ended, each outcome with its count and the middle one of its working days, in the order of the states."""
        return [(label, len(days), median(days)) for label, days in self._outcomes_in_order() if days]

    def _outcomes_in_order(self) -> list[tuple[str, list[int]]]:
        if self.kind != APPEALS:
            states = _counted[self.kind].states if self.kind in _counted else State
            return [(str(state.label), self.ended.get(state, [])) for state in states]
        upheld = self.ended.get(Action.UPHOLD_APPEAL, []) + self.ended.get(Action.REMIT, [])
        dismissed = self.ended.get(Action.DISMISS_APPEAL, [])
        return [(_("Appeal upheld"), upheld), (_("Appeal dismissed"), dismissed)]


@dataclass(frozen=True, slots=True)
class Figures:
    """A year of cases: a line for each department and kind, those of appeals last, and the sum of all.

    Of appeals the sums take only what is overdue: they are cases of departments already.
    """

    lines: list[Line]
    since: date
    until: date

    @property
    def _of_departments(self) -> list[Line]:
        return [line for line in self.lines if line.kind != APPEALS]

    @property
    def filed(self) -> int:
        return sum(line.filed for line in self._of_departments)

    @property
    def asked_again(self) -> int:
        return sum(line.asked_again for line in self._of_departments)

    @property
    def open(self) -> int:
        return sum(line.open for line in self._of_departments)

    @property
    def overdue(self) -> int:
        return sum(line.overdue for line in self.lines)

    @property
    def decided(self) -> int:
        return sum(line.decided for line in self._of_departments)

    @property
    def median_days(self) -> float | None:
        days = [day for line in self._of_departments for day in line.days]
        return median(days) if days else None

    @property
    def share_in_time(self) -> float | None:
        in_time = sum(line.in_time for line in self._of_departments)
        return in_time / self.decided if self.decided else None


def figures(*, today: date) -> Figures:
    """The year up to today, at most ten minutes old; in ten queries for any number of cases."""
    return cache.get_or_set(
        f"repair:figures:asked-again:{today}", lambda: count_figures(today=today), KEPT_FOR
    )


class Lines(dict[tuple[int, str], Line]):
    """Lines by body and kind, each made when something is counted in it."""

    def __init__(self, bodies: dict[int, SubmittingBody]) -> None:
        super().__init__()
        self.bodies = bodies

    def __missing__(self, key: tuple[int, str]) -> Line:
        self[key] = Line(self.bodies[key[0]], key[1])
        return self[key]


def count_figures(*, today: date) -> Figures:
    """The same, counted now."""
    since, calendar = today - A_YEAR, current_calendar()
    lines = Lines(SubmittingBody.objects.in_bulk())
    _count_filed(lines, since, today)
    _count_decided(lines, since, calendar)
    _count_appeals(lines, since, today, calendar)
    for counted in _counted.values():
        counted.count(lines, since, today, calendar)
    ordered = sorted(
        lines.values(), key=lambda line: (line.kind == APPEALS, -line.overdue, line.body.code, line.kind)
    )
    return Figures(ordered, since, today)


def _count_filed(lines: Lines, since: date, today: date) -> None:
    filed = Case.objects.filter(OF_DEPARTMENTS)
    for key in filed.filter(submitted_at__date__gt=since).values_list("deciding_body", "kind"):
        lines[key].filed += 1
    asked = Count("steps", filter=Q(steps__action=Action.ASK_MATERIAL))
    again = filed.filter(submitted_at__date__gt=since).alias(asked=asked).filter(asked__gt=1)
    for key in again.values_list("deciding_body", "kind"):
        lines[key].asked_again += 1
    for body, kind, due_on, state in filed.filter(state__in=WITH_THE_DEPARTMENT).values_list(
        "deciding_body", "kind", "due_on", "state"
    ):
        line = lines[body, kind]
        line.open += 1
        # While the applicant is asked the day is the applicant's.
        line.overdue += state != State.MORE_MATERIAL and due_on is not None and due_on < today


def _count_decided(lines: Lines, since: date, calendar: WorkingCalendar) -> None:
    decided = list(
        Case.objects.filter(OF_DEPARTMENTS, decided_at__date__gt=since).values_list(
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
        line = lines[body, kind]
        begun, ended = timezone.localdate(submitted_at), timezone.localdate(decided_at)
        used = _used(begun, ended, waits.get(key, ()), calendar)
        line.end(outcome=State(state), days=used, in_time=key not in late)


def _count_appeals(lines: Lines, since: date, today: date, calendar: WorkingCalendar) -> None:
    """What the lead office does with appeals: their clocks are kept, also of one that was sent back and came again."""
    body = lead_office()
    if body is None:
        return
    heard = CaseStep.objects.filter(action__in=independence.HEARING, at__date__gt=since)
    ended = {
        (case, timezone.localdate(at)): Action(action)
        for case, action, at in heard.values_list("case", "action", "at")
    }
    clocks = CaseClock.objects.filter(kind=CaseClock.Kind.APPEAL)
    for case, started_on, due_on, stopped_on in clocks.values_list(
        "case", "started_on", "due_on", "stopped_on"
    ):
        is_filed, outcome = started_on > since, ended.get((case, stopped_on))
        if not is_filed and stopped_on is not None and outcome is None:
            continue
        line = lines[body, APPEALS]
        line.filed += is_filed
        if stopped_on is None:
            line.open += 1
            line.overdue += due_on < today
        elif outcome is not None:
            used = working_days_between(started_on, stopped_on, calendar)
            line.end(outcome=outcome, days=used, in_time=stopped_on <= due_on)


def lead_office() -> int | None:
    """The key of the body in whose lines appeals are counted; None where a city has no lead office yet."""
    offices = SubmittingBody.objects.filter(kind=SubmittingBody.Kind.LEAD_OFFICE, is_active=True)
    return offices.order_by("code").values_list("pk", flat=True).first()


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
