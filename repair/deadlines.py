"""The clocks of a case: which terms run, from when, and what happens to them while the applicant is asked.

Pure: no clock is read and no table asked; the working calendar is handed in. The terms stand in one dated table
with their source. What no law that we have read fixes is the platform's own, says so, and comes from the settings.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from credit_platform.common.working_days import (
    Deadline,
    WorkingCalendar,
    working_days_after,
    working_days_between,
)

RESULT, DECISION, ANSWER, APPEAL = "result", "decision", "answer", "appeal"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One term, as one instrument sets it for some time.

    Args:
        kind: which clock: `RESULT`, `DECISION`, `ANSWER`, `APPEAL`.
        days: working days; the day on which it is set going is not counted.
        says: the term in a sentence for the page.
        basis: the instrument, or that it is this platform's own procedure.
        source: where the figure was read, and how far it is verified: V full text, P in part, empty: own.
        body_code, type_codes: only for records of these types of the department with this code; a row that
            is limited so goes before one that is not.
    """

    code: str
    kind: str
    days: int
    says: str
    basis: str
    source: str
    verification: str
    valid_from: date
    valid_to: date | None = None
    body_code: str = ""
    type_codes: frozenset[str] = frozenset()

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def clock_rules() -> tuple[ClockRule, ...]:
    """Every term, of today and of before."""
    return (
        ClockRule(
            code="result-gbf-2025-22",
            kind=RESULT,
            days=10,
            says=_("The applicant has the result within 10 working days of the application."),
            basis="国办发〔2025〕22号",
            source="cf0099.com/hyzx/202506/27/13482.html",
            verification="P",
            valid_from=date(2025, 6, 22),
        ),
        ClockRule(
            code="decision-gbf-2025-22",
            kind=DECISION,
            days=3,
            says=_("The department decides within 3 working days of receiving the case."),
            basis="国办发〔2025〕22号",
            source="cf0099.com/hyzx/202506/27/13482.html",
            verification="P",
            valid_from=date(2025, 6, 22),
        ),
        ClockRule(
            code="decision-samr-107",
            kind=DECISION,
            days=7,
            says=_("In matters of market supervision the department decides within 7 working days."),
            basis=_("Measures for Credit Repair in Market Supervision (SAMR Order 107)"),
            source="seahonor.com/en/industry/info/compliance-77-EN",
            verification="P",
            valid_from=date(2025, 12, 25),
            body_code="market-supervision",
            type_codes=frozenset({"administrative-penalty", "serious-violation-listing"}),
        ),
        ClockRule(
            code="answer-platform",
            kind=ANSWER,
            days=settings.REPAIR_ANSWER_WITHIN_WORKING_DAYS,
            says=_("The applicant answers a request for material within %(days)s working days.")
            % {"days": settings.REPAIR_ANSWER_WITHIN_WORKING_DAYS},
            basis=_("Procedure of this platform; no instrument read so far sets this term"),
            source="",
            verification="",
            valid_from=date(2025, 6, 22),
        ),
        ClockRule(
            code="appeal-platform",
            kind=APPEAL,
            days=settings.REPAIR_APPEAL_DECIDED_WITHIN_WORKING_DAYS,
            says=_("The lead office decides an appeal within %(days)s working days.")
            % {"days": settings.REPAIR_APPEAL_DECIDED_WITHIN_WORKING_DAYS},
            basis=_("Procedure of this platform; no instrument read so far sets this term"),
            source="",
            verification="",
            valid_from=date(2025, 6, 22),
        ),
    )


def rule_for(kind: str, *, on: date, body_code: str = "", type_code: str = "") -> ClockRule:
    """The term in force on a day for a record of this type of this department.

    Raises `LookupError` when nothing held on that day: a clock is never guessed.
    """
    fitting = [rule for rule in clock_rules() if rule.kind == kind and rule.holds_on(on)]
    for rule in fitting:
        if rule.body_code and rule.body_code == body_code and type_code in rule.type_codes:
            return rule
    for rule in fitting:
        if not rule.body_code:
            return rule
    raise LookupError(f"No term of the kind {kind} was in force on {on}.")


def rule_by_code(code: str) -> ClockRule:
    """The row of the table that a clock was set by."""
    return next(rule for rule in clock_rules() if rule.code == code)


def due(counts_from: date, days: int, calendar: WorkingCalendar) -> Deadline:
    """The last day of a term; with fewer than no days, the working day since which it is over by as many."""
    if days >= 0:
        return working_days_after(counts_from, days, calendar)
    day, known = counts_from, calendar.knows(counts_from)
    while days or not calendar.is_working_day(day):
        days += bool(days) and calendar.is_working_day(day)
        day -= timedelta(days=1)
        known = known and calendar.knows(day)
    return Deadline(day, provisional=not known)


def left_when_paused(due_on: date, on: date, calendar: WorkingCalendar) -> int:
    """Working days that remain when the clock is stopped on a day, which itself counts as used.

    Negative for a clock that was already over: asking for material does not make it punctual again.
    """
    return working_days_between(on, due_on, calendar)


def days_left(due_on: date, today: date, calendar: WorkingCalendar) -> int:
    """What the page shows: 0 on the last day, negative as soon as it is over, even at a weekend."""
    left = working_days_between(today, due_on, calendar)
    return min(left, -1) if today > due_on else left
