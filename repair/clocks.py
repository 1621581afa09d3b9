"""Setting, stopping and watching the clocks of cases, and the rules by which they run."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput
from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import Deadline, WorkingCalendar
from entities.catalogue.instruments import INSTRUMENTS
from entities.models import LegalInstrument, SubmittingBody
from repair import deadlines, notices, policies, suspension
from repair.clock_catalogue import CLOCK_RULES
from repair.clock_rules import ClockBook, clock_book
from repair.models import Case, CaseClock, CaseStep, ClockRule, Profile, ProfileChoice
from repair.workflow import Action, State

REMIND_WORKING_DAYS_BEFORE = 1
ESCALATED = "escalated"
Kind = CaseClock.Kind
#: Which clocks the step that a case stands in has to keep to: the first of them that runs.
CLOCKS_OF_STATE: dict[str, tuple[CaseClock.Kind, ...]] = {
    State.SUBMITTED: (Kind.DECISION, Kind.RESULT, Kind.WITHDRAWAL),
    State.PROPOSED: (Kind.DECISION, Kind.RESULT, Kind.WITHDRAWAL),
    State.MORE_MATERIAL: (Kind.ANSWER,),
    State.APPEALED: (Kind.APPEAL,),
}
OF_THE_DEPARTMENT = (Kind.RESULT, Kind.DECISION, Kind.WITHDRAWAL)


# The rules


@transaction.atomic
def seed_clock_rules() -> int:
    """Write the shipped rules that are not there yet, and the instruments that they name; returns how many rules.

    What is there stays as it is, so seeding again changes nothing.
    """
    there = set(ClockRule.objects.values_list("code", flat=True))
    missing = {code: fields for code, fields in CLOCK_RULES.items() if code not in there}
    instruments = {
        code: LegalInstrument.objects.get_or_create(code=code, defaults=INSTRUMENTS[code])[0]
        for code in {fields["instrument"] for fields in missing.values()} - {None}
    }
    ClockRule.objects.bulk_create(
        ClockRule(code=code, **fields | {"instrument": instruments.get(fields["instrument"])})
        for code, fields in missing.items()
    )
    return len(missing)


def choose_profile(*, by, profile: str, since: date, reason: str) -> ProfileChoice:
    """Follow another local regulation from a day on; clocks set from that day on are reckoned anew at once.

    Each case follows in a transaction of its own, so that nobody who works in one is held up by all others; what
    is cut off here the timetable makes good. Choosing what already holds for that day changes nothing.

    Raises:
        InvalidInput: no such profile, a day that is over, or no reason.
    """
    policies.may_choose_profile(by).require()
    reason, problems = " ".join(reason.split()), {}
    if profile not in Profile.values:
        problems["profile"] = [_("There is no such city profile.")]
    if since < timezone.localdate():
        problems["since"] = [_("This day is over; what was reckoned until today stands.")]
    if not reason:
        problems["reason"] = [_("Say why: the next person will want to know.")]
    if problems:
        raise InvalidInput(problems)
    choice, is_new = _keep_choice(by=by, profile=profile, since=since, reason=reason)
    if is_new:
        reckon_anew()
        suspension.follow_rules()
    return choice


@transaction.atomic
def _keep_choice(*, by, profile: str, since: date, reason: str) -> tuple[ProfileChoice, bool]:
    last = next((choice for choice in clock_book().choices if choice.since <= since), None)
    if last is not None and last.profile == profile:
        return last, False
    choice = ProfileChoice.objects.create(profile=profile, since=since, reason=reason, chosen_by=by)
    audit.record(
        actor=by, verb="repair.profile.chosen", target=choice, profile=profile, since=since.isoformat()
    )
    return choice, True


# What a step does to the clocks of its case


def after(case: Case, action: Action, *, by, note: str, today: date) -> None:
    """Start, stop or lengthen the clocks as the step asks, and copy the day of the step's own clock to the case."""
    if action == Action.EXTEND:
        _extend(case, by, note)
    elif change := _CHANGES.get(action):
        change(case, today)
    set_due(case)


