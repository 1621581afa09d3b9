"""Suspending the disclosure of a record while an objection to it is checked, where the city's regulation says so.

From the filing to the end of the objection the record is shown to nobody but its department, its entity and the
lead office, because every queryset of the registry that others read leaves it out. What suspends is the rule for the
day of filing; ratings weigh the record all the same, for the articles read speak of disclosure and of nothing else.
"""

from django.db import transaction
from django.utils import timezone

from entities.models import CreditRecord
from entities.services import records
from repair.clock_rules import ClockBook, basis, clock_book
from repair.models import Case, ClockRule
from repair.workflow import State

#: While an objection stands in one of these, its record is marked; an appeal takes it up again.
MARKED = (State.SUBMITTED, State.MORE_MATERIAL, State.PROPOSED, State.APPEALED)


def rule_for(case: Case, book: ClockBook | None = None) -> ClockRule | None:
    """The rule by which the record of this case is not disclosed while the case runs; None where none says so."""
    if case.submitted_at is None:
        return None
    return (book or clock_book()).suspends(case_kind=case.kind, on=timezone.localdate(case.submitted_at))


def begin(case: Case, *, by, rule: ClockRule | None) -> None:
    """Mark the record and, where a rule says so, suspend it; the caller saves the case."""
    case.suspended_by = _code(rule)
    records.mark_objection(
        by=by,
        record_id=case.record_id,
        suspend=rule is not None,
        because=basis(rule) if rule else "",
    )


def end(case: Case, *, by) -> None:
    """Lift the mark and disclose the record again; which rule suspended it stays in the case."""
    records.lift_objection(by=by, record_id=case.record_id)


def follow_rules() -> int:
    """Suspend or disclose the records of open objections whose rule for the day of filing is another now.

    Called when the rules or the choice of a regulation change, and by the timetable, so that nothing that was
    missed stays missed. Returns how many records were touched.
    """
    book = clock_book()
    marked = Case.objects.filter(kind=Case.Kind.OBJECTION, state__in=MARKED).order_by("record", "pk")
    return sum(_follow(case, book) for case in marked if _code(rule_for(case, book)) != case.suspended_by)


@transaction.atomic
def _follow(seen: Case, book: ClockBook) -> bool:
    # The record before its case, as a step of the case locks them.
    CreditRecord.objects.select_for_update(of=("self",)).filter(pk=seen.record_id).first()
    case = Case.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    rule = rule_for(case, book)
    if case.state not in MARKED or case.record_id != seen.record_id or _code(rule) == case.suspended_by:
        return False
    begin(case, by=None, rule=rule)
    case.save(update_fields=("suspended_by",))
    return True


def _code(rule: ClockRule | None) -> str:
    return rule.code if rule else ""
