"""The day by which something with a single clock is answered, beside the rule that gave it.

A case has several clocks, which stand still and are extended (`repair.clocks`); a missing record and a report from the
public have one. It is reckoned anew when the rule for the day on which it started is another, or the calendar of its
year comes out, and each move leaves its trace.
"""

from datetime import date
from typing import Any

from credit_platform.audit import services as audit
from credit_platform.common.services import current_calendar
from repair import deadlines
from repair.deadlines import Term
from repair.models import ClockRule


def start(row: Any, rule: ClockRule, *, on: date, term: Term | None = None) -> None:
    """Set `due_on`, `due_is_provisional` and `rule`; `term` where something nearer than the rule sets it."""
    due = deadlines.end_of(on, term or rule.term, current_calendar())
    row.due_on, row.due_is_provisional, row.rule = due.day, due.provisional, rule.code


def reckon(
    row: Any, rule: ClockRule, *, on: date, verb: str, told: tuple[str, ...], term: Term | None = None
) -> bool:
    """Start the clock of a locked row anew as of the day on which it started; whether anything is another now.

    Args:
        verb: the deed in the audit log.
        told: the fields that note what was said of the day; emptied where it moves on, for it is to be said anew.
    """
    was = row.due_on, row.due_is_provisional, row.rule
    start(row, rule, on=on, term=term)
    if (row.due_on, row.due_is_provisional, row.rule) == was:
        return False
    if row.due_on > was[0]:
        for name in told:
            setattr(row, name, None)
    row.save(update_fields=("due_on", "due_is_provisional", "rule", *told))
    audit.record(
        actor=None,
        verb=verb,
        target=row,
        was=was[0].isoformat(),
        now=row.due_on.isoformat(),
        rule=row.rule,
        rule_was=was[2],
    )
    return True