def start_department_clocks(case: Case, today: date) -> None:
    book = clock_book()
    for kind in OF_THE_DEPARTMENT:
        _start(case, kind, today, book)


def _wait_for_answer(case: Case, today: date) -> None:
    calendar = current_calendar()
    for clock in running(case, *OF_THE_DEPARTMENT):
        rest = deadlines.rest_of(clock.due_on, today, deadlines.Unit(clock.unit), calendar)
        clock.paused_on, clock.days_left, clock.unit = today, rest.value, rest.unit
        clock.save(update_fields=("paused_on", "days_left", "unit"))
    _start(case, Kind.ANSWER, today, clock_book())


def _go_on(case: Case, today: date) -> None:
    calendar = current_calendar()
    running(case, Kind.ANSWER).update(stopped_on=today)
    for clock in _outer_first(running(case, *OF_THE_DEPARTMENT).filter(paused_on__isnull=False)):
        clock.counts_from, clock.days = today, clock.days_left
        clock.paused_on = clock.days_left = None
        _reckon(clock, calendar)
        clock.save()


def _start_appeal_clock(case: Case, today: date) -> None:
    _start(case, Kind.APPEAL, today, clock_book())


def _stop(case: Case, today: date) -> None:
    running(case).update(stopped_on=today)


def _begin_again(case: Case, today: date) -> None:
    _stop(case, today)
    start_department_clocks(case, today)


_CHANGES: dict[Action, Callable[[Case, date], None]] = {
    Action.SUBMIT: start_department_clocks,
    Action.ASK_MATERIAL: _wait_for_answer,
    Action.SUPPLY_MATERIAL: _go_on,
    Action.TAKE_UP_AGAIN: _go_on,
    Action.APPEAL: _start_appeal_clock,
    Action.WITHDRAW: _stop,
    Action.UPHOLD: _stop,
    Action.DISMISS: _stop,
    Action.REMOVE: _stop,
    Action.KEEP: _stop,
    Action.REMIT: _begin_again,
    Action.GRANT: _stop,
    Action.REFUSE: _stop,
    Action.WITHDRAW_APPEAL: _stop,
    Action.UPHOLD_APPEAL: _stop,
    Action.DISMISS_APPEAL: _stop,
    Action.SETTLE: _stop,
    Action.END_WITH_RECORD: _stop,
}


def _start(case: Case, kind: CaseClock.Kind, today: date, book: ClockBook) -> None:
    rule = _rule_of(case, kind, today, book)
    if rule is None:
        return
    clock = CaseClock(case=case, kind=kind, started_on=today, counts_from=today)
    _set_by(clock, rule, rule.value)
    _reckon(clock, current_calendar())
    clock.save()


def _rule_of(case: Case, kind: str, day: date, book: ClockBook) -> ClockRule | None:
    """The term of this clock; the lead office, asked about its own, decides within that of the platform's own check."""
    if kind == Kind.DECISION and (check := _check_of(case, day, book)):
        return check
    return book.rule_for(
        kind,
        case_kind=case.kind,
        on=day,
        body_code=case.deciding_body.code,
        type_code=case.record.record_type.code,
        by_charter=case.kind == Case.Kind.REPAIR and case.is_of_market_information,
    )


def _check_of(case: Case, day: date, book: ClockBook) -> ClockRule | None:
    """Where nothing has to be passed on to a department; None where the city's regulation sets no such term."""
    if case.deciding_body.kind != SubmittingBody.Kind.LEAD_OFFICE:
        return None
    return book.rule_for(ClockRule.Clock.CHECK, case_kind=case.kind, on=day)


def _set_by(clock: CaseClock, rule: ClockRule, days: int) -> None:
    clock.rule, clock.given, clock.unit, clock.days = rule.code, rule.value, rule.unit, days
    if clock.extended_by_id is None:
        clock.may_extend_by, clock.at_most = rule.extend_by, rule.at_most


