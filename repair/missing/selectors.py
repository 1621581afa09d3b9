"""Reads of missing records, scoped by `user`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case as Choose, IntegerField, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.desk import MOST_ROWS, DeskRow
from credit_platform.common.errors import Missing
from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import WorkingCalendar
from entities import looks
from entities.models import CreditRecord
from repair import clock_rules, deadlines
from repair.missing import policies
from repair.missing.audit_verbs import DEEDS
from repair.missing.models import MissingRecord, MissingStep
from repair.missing.services import candidates_for
from repair.missing.workflow import Action, last_day_to_appeal, moves_open_to
from repair.selectors import Due
from repair.wordings.models import Wording
from repair.wordings.selectors import wording_book
from repair.workflow import Move


def missing_for_list(*, user, waiting: bool = False) -> QuerySet[MissingRecord]:
    """What the user may read of, or what they are to answer: what is open first, by the day it is due."""
    found = MissingRecord.objects.visible_to(user)
    if waiting:
        found = found.filter(policies.waiting_for(user))
    is_over = Choose(
        When(state__in=MissingRecord.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return found.select_related("entity", "body", "record_type").order_by(is_over, "due_on", "-pk")


def count_waiting(user) -> int:
    """How many wait for an answer of this user."""
    return MissingRecord.objects.visible_to(user).filter(policies.waiting_for(user)).count()


def desk_rows(user) -> Iterable[DeskRow]:
    """What waits for the user's answer, as the desk shows it."""
    for missing in missing_for_list(user=user, waiting=True)[:MOST_ROWS]:
        yield DeskRow(
            asked=_("Decide the appeal about a missing record")
            if missing.state == MissingRecord.State.APPEALED
            else _("Answer whether a record is missing"),
            detail=str(missing.record_type),
            url=reverse("missing:detail", args=(missing.number,)),
            verb=_("Answer"),
            due=missing.due_on,
            provisional=missing.due_is_provisional,
            name=missing.entity.name,
            code=missing.entity.credit_code,
            name_url=reverse("entities:entity-detail", args=(missing.entity.credit_code,)),
            reference=missing.number,
            since=timezone.localdate(missing.filed_at),
            kind=_("Missing record"),
        )


def due_of(missing: MissingRecord, today: date, calendar: WorkingCalendar) -> Due:
    """The deadline of the answer as its chip shows it."""
    if not missing.is_open:
        return Due(None, "done", None, provisional=False)
    left = deadlines.days_left(missing.due_on, today, calendar)
    return Due(left, "running", missing.due_on, missing.due_is_provisional)


@dataclass(frozen=True, slots=True)
class MissingPage:
    """One missing record as its page shows it to one reader."""

    missing: MissingRecord
    due: Due
    #: On what the term of the answer stands.
    basis: str
    #: The steps that the reader may take now.
    moves: list[Move]
    #: Why it is not the reader's turn though they deal with such things, and who may; "" where that is no question.
    why_not: str
    candidates: list[CreditRecord]
    #: As the component `timeline` takes them.
    happened: list[dict]
    #: The last day on which the refusal can still be appealed against by this reader; None where it cannot.
    appeal_until: date | None
    #: What is open against a refusal outside of the platform; "" against what is no decision of an authority.
    remedy: str


def missing_for(*, user, number: str) -> MissingRecord:
    """One of them; `Missing` where the user may not know of it."""
    found = (
        MissingRecord.objects.visible_to(user)
        .select_related("entity", "body", "record_type", "record__record_type", "paper", "answered_by")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise Missing
    return found


def missing_page(*, user, number: str) -> MissingPage:
    """The page of a missing record; `Missing` where the user may not know of it."""
    missing, today = missing_for(user=user, number=number), timezone.localdate()
    moves = moves_open_to(user, missing, today)
    actions = {move.action for move in moves}
    candidates = (
        list(candidates_for(missing).select_related("record_type")) if Action.ENTER in actions else []
    )
    looks.note([*candidates, *([missing.record] if missing.record else [])], private=True)
    return MissingPage(
        missing,
        due_of(missing, today, current_calendar()),
        clock_rules.basis(clock_rules.clock_book().by_code(missing.rule)),
        moves,
        "" if moves else _why_not(user, missing),
        candidates,
        [_happened(step, missing) for step in missing.steps.select_related("actor")],
        last_day_to_appeal(missing) if Action.APPEAL in actions else None,
        _remedy(missing),
    )


def _remedy(missing: MissingRecord) -> str:
    """What is open against the answer, as it was worded on its day; what an association answers is no decision."""
    if missing.answered_at is None or missing.is_of_market_information:
        return ""
    return wording_book().remedy(Wording.Use.REMEDY, on=timezone.localdate(missing.answered_at))


def _why_not(user, missing: MissingRecord) -> str:
    """What an official of the side whose turn it is reads instead of the step."""
    if policies.is_applicant(user, missing):
        return ""
    if missing.state == MissingRecord.State.FILED:
        return policies.may_answer(user, missing).reason
    if missing.state == MissingRecord.State.APPEALED:
        return policies.may_hear(user, missing).reason
    return ""


def _happened(step: MissingStep, missing: MissingRecord) -> dict:
    said = missing.statement if step.action == "file" else step.note
    return {
        "icon": "point",
        "title": f"{step.who} {DEEDS[step.action]}",
        "when": step.at,
        "bubble": said,
    }
