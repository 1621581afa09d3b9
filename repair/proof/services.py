"""From the decision to the last confirmation: rows first, looks and messages after, closed when nothing waits.

What begins here begins in the transaction of the decision. All the rest may be killed at any point and taken up
again: each look, receipt and reminder is a short transaction of its own on one row.
"""

from datetime import date, datetime, timedelta

import structlog
from celery import signature
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.measures import selectors as measures
from associations.models import Member
from credit_platform.audit import services as audit
from credit_platform.audit.models import AccessEntry
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.queueing import enqueue_on_commit
from entities.models import CreditRecord, SubmittingBody
from entities.policies import who_answers_for
from entities.sharing import watched
from entities.sharing.models import WatchList, Webhook
from entities.sharing.policies import once_shared_with
from entities.sharing.services import webhooks
from repair import following, single_clocks
from repair.clock_rules import clock_book
from repair.models import Case, CaseStep, ClockRule
from repair.proof import notices, places, policies
from repair.proof.models import Confirmation, Effect

log = structlog.get_logger(__name__)
#: The states of a case in which it has done something to its record.
IN_EFFECT = frozenset(
    {Case.State.GRANTED, Case.State.UPHELD, Case.State.REMOVED, Case.State.RECORD_WITHDRAWN}
)
HOW = {
    CreditRecord.Status.REPAIRED: Effect.How.REPAIRED,
    CreditRecord.Status.WITHDRAWN: Effect.How.WITHDRAWN,
    CreditRecord.Status.ANNULLED: Effect.How.WITHDRAWN,
    CreditRecord.Status.REPLACED: Effect.How.CORRECTED,
}
#: By these ways a body takes a record along; what was only looked at on a page is not kept there.
TAKEN_ALONG = (AccessEntry.Way.API, AccessEntry.Way.EXPORT, AccessEntry.Way.WEBHOOK)
#: How long to wait after a look that still found the record; then as long as the last.
LOOK_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 1, 5, 15, 60))
#: After so many looks that found it, the lead office is told.
LOOKS_BEFORE_TELLING = 4
REMIND_EVERY = timedelta(days=1)
CLOSED = "closed"
#: What a receiver is told; to answer it in the two hundreds says that the record is taken out.
RECORD_GONE = "record.gone"


# With the decision


def begin_effect(case: Case, step: CaseStep) -> None:
    """Write down every place that has to confirm what this step did to the record; none for other steps.

    Runs in the transaction of the step (`repair.following`).
    """
    if step.target not in IN_EFFECT or Effect.objects.filter(case=case).exists():
        return
    record = CreditRecord.objects.select_related("entity", "record_type", "submitted_by", "type_version").get(
        pk=case.record_id
    )
    if record.status not in HOW:
        return
    effect = Effect(case=case, record=record, how=HOW[CreditRecord.Status(record.status)])
    if rule := _rule(case, timezone.localdate()):
        single_clocks.start(effect, rule, on=timezone.localdate())
    effect.save()
    asked = Confirmation.objects.bulk_create(
        [*_of_own_places(effect), *_of_bodies(effect, decided_by=step.actor_body)]
    )
    _ask(asked)
    notices.learned(effect)
    audit.record(actor=step.actor, verb="proof.effect.begun", target=case, places=len(asked))
    enqueue_on_commit(signature("repair.proof.tasks.confirm_waiting"))


def _rule(case: Case, on: date) -> ClockRule | None:
    """By when what was decided is to be carried out everywhere, as the regulation of the city has it, or the platform."""
    return clock_book().rule_for(
        ClockRule.Clock.REMOVAL, case_kind=case.kind, on=on, by_charter=case.is_of_market_information
    )


def _ask(asked: list[Confirmation]) -> None:
    for confirmation in asked:
        if confirmation.kind == Confirmation.Kind.RECEIVER:
            record = confirmation.effect.record
            confirmation.message = webhooks.send_now(
                webhook=confirmation.webhook, kind=RECORD_GONE, data=_message(confirmation), record=record
            )
            confirmation.save(update_fields=("message",))
        elif confirmation.kind == Confirmation.Kind.BODY:
            notices.ask(confirmation)