def _reckon(clock: CaseClock, calendar: WorkingCalendar) -> None:
    """The last day by the clock's own term, or earlier when the clock of the whole is over before."""
    end = deadlines.end_of(clock.counts_from, clock.term, calendar)
    if clock.kind == Kind.DECISION:
        outer = running(clock.case, Kind.RESULT).filter(paused_on=None).first()
        if outer is not None:
            end = deadlines.inside(end, Deadline(outer.due_on, outer.is_provisional))
    if (
        clock.due_on is not None and end.day > clock.due_on
    ):  # What was said of the earlier day is to be said anew.
        clock.reminded_at = None
        if end.day >= timezone.localdate():
            clock.overdue_told_at = None
    clock.due_on, clock.is_provisional = end.day, end.provisional


def _extend(case: Case, by, note: str) -> None:
    calendar = current_calendar()
    clock = policies.clock_to_extend(running(case))
    longer = deadlines.extended(deadlines.Term(clock.given), clock.may_extend_by, at_most=clock.at_most)
    clock.days += longer.value - clock.given
    clock.extended_by, clock.extended_because = by, note
    _reckon(clock, calendar)
    clock.save()
    if clock.kind == Kind.RESULT:
        for inner in running(case, Kind.DECISION).filter(paused_on=None):
            _reckon(inner, calendar)
            inner.save()


def running(case: Case, *kinds: CaseClock.Kind):
    """The clocks of the case that are not stopped, of these kinds or all; those that stand still among them."""
    found = CaseClock.objects.filter(case=case, stopped_on=None)
    return found.filter(kind__in=kinds) if kinds else found


def _outer_first(clocks) -> list[CaseClock]:
    return sorted(clocks, key=lambda clock: clock.kind != Kind.RESULT)


def set_due(case: Case) -> None:
    """Copy the day of the step's own clock to the case, where lists sort by it; the caller saves."""
    there = {clock.kind: clock for clock in running(case)}
    clock = next((there[kind] for kind in CLOCKS_OF_STATE.get(case.state, ()) if kind in there), None)
    case.due_on = clock.due_on if clock else None
    case.due_is_provisional = bool(clock and clock.is_provisional)


# What time and new rules do to them


def reckon_anew() -> int:
    """Reckon anew every running clock whose year was not published when it was set, or whose rule is another now.

    Each day that moves leaves an entry in the audit log, with the rule. The rule of a clock is that of the day on
    which it started: a rule that begins later does not touch it. Of a clock that stands still, what is left moves,
    and with the clock of the whole that of the decision inside it. Each case in a transaction of its own; returns
    how many clocks moved.
    """
    calendar, book = current_calendar(), clock_book()
    running_ones = CaseClock.objects.filter(stopped_on=None).select_related(
        "case__deciding_body", "case__record__record_type"
    )
    cases = {
        clock.case_id
        for clock in running_ones
        if clock.is_provisional or _another_rule(clock, book) is not None
    }
    return sum(_reckon_case(key, calendar, book) for key in sorted(cases))


@transaction.atomic
def _reckon_case(key: int, calendar: WorkingCalendar, book: ClockBook) -> int:
    """Reckon the clocks of one case, which is locked before them as every step of it does; how many moved."""
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("deciding_body", "record__record_type")
        .get(pk=key)
    )
    moved, outer_moved = 0, False
    for clock in _outer_first(running(case).order_by("pk")):
        clock.case = case
        was, had = _standing(clock), clock.rule
        rule = _another_rule(clock, book)
        if rule is not None:
            _follow_rule(clock, rule)
        is_bound = outer_moved and clock.kind == Kind.DECISION
        if clock.paused_on is None and (rule is not None or clock.is_provisional or is_bound):
            _reckon(clock, calendar)
        if _standing(clock) == was:
            continue
        clock.save()
        outer_moved = outer_moved or clock.kind == Kind.RESULT
        if rule is not None or clock.due_on != was[0]:
            moved += 1
            _note_reckoned(clock, was=was[0], rule_was=had)
    set_due(case)
    case.save(update_fields=("due_on", "due_is_provisional"))
    return moved


