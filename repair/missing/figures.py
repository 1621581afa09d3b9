"""How bodies answer about missing records, in figures: lines of their own among those of cases, appeals with the others.

An answer is in time when it was given by the day that stood when it was given. What associations are asked is no
affair of the public.
"""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credit_platform.common.working_days import WorkingCalendar, working_days_between
from repair import figures
from repair.figures import APPEALS, Lines
from repair.missing.models import MissingRecord, MissingStep
from repair.workflow import Action as CaseAction

KIND = "missing"
PUBLIC = "public"
State = MissingRecord.State
#: As what a step ends what waited; of appeals as the lines of appeals have it.
OUTCOMES: dict[str, Any] = {
    "enter": State.ENTERED,
    "refuse": State.REFUSED,
    "remit": CaseAction.REMIT,
    "dismiss_appeal": CaseAction.DISMISS_APPEAL,
}
#: Steps that set a clock going, and those that are of the bodies' lines and not of the lead office's.
BEGINNING = ("file", "remit", "appeal")
OF_BODIES = ("file", "enter", "refuse")


def offer() -> None:
    """Add the lines; called once, when the apps are loaded."""
    figures.register(figures.Counted(KIND, _("Missing records"), MissingRecord.State, count))


def count(lines: Lines, since: date, today: date, calendar: WorkingCalendar) -> None:
    """Count what was filed and answered after the first day, and what is open today; in three queries."""
    office = figures.lead_office()
    public = MissingRecord.objects.filter(record_type__family=PUBLIC)
    for body, filed_at, state, due_on in public.values_list("body", "filed_at", "state", "due_on"):
        if timezone.localdate(filed_at) > since:
            lines[body, KIND].filed += 1
        open_at = {State.FILED: (body, KIND), State.APPEALED: (office, APPEALS)}.get(State(state))
        if open_at is not None and open_at[0] is not None:
            lines[open_at].open += 1
            lines[open_at].overdue += due_on < today
    _count_steps(lines, since, calendar, office)


def _count_steps(lines: Lines, since: date, calendar: WorkingCalendar, office: int | None) -> None:
    steps = MissingStep.objects.filter(
        missing__record_type__family=PUBLIC, action__in=(*OUTCOMES, *BEGINNING)
    ).order_by("missing", "at", "pk")
    begun: dict[int, date] = {}
    for missing, body, action, at, was_due_on in steps.values_list(
        "missing", "missing__body", "action", "at", "was_due_on"
    ):
        day = timezone.localdate(at)
        place = (body, KIND) if action in OF_BODIES else (office, APPEALS)
        if day > since and place[0] is not None:
            lines[place].filed += action == "appeal"
            if action in OUTCOMES and missing in begun:
                used = working_days_between(begun[missing], day, calendar)
                lines[place].end(outcome=OUTCOMES[action], days=used, in_time=day <= was_due_on)
        if action in BEGINNING:
            begun[missing] = day