def _ask_who_took_it_meanwhile(effect: Effect) -> None:
    """Ask those whom a file or an answer reached that was begun before the decision and told of the record after it."""
    known = set(effect.confirmations.exclude(body=None).values_list("body", flat=True))
    concerned: dict[int, tuple[SubmittingBody, str]] = {
        body.pk: (body, Confirmation.Why.TAKING)
        for body in _given(
            effect.record,
            ways=(AccessEntry.Way.API, AccessEntry.Way.EXPORT),
            since=effect.begun_at - places.BRIEFLY,
        )
        if body.pk not in known
    }
    decision = (
        CaseStep.objects.filter(case=effect.case, target__in=IN_EFFECT).select_related("actor_body").last()
    )
    asked = Confirmation.objects.bulk_create(
        _asking(effect, concerned, watching=[], decided_by=decision.actor_body if decision else None)
    )
    _ask(asked)
    if asked:
        audit.record(actor=None, verb="proof.effect.widened", target=effect.case, places=len(asked))


def _of_own_places(effect: Effect) -> list[Confirmation]:
    return [
        Confirmation(
            effect=effect,
            kind=Confirmation.Kind.OWN,
            place=place.code,
            next_look_at=effect.begun_at + place.after,
        )
        for place in places.all_places()
    ]


def _of_bodies(effect: Effect, *, decided_by: SubmittingBody | None) -> list[Confirmation]:
    """A row for each receiver of the bodies concerned, and one for each of them that has no receiver.

    The people of the body that decided know of it; its systems do not, and are told like those of any other.
    """
    record = effect.record
    watching = [one for one in watched.lists_watching(record.entity) if _was_open_to(record, one.body)]
    concerned: dict[int, tuple[SubmittingBody, str]] = {}
    for body, why in _concerned(record, watching):
        concerned.setdefault(body.pk, (body, why))
    return _asking(effect, concerned, watching=watching, decided_by=decided_by)


def _asking(
    effect: Effect,
    concerned: dict[int, tuple[SubmittingBody, str]],
    *,
    watching: list[WatchList],
    decided_by: SubmittingBody | None,
) -> list[Confirmation]:
    receivers = Webhook.objects.filter(
        body__in=concerned, removed_at=None, paused_at=None, body__is_active=True
    ).select_related("body", "watch_list")
    lists = {one.pk for one in watching}
    reached = [one for one in receivers if one.watch_list_id is None or one.watch_list_id in lists]
    by_system = {one.body_id for one in reached}
    rows = [
        Confirmation(
            effect=effect,
            kind=Confirmation.Kind.RECEIVER,
            body=receiver.body,
            webhook=receiver,
            why=concerned[receiver.body_id][1],
        )
        for receiver in reached
    ]
    return rows + [
        Confirmation(effect=effect, kind=Confirmation.Kind.BODY, body=body, why=why)
        for key, (body, why) in concerned.items()
        if key not in by_system and body != decided_by
    ]


def _concerned(record: CreditRecord, watching: list[WatchList]):
    """The bodies that may keep the record, each perhaps several times, the strongest reason first."""
    yield who_answers_for(record.submitted_by), Confirmation.Why.SENT
    for body in _given(record, ways=TAKEN_ALONG):
        yield body, Confirmation.Why.TOLD
    for measure in measures.fallen_with(record):
        yield who_answers_for(measure.body), Confirmation.Why.MEASURE
    members = Member.objects.filter(entity=record.entity_id).current_on(timezone.localdate())
    for member in members.select_related("association__body").order_by("pk"):
        if _was_open_to(record, member.association.body):
            yield who_answers_for(member.association.body), Confirmation.Why.MEMBER
    for one in watching:
        yield one.body, Confirmation.Why.WATCHES


def _given(
    record: CreditRecord, *, ways: tuple[str, ...], since: datetime | None = None
) -> list[SubmittingBody]:
    """Who answers today for the bodies that were given the record in one of these ways, after a moment where one is named."""
    told = AccessEntry.objects.filter(
        subject_id=record.entity_id, record_ids__contains=[record.pk], way__in=ways
    ).exclude(body_id=None)
    if since is not None:
        told = told.filter(at__gt=since)
    bodies = SubmittingBody.objects.filter(pk__in=told.values("body_id")).select_related("successor")
    return [who_answers_for(body) for body in bodies.order_by("pk")]


def _was_open_to(record: CreditRecord, body: SubmittingBody) -> bool:
    return CreditRecord.objects.filter(once_shared_with(body), pk=record.pk).exists()


def _message(confirmation: Confirmation) -> dict:
    """What a receiver is told, without the content of the record."""
    effect = confirmation.effect
    return {
        "confirmation": str(confirmation.key),
        "entity": effect.record.entity.credit_code,
        "record": effect.record.pk,
        "record_type": effect.record.record_type.code,
        "submitted_by": effect.record.submitted_by.code,
        "how": effect.how,
    }


