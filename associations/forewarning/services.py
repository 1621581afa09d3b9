"""Telling a member before a negative record of its association counts, and what follows from that.

The record waits as `announced` (`entities.announcing`). It is dropped when the association confirms that things were put right
in time, and let in by the timetable when the time is over. Taizhou 2020 art. 11: told in writing, an appropriate time,
and what is fulfilled within it is not reported.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from associations.forewarning import policies
from associations.forewarning.models import NoticeTerm, PriorNotice
from associations.forewarning.terms import Term, term_on
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.reminding import Reminding
from credit_platform.common.services import current_calendar
from credit_platform.ui.formats import day_long
from entities.document_numbers import number_key_in_sql
from entities.models import CreditRecord, EntityAgent, RecordType
from entities.policies import who_answers_for
from entities.services import feedback, records
from entities.words import kept_words

State = PriorNotice.State
LONGEST = 500


# Telling


def is_told_first(record: CreditRecord) -> bool:
    """Whether the member has to be told: of whatever an association holds against it."""
    kind = record.record_type
    return kind.family == RecordType.Family.MARKET and kind.polarity == RecordType.Polarity.NEGATIVE


def why_closed(record: CreditRecord) -> str:
    """What was put right in time does not come back under its number."""
    settled = PriorNotice.objects.filter(
        body=record.submitted_by_id,
        record_type=record.record_type_id,
        entity=record.entity_id,
        state=State.PUT_RIGHT,
    )
    earlier = (
        settled.annotate(number_key=number_key_in_sql(F("document_number")))
        .filter(number_key=record.number_key)
        .first()
    )
    if earlier is None:
        return ""
    return _(
        "What stands under this number was put right in time on %(day)s; it does not come back under the same number."
    ) % {"day": day_long(earlier.settled_on)}


def tell(*, by, records: Sequence[CreditRecord]) -> None:
    """Write a notice of each announced record. Runs in the transaction of the approval.

    A member whose people use the platform is told there at once and its time runs from today; any other has to get
    the notice on paper, and its time runs from the day on which the association notes that.
    """
    today = timezone.localdate()
    term = term_on(today)
    reachable = feedback.entities_with_agents(record.entity_id for record in records)
    for record in records:
        notice = PriorNotice.objects.create(
            record=record,
            entity=record.entity,
            body=record.submitted_by,
            record_type=record.record_type,
            document_number=record.document_number,
            title=record.title,
            facts=record.facts,
            legal_basis=record.legal_basis,
            decided_on=record.decided_on,
            approved_by=by,
            days=term.days,
            counting=term.counting,
        )
        audit.record(actor=by, verb="forewarning.notice.written", target=notice, record=record.pk)
        if record.entity_id in reachable:
            _told(notice, by=by, on=today)
        else:
            _tell_body("forewarning.to-deliver", notice)


def _told(notice: PriorNotice, *, by, on: date, how: str = "") -> None:
    term = Term(notice.days, notice.counting, is_set=True)
    notice.state, notice.told_on, notice.told_how = State.RUNNING, on, how
    notice.due_on = term.ends(on, current_calendar())
    notice.save(update_fields=("state", "told_on", "told_how", "due_on"))
    audit.record(actor=by, verb="forewarning.notice.told", target=notice, how=how, due_on=str(notice.due_on))
    _tell_entity("forewarning.told", notice)


@transaction.atomic
def note_delivery(*, by, notice_id: int, told_on: date, how: str) -> PriorNotice:
    """Note on which day and how the member got the notice; its time runs from there.

    Noting the same again changes nothing.
    """
    notice = _locked(by, notice_id)
    policies.may_settle(by, notice).require()
    how = how.strip()
    if (notice.state, notice.told_on, notice.told_how) == (State.RUNNING, told_on, how):
        return notice
    _require(notice, State.TO_DELIVER)
    problems: dict[str, list[str]] = {}
    if told_on > timezone.localdate():
        problems["told_on"] = [_("This day has not come yet.")]
    elif told_on < timezone.localdate(notice.approved_at):
        problems["told_on"] = [
            _("The notice was approved only on %(day)s.") % {"day": _day_of_approval(notice)}
        ]
    if not how:
        problems["how"] = [_("Say how it was delivered: by post with a receipt, by hand to whom.")]
    if problems:
        raise InvalidInput(problems)
    _told(notice, by=by, on=told_on, how=how)
    return notice


def _day_of_approval(notice: PriorNotice) -> str:
    return day_long(timezone.localdate(notice.approved_at))


# What the member does


@transaction.atomic
def say_put_right(*, by, notice_id: int, text: str) -> PriorNotice:
    """The member says what it has done. Until the association has answered, the record does not count.

    Raises:
        WrongState: the time is over, or the association has settled it.
    """
    notice = _locked(by, notice_id)
    policies.may_claim(by, notice).require()
    text = _words("text", text, _("Say what you have done, and when."))
    if notice.state == State.CLAIMED and notice.claim == text:
        return notice
    _require(notice, State.RUNNING)
    if timezone.localdate() > notice.due_on:
        raise WrongState(
            _("The time ended on %(day)s. You may put a statement beside the record once it is in force.")
            % {"day": day_long(notice.due_on)}
        )
    notice.state, notice.claim = State.CLAIMED, text
    notice.claimed_by, notice.claimed_at = by, timezone.now()
    notice.save(update_fields=("state", "claim", "claimed_by", "claimed_at"))
    audit.record(actor=by, verb="forewarning.notice.claimed", target=notice)
    _tell_body("forewarning.claimed", notice)
    return notice


# What the association does


@transaction.atomic
def confirm_put_right(*, by, notice_id: int, answer: str = "") -> PriorNotice:
    """The association confirms: the record is never entered. Confirming again changes nothing."""
    notice = _locked(by, notice_id)
    policies.may_settle(by, notice).require()
    if notice.state == State.PUT_RIGHT:
        return notice
    _require(notice, *PriorNotice.OPEN)
    _settle_without_record(
        notice, State.PUT_RIGHT, by=by, answer=_short("answer", answer), because=_("put right in time")
    )
    audit.record(actor=by, verb="forewarning.notice.put_right", target=notice)
    _tell_entity("forewarning.put-right", notice)
    return notice


@transaction.atomic
def decline(*, by, notice_id: int, because: str) -> PriorNotice:
    """The association does not agree: the time goes on, and the record counts when it is over."""
    notice = _locked(by, notice_id)
    policies.may_settle(by, notice).require()
    _require(notice, State.CLAIMED)
    notice.answer = _words("because", because, _("Say why; the member is told."))
    notice.state, notice.answered_by, notice.answered_at = State.RUNNING, by, timezone.now()
    notice.save(update_fields=("state", "answer", "answered_by", "answered_at"))
    audit.record(actor=by, verb="forewarning.notice.declined", target=notice, because=notice.answer)
    _tell_entity("forewarning.declined", notice, because=notice.answer)
    return notice


@transaction.atomic
def take_back(*, by, notice_id: int, because: str) -> PriorNotice:
    """The association drops what it meant to record, for a reason that the member reads if it was told."""
    notice = _locked(by, notice_id)
    policies.may_settle(by, notice).require()
    _require(notice, *PriorNotice.OPEN)
    because = _words("because", because, _("Say why; the member is told."))
    was_told = notice.told_on is not None
    _settle_without_record(notice, State.TAKEN_BACK, by=by, answer=because, because=because)
    audit.record(actor=by, verb="forewarning.notice.taken_back", target=notice, because=because)
    if was_told:
        _tell_entity("forewarning.taken-back", notice, because=because)
    return notice


def _settle_without_record(notice: PriorNotice, state: str, *, by, answer: str, because: str) -> None:
    record_id = notice.record_id
    notice.state, notice.record, notice.settled_on = state, None, timezone.localdate()
    notice.answer, notice.answered_by, notice.answered_at = answer, by, timezone.now()
    notice.save(update_fields=("state", "record", "settled_on", "answer", "answered_by", "answered_at"))
    records.drop_announced(by=by, record_id=record_id, because=because)


# What the timetable does


def follow_up(*, today: date) -> int:
    """Let in what ran out of its time, tell members who have joined the platform since, and remind associations.

    Each notice in a transaction of its own; safe to run again, and at once on several workers. Returns how many
    records were let in.
    """
    reachable = EntityAgent.objects.filter(revoked_at=None).values("entity")
    waiting = PriorNotice.objects.filter(state=State.TO_DELIVER, entity__in=reachable)
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        _tell_now(pk, today)
    _UNANSWERED.run(today=today)
    over = PriorNotice.objects.filter(state=State.RUNNING, due_on__lt=today)
    return sum(_let_in(pk, today) for pk in over.order_by("pk").values_list("pk", flat=True))


def _claimed_by_this_worker(notice_id: int, **still) -> PriorNotice | None:
    found = PriorNotice.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        pk=notice_id, **still
    )
    return found.select_related("body", "entity", "record_type").first()


@transaction.atomic
def _tell_now(notice_id: int, today: date) -> None:
    if notice := _claimed_by_this_worker(notice_id, state=State.TO_DELIVER):
        _told(notice, by=None, on=today)


_UNANSWERED = Reminding(
    waiting=lambda: PriorNotice.objects.filter(state=State.CLAIMED).select_related(
        "body", "entity", "record_type"
    ),
    over=lambda notice: _tell_body("forewarning.unanswered", notice),
    told_over="reminded_on",
    noted=timezone.localdate,
)


@transaction.atomic
def _let_in(notice_id: int, today: date) -> bool:
    """Whether the record counts from now on."""
    notice = _claimed_by_this_worker(notice_id, state=State.RUNNING, due_on__lt=today)
    if notice is None:
        return False
    notice.settled_on = today
    try:
        with transaction.atomic():
            records.publish_announced(record_id=notice.record_id)
    except WrongState as refusal:
        notice.state, notice.answer = State.RETURNED, str(refusal)[:LONGEST]
        notice.save(update_fields=("state", "answer", "settled_on"))
        records.return_announced(record_id=notice.record_id, note=notice.answer)
        audit.record(actor=None, verb="forewarning.notice.returned", target=notice, because=notice.answer)
        _tell_body("forewarning.returned", notice, because=notice.answer)
        return False
    notice.state = State.COUNTS
    notice.save(update_fields=("state", "settled_on"))
    audit.record(actor=None, verb="forewarning.notice.ran_out", target=notice, record=notice.record_id)
    _tell_body("forewarning.counts", notice)
    return True


# The term


@transaction.atomic
def set_term(*, by, days: int, counting: str, valid_from: date, reason: str) -> NoticeTerm:
    """Set how long members have, from a day that has not begun; what is running keeps the time it was given."""
    policies.may_set_term(by).require()
    problems: dict[str, list[str]] = {}
    if days < 1:
        problems["days"] = [_("Members have at least a day.")]
    if valid_from <= timezone.localdate():
        problems["valid_from"] = [
            _("A rule begins on a day to come, so that nobody's time changes behind them.")
        ]
    elif NoticeTerm.objects.filter(valid_from=valid_from).exists():
        problems["valid_from"] = [_("Another term begins on this day.")]
    if not reason.strip():
        problems["reason"] = [_("Say on which decision or text it stands.")]
    if problems:
        raise InvalidInput(problems)
    term = NoticeTerm.objects.create(
        days=days, counting=counting, valid_from=valid_from, reason=reason.strip(), set_by=by
    )
    audit.record(actor=by, verb="forewarning.term.set", target=term, days=days, valid_from=str(valid_from))
    return term


# What the services share


def _locked(user, notice_id: int) -> PriorNotice:
    found = (
        PriorNotice.objects.visible_to(user)
        .select_for_update(of=("self",))
        .select_related("body__successor", "entity", "record_type")
        .filter(pk=notice_id)
        .first()
    )
    if found is None:
        raise Missing
    return found


def _require(notice: PriorNotice, *states: str) -> None:
    if notice.state not in states:
        raise WrongState(
            _("This notice stands at “%(state)s”; that can no longer be done.")
            % {"state": notice.get_state_display()}
        )


def _words(name: str, text: str, missing: str) -> str:
    if not text.strip():
        raise InvalidInput({name: [missing]})
    return _short(name, text)


def _short(name: str, text: str) -> str:
    text = kept_words(text)
    if len(text) > LONGEST:
        raise InvalidInput({name: [_("At most %(longest)s characters.") % {"longest": LONGEST}]})
    return text


def _params(notice: PriorNotice) -> dict:
    return {
        "entity": feedback.both_names(notice.entity),
        "body": feedback.both_names(notice.body),
        "title": notice.title,
        "number": notice.document_number,
        "due": notice.due_on.isoformat() if notice.due_on else "",
    }


def _url(notice: PriorNotice) -> str:
    return reverse("forewarning:notice", args=(notice.pk,))


def _tell_body(kind: str, notice: PriorNotice, **more: str) -> None:
    feedback.notify(
        kind=kind, params=_params(notice) | more, url=_url(notice), body=who_answers_for(notice.body)
    )


def _tell_entity(kind: str, notice: PriorNotice, **more: str) -> None:
    feedback.notify(kind=kind, params=_params(notice) | more, url=_url(notice), entity=notice.entity)