def _another_rule(clock: CaseClock, book: ClockBook) -> ClockRule | None:
    """The rule by which the clock runs now, where it is not the one that it was set by."""
    rule = _rule_of(clock.case, clock.kind, clock.started_on, book)
    is_another = rule is not None and (rule.code, rule.value) != (clock.rule, clock.given)
    return rule if is_another else None


def _note_reckoned(clock: CaseClock, *, was: date, rule_was: str) -> None:
    audit.record(
        actor=None,
        verb="repair.case.clock_reckoned",
        target=clock.case,
        clock=clock.kind,
        was=was.isoformat(),
        now=clock.due_on.isoformat(),
        rule=clock.rule,
        rule_was=rule_was,
    )


def _standing(clock: CaseClock) -> tuple:
    return clock.due_on, clock.is_provisional, clock.days, clock.days_left, clock.rule, clock.given


def _follow_rule(clock: CaseClock, rule: ClockRule) -> None:
    """Give a clock the term of another rule; what it has used up stays used up.

    Where the other rule counts in another unit, it counts anew from the day on which the clock started.
    """
    if rule.unit != clock.unit:
        clock.counts_from = clock.started_on
        _set_by(clock, rule, rule.value)
        if clock.paused_on is not None:
            clock.days_left = rule.value
        return
    if clock.paused_on is not None:
        clock.days_left = deadlines.under_another_rule(clock.days_left, clock.given, rule.value)
    _set_by(clock, rule, deadlines.under_another_rule(clock.days, clock.given, rule.value))


def _escalate(clock: CaseClock) -> None:
    """Tell the superiors of a term that is over, and write into the case who they are, for everybody who reads it."""
    case, told = clock.case, notices.overdue(clock)
    if not told:
        return
    CaseStep.objects.create(
        case=case,
        actor=None,
        actor_name=_("The platform"),
        action=ESCALATED,
        source=case.state,
        target=case.state,
        version=case.version,
        note="; ".join(told),
    )
    audit.record(
        actor=None,
        verb="repair.case.escalated",
        target=case,
        clock=clock.kind,
        due=clock.due_on.isoformat(),
        to=told,
    )


@transaction.atomic
def _tell_of_clock(key: int, today: date, horizon: date) -> bool:
    # The case before its clock, as a step of it locks them; where one is being taken, the next hour looks again.
    case = Case.objects.select_for_update(of=("self",), skip_locked=True).filter(clocks=key).first()
    if case is None:
        return False
    clock = (
        CaseClock.objects.select_for_update(of=("self",))
        .filter(pk=key, stopped_on=None, paused_on=None)
        .select_related("case__entity", "case__deciding_body__successor", "case__record__record_type")
        .first()
    )
    if clock is None:
        return False
    now = timezone.now()
    if clock.due_on < today and clock.overdue_told_at is None:
        _escalate(clock)
        clock.overdue_told_at = now
    elif today <= clock.due_on <= horizon and clock.reminded_at is None:
        notices.due_soon(clock)
        clock.reminded_at = now
    else:
        return False
    clock.save(update_fields=("overdue_told_at", "reminded_at"))
    return True


def watch_clocks(*, today: date) -> int:
    """Remind before a term ends and tell superiors once it is over; each clock once for each, however often this runs.

    Returns how many clocks had something to say.
    """
    reckon_anew()
    suspension.follow_rules()
    calendar = current_calendar()
    horizon = deadlines.due(today, REMIND_WORKING_DAYS_BEFORE, calendar).day
    to_remind = Q(due_on__gte=today, due_on__lte=horizon, reminded_at=None)
    to_escalate = Q(due_on__lt=today, overdue_told_at=None)
    waiting = CaseClock.objects.filter(stopped_on=None, paused_on=None).filter(to_remind | to_escalate)
    told = 0
    for key in list(waiting.order_by("due_on", "pk").values_list("pk", flat=True)):
        told += _tell_of_clock(key, today, horizon)
    return told