# By people and by the systems of bodies


def confirm(*, by, key, how: str = Confirmation.How.PERSON) -> Confirmation:
    """Say for one's body that the record is taken out everywhere it keeps it. Saying it again changes nothing.

    Raises:
        Missing: there is no such confirmation for this user.
    """
    with transaction.atomic():
        confirmation = _locked(by, key)
        policies.may_confirm(by, confirmation).require()
        if confirmation.state == Confirmation.State.WAITING:
            _settle(confirmation, Confirmation.State.CONFIRMED, how=how, by=by)
    return confirmation


def excuse(*, by, key, because: str) -> Confirmation:
    """Let the case be closed without this confirmation, and say why; whoever looks at the case reads it.

    Raises:
        WrongState: it is confirmed already.
        InvalidInput: no reason.
    """
    with transaction.atomic():
        confirmation = _locked(by, key)
        policies.may_excuse(by, confirmation).require()
        because = because.strip()
        if confirmation.state == Confirmation.State.CONFIRMED:
            raise WrongState(_("This place has confirmed already."))
        if confirmation.state == Confirmation.State.EXCUSED:
            return confirmation
        longest = Confirmation._meta.get_field("excused_because").max_length
        if not because:
            raise InvalidInput({"because": [_("Say why the case may be closed without this confirmation.")]})
        if len(because) > longest:
            raise InvalidInput(
                {"because": [_("This is longer than %(longest)d characters.") % {"longest": longest}]}
            )
        _settle(confirmation, Confirmation.State.EXCUSED, by=by, because=because)
    return confirmation


def _locked(by, key) -> Confirmation:
    """The confirmation if this user may know of it; its effect is locked first, so that one alone closes the case."""
    found = Confirmation.objects.visible_to(by).filter(pk=key).values_list("effect", flat=True).first()
    if found is None:
        raise Missing
    return _under_lock(found, key)


def _under_lock(effect_id: int, key) -> Confirmation:
    effect = (
        Effect.objects.select_for_update(of=("self",))
        .select_related("case__entity", "case__deciding_body", "record__record_type", "record__entity")
        .get(pk=effect_id)
    )
    confirmation = effect.confirmations.select_related("body").get(pk=key)
    confirmation.effect = effect
    return confirmation


def _settle(
    confirmation: Confirmation,
    state: str,
    *,
    how: str = "",
    by=None,
    because: str = "",
    at: datetime | None = None,
) -> None:
    confirmation.state, confirmation.how = state, how
    confirmation.settled_at, confirmation.settled_by = at or timezone.now(), by
    confirmation.excused_because, confirmation.next_look_at = because, None
    confirmation.save(
        update_fields=("state", "how", "settled_at", "settled_by", "excused_because", "next_look_at")
    )
    audit.record(
        actor=by,
        verb=f"proof.confirmation.{state}",
        target=confirmation.effect.case,
        place=confirmation.place or None,
        body=confirmation.body.code if confirmation.body else None,
        because=because or None,
    )
    if not confirmation.effect.confirmations.waiting().exists():
        _close(confirmation.effect)


def _close(effect: Effect) -> None:
    effect.closed_at = timezone.now()
    effect.save(update_fields=("closed_at",))
    case = effect.case
    step = CaseStep.objects.create(
        case=case,
        actor=None,
        actor_name=_("The platform"),
        action=CLOSED,
        source=case.state,
        target=case.state,
        version=case.version,
    )
    audit.record(actor=None, verb="proof.effect.closed", target=case)
    notices.closed(effect)
    following.step_taken(case, step)


# By the clock


def look_at_own_places(*, limit: int = 500) -> int:
    """Look at the platform's own places that are due; returns how many no longer show their record."""
    confirmed = 0
    for _look in range(limit):
        claimed = _claim_look()
        if claimed is None:
            break
        confirmed += _look_at(claimed)
    return confirmed


@transaction.atomic
def _claim_look() -> Confirmation | None:
    """Take the look that is due longest. The claim already names the time of the next, for whoever dies looking."""
    now = timezone.now()
    due = (
        Confirmation.objects.waiting()
        .select_for_update(skip_locked=True, of=("self",))
        .filter(kind=Confirmation.Kind.OWN, next_look_at__lte=now)
        .select_related("effect__record__entity", "effect__case__entity")
        .order_by("next_look_at")
        .first()
    )
    if due is None:
        return None
    due.next_look_at = now + LOOK_AGAIN[min(due.looks, len(LOOK_AGAIN) - 1)]
    due.looks += 1
    due.save(update_fields=("next_look_at", "looks"))
    return due


def _look_at(claimed: Confirmation) -> bool:
    if not places.by_code(claimed.place).shows(claimed.effect.record):
        with transaction.atomic():
            confirmation = _under_lock(claimed.effect_id, claimed.pk)
            if confirmation.state == Confirmation.State.WAITING:
                if confirmation.place == places.FILES:
                    # Before it is settled, so that the case is not closed between the two.
                    _ask_who_took_it_meanwhile(confirmation.effect)
                _settle(confirmation, Confirmation.State.CONFIRMED, how=Confirmation.How.LOOKED)
        return True
    log.warning(
        "proof.still_shown", case=claimed.effect.case.number, place=claimed.place, looks=claimed.looks
    )
    if claimed.looks == LOOKS_BEFORE_TELLING:
        notices.still_shown(claimed.effect)
    return False


def take_receipts() -> int:
    """Take what receivers acknowledged as their confirmation; returns how many."""
    acknowledged = Confirmation.objects.waiting().filter(message__delivered_at__isnull=False)
    taken = 0
    for key, effect_id, at in acknowledged.values_list("pk", "effect_id", "message__delivered_at"):
        with transaction.atomic():
            confirmation = _under_lock(effect_id, key)
            if confirmation.state == Confirmation.State.WAITING:
                _settle(confirmation, Confirmation.State.CONFIRMED, how=Confirmation.How.RECEIVER, at=at)
                taken += 1
    return taken


def remind(*, now: datetime) -> int:
    """Reckon terms anew, remind bodies once a day, and tell the lead office once of a case whose term to carry out what was
    decided is over; returns how many were told."""
    told = 0
    for effect_id in Effect.objects.filter(closed_at=None).order_by("pk").values_list("pk", flat=True):
        _reckon(effect_id)
    waiting = Confirmation.objects.waiting().filter(
        body__isnull=False, effect__begun_at__lte=now - REMIND_EVERY
    )
    for key in waiting.exclude(reminded_at__gt=now - REMIND_EVERY).values_list("pk", flat=True):
        told += _remind(key, now)
    late = Effect.objects.filter(closed_at=None, late_told_at=None, due_on__lt=timezone.localdate(now))
    for effect_id in late.values_list("pk", flat=True):
        told += _tell_late(effect_id, now)
    return told


@transaction.atomic
def _reckon(effect_id: int) -> bool:
    """Whether the day moved, because the rule for the day of the decision is another, or the calendar of its year came out."""
    found = Effect.objects.filter(pk=effect_id, closed_at=None).select_for_update(
        of=("self",), skip_locked=True
    )
    effect = found.select_related("case__record__record_type").first()
    rule = _rule(effect.case, timezone.localdate(effect.begun_at)) if effect else None
    if effect is None or rule is None:
        return False
    begun = timezone.localdate(effect.begun_at)
    if effect.due_on is None:  # Begun before terms were kept.
        single_clocks.start(effect, rule, on=begun)
        effect.save(update_fields=("due_on", "due_is_provisional", "rule"))
        return True
    return single_clocks.reckon(
        effect, rule, on=begun, verb="proof.effect.clock_reckoned", told=("late_told_at",)
    )


@transaction.atomic
def _remind(key, now: datetime) -> bool:
    confirmation = (
        Confirmation.objects.waiting()
        .select_for_update(skip_locked=True, of=("self",))
        .exclude(reminded_at__gt=now - REMIND_EVERY)
        .select_related("body", "effect__record__record_type", "effect__record__entity")
        .filter(pk=key)
        .first()
    )
    if confirmation is None:
        return False
    confirmation.reminded_at = now
    confirmation.save(update_fields=("reminded_at",))
    notices.remind(confirmation)
    return True


@transaction.atomic
def _tell_late(effect_id: int, now: datetime) -> bool:
    effect = (
        Effect.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("case__entity")
        .filter(pk=effect_id, closed_at=None, late_told_at=None)
        .first()
    )
    if effect is None:
        return False
    effect.late_told_at = now
    effect.save(update_fields=("late_told_at",))
    notices.late(effect, effect.confirmations.waiting().count())
    return True
