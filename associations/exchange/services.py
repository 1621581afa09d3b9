"""Asking, telling, answering, and saying what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from associations.exchange import policies, selectors
from associations.exchange.models import Consultation, Exchange, Passing
from associations.models import Association, Member
from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.common.reminding import Reminding
from credit_platform.common.services import current_calendar
from credit_platform.common.working_days import working_days_after
from entities.models import Document, Entity, SubmittingBody
from entities.policies import who_answers_for
from entities.services import documents, feedback
from entities.services.documents import store_document
from entities.words import kept_words

Kind, State = Exchange.Kind, Exchange.State
LONGEST = 4_000
#: What a draft rule or a photograph may be sent as.
PAPERS = frozenset({documents.PDF, documents.DOCX, documents.PNG, documents.JPEG})
#: So many working days before the last one whoever has to answer is reminded.
REMINDED_BEFORE = 2


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked or told.

    Args:
        due_on: the day by which an answer is asked for; with an observation it may be left out.
        upload: a draft rule, a photograph.
    """

    subject: str
    text: str
    entity: Entity | None = None
    due_on: date | None = None
    upload: UploadedFile | None = None

    def problems(self) -> dict[str, list[str]]:
        """Everything wrong with it, at once, by field."""
        found: dict[str, list[str]] = {}
        if not self.subject.strip():
            found["subject"] = [_("Say in a few words what it is about.")]
        if not self.text.strip():
            found["text"] = [_("Write what you ask or have seen.")]
        elif len(self.text) > LONGEST:
            found["text"] = [_("At most %(longest)s characters.") % {"longest": LONGEST}]
        return found


@transaction.atomic
def ask_opinion(
    *, by, department: SubmittingBody, association: Association, kind: str, matter: Matter
) -> Exchange:
    """Ask one association for an opinion on one of its members, or on a draft rule, by a day."""
    return ask_opinions(by=by, department=department, associations=[association], kind=kind, matter=matter)[0]


@transaction.atomic
def ask_opinions(
    *,
    by,
    department: SubmittingBody,
    associations: Sequence[Association] = (),
    industry: str = "",
    kind: str,
    matter: Matter,
) -> list[Exchange]:
    """Ask associations for an opinion on a member that they have in common, or on a draft rule, by a day.

    Those that are named are asked, and all that the industry concerns (see `selectors.concerned_by`). Several are asked
    in one consultation, each by an exchange of its own.

    Raises:
        InvalidInput: with everything wrong, by field; among it where the entity is no member.
    """
    policies.may_ask(by).require()
    policies.may_speak_for(by, department).require()
    problems = matter.problems()
    if department.kind == SubmittingBody.Kind.ASSOCIATION:
        problems["department"] = [_("Choose a department that is active.")]
    if kind not in Exchange.OPINIONS:
        problems["kind"] = [_("Say what the opinion is on.")]
    if kind == Kind.MEMBER and matter.entity is None:
        problems["entity"] = [_("Say on which member.")]
    if matter.due_on is None or matter.due_on <= timezone.localdate():
        problems["due_on"] = [_("Give a day to come by which you need the answer.")]
    asked = {one.pk: one for one in associations}
    if industry:
        concerned = selectors.concerned_by(industry, matter.entity)
        if not concerned:
            problems["industry"] = [
                _("No association that could be asked has named this industry as its own.")
            ]
        asked |= {one.pk: one for one in concerned}
    elif not asked:
        problems["associations"] = [_("Choose whom to ask.")]
    if ended := [str(one) for one in asked.values() if not one.body.is_active]:
        problems["associations"] = [
            _("%(association)s is no longer active.") % {"association": ", ".join(ended)}
        ]
    _check_membership(list(asked.values()), matter, problems)
    if problems:
        raise InvalidInput(problems)
    return _ask(by, department, list(asked.values()), industry, kind, matter)


def _ask(
    by, department: SubmittingBody, asked: list[Association], industry: str, kind: str, matter: Matter
) -> list[Exchange]:
    together, paper = None, _kept(by, matter)
    if len(asked) > 1:
        together = Consultation.objects.create(
            department=department, subject=kept_words(matter.subject), industry=industry, asked_by=by
        )
        audit.record(
            actor=by,
            verb="exchange.consultation.asked",
            target=together,
            associations=[one.body.code for one in asked],
            industry=industry,
        )
    return [
        _send(by, kind, association, department, matter, "exchange.asked", paper=paper, consultation=together)
        for association in asked
    ]


@transaction.atomic
def send_observation(*, by, association: Association, department: SubmittingBody, matter: Matter) -> Exchange:
    """Tell a named department what the association has seen in its industry, of a member or in general.

    It may ask for an answer by a day. That is its wish: no text sets one.
    """
    policies.may_observe(by, association).require()
    problems = matter.problems()
    _check_membership([association], matter, problems)
    if not department.is_active or department.kind == SubmittingBody.Kind.ASSOCIATION:
        problems["department"] = [_("Choose a department that is active.")]
    if matter.due_on is not None and matter.due_on <= timezone.localdate():
        problems["due_on"] = [_("Give a day to come, or none.")]
    if problems:
        raise InvalidInput(problems)
    notice = "exchange.observed-by" if matter.due_on else "exchange.observed"
    return _send(by, Kind.OBSERVATION, association, department, matter, notice, paper=_kept(by, matter))


def _check_membership(asked: Sequence[Association], matter: Matter, problems: dict[str, list[str]]) -> None:
    if matter.entity is None:
        return
    members = Member.objects.filter(association__in=asked, entity=matter.entity)
    having = set(members.current_on(timezone.localdate()).values_list("association", flat=True))
    if strange := [str(one) for one in asked if one.pk not in having]:
        problems["entity"] = [
            _("%(entity)s is not a member of %(association)s.")
            % {"entity": matter.entity, "association": ", ".join(strange)}
        ]


def _send(
    by,
    kind: str,
    association: Association,
    department: SubmittingBody,
    matter: Matter,
    notice: str,
    *,
    paper: Document | None,
    consultation: Consultation | None = None,
) -> Exchange:
    exchange = Exchange.objects.create(
        kind=kind,
        association=association,
        department=department,
        consultation=consultation,
        entity=matter.entity,
        subject=kept_words(matter.subject),
        text=kept_words(matter.text),
        paper=paper,
        due_on=matter.due_on,
        wished_on=matter.due_on if kind == Kind.OBSERVATION else None,
        sent_by=by,
    )
    audit.record(actor=by, verb="exchange.exchange.sent", target=exchange, kind=kind)
    _tell(notice, exchange, exchange.answers)
    return exchange


def _kept(by, matter: Matter) -> Document | None:
    """The file that comes with it, kept; None where none does."""
    if matter.upload is None:
        return None
    try:
        return store_document(
            by=by, upload=matter.upload, accept=PAPERS, max_bytes=settings.EVIDENCE_MAX_BYTES
        )
    except InvalidInput as refusal:
        raise InvalidInput({"paper": refusal.problems["file"]}) from refusal


@transaction.atomic
def answer(*, by, exchange_id: int, text: str, stance: str = "") -> Exchange:
    """Answer: an association its opinion, also after the day, or a department that it has taken an observation up.

    The same answer again changes nothing. Until the department has said what came of it, an association may
    change its opinion.
    """
    exchange = _locked(by, exchange_id)
    policies.may_answer(by, exchange).require()
    text = kept_words(text)
    if exchange.state == State.ANSWERED and (exchange.answer, exchange.stance) == (text, stance):
        return exchange
    _require(exchange, State.OPEN, *((State.ANSWERED,) if exchange.is_opinion else ()))
    problems: dict[str, list[str]] = {}
    if exchange.is_opinion and stance not in Exchange.Stance.values:
        problems["stance"] = [_("Say how the association stands to it.")]
    if not text:
        problems["text"] = [_("Write the answer.")]
    elif len(text) > LONGEST:
        problems["text"] = [_("At most %(longest)s characters.") % {"longest": LONGEST}]
    if problems:
        raise InvalidInput(problems)
    exchange.state, exchange.answer, exchange.stance = State.ANSWERED, text, stance
    exchange.answered_by, exchange.answered_at = by, timezone.now()
    exchange.save(update_fields=("state", "answer", "stance", "answered_by", "answered_at"))
    audit.record(actor=by, verb="exchange.exchange.answered", target=exchange, stance=stance)
    _tell("exchange.answered", exchange, exchange.asks)
    return exchange


@transaction.atomic
def promise(*, by, exchange_id: int, due_on: date) -> Exchange:
    """The department says by when it answers an observation. It binds itself: no text sets a day.

    Until that day it may name another one, and the association is told each time. A day that is over stays over until
    there is an answer.

    Raises:
        InvalidInput: a day that has not to come.
        WrongState: it is answered, or the day is over.
    """
    exchange = _locked(by, exchange_id)
    policies.may_promise(by, exchange).require()
    if exchange.is_opinion:
        raise WrongState(_("The day of a question is set by who asks it."))
    _require(exchange, State.OPEN)
    if exchange.is_promised and exchange.due_on == due_on:
        return exchange
    today, before = timezone.localdate(), exchange.due_on
    if before is not None and before < today:
        raise WrongState(_("The day is over; it stays so until there is an answer."))
    if due_on <= today:
        raise InvalidInput({"due_on": [_("Give a day to come.")]})
    if due_on != before:
        exchange.reminded_on = None
    exchange.due_on, exchange.promised_by, exchange.promised_at = due_on, by, timezone.now()
    exchange.save(update_fields=("due_on", "promised_by", "promised_at", "reminded_on"))
    audit.record(
        actor=by,
        verb="exchange.exchange.promised",
        target=exchange,
        due_on=due_on.isoformat(),
        before=before.isoformat() if before else None,
    )
    _tell("exchange.promised", exchange, exchange.association.body)
    return exchange


@transaction.atomic
def close(*, by, exchange_id: int, outcome: str, text: str) -> Exchange:
    """The department says what it made of it, and the association reads that. Closing again the same changes nothing."""
    exchange = _locked(by, exchange_id)
    policies.may_close(by, exchange).require()
    text = kept_words(text)
    if exchange.state == State.CLOSED and (exchange.outcome, exchange.outcome_text) == (outcome, text):
        return exchange
    # An observation may be settled at once; an opinion has to be there before it can be followed.
    _require(exchange, State.ANSWERED, *(() if exchange.is_opinion else (State.OPEN,)))
    problems: dict[str, list[str]] = {}
    if outcome not in exchange.outcomes:
        problems["outcome"] = [_("Say what came of it.")]
    if not text:
        problems["text"] = [_("Give the association your reasons; it reads them.")]
    elif len(text) > LONGEST:
        problems["text"] = [_("At most %(longest)s characters.") % {"longest": LONGEST}]
    if problems:
        raise InvalidInput(problems)
    now = timezone.now()
    if exchange.answered_at is None:
        exchange.answered_by, exchange.answered_at = by, now
    exchange.state, exchange.outcome, exchange.outcome_text = State.CLOSED, outcome, text
    exchange.closed_by, exchange.closed_at = by, now
    exchange.save(
        update_fields=(
            "state", "outcome", "outcome_text", "closed_by", "closed_at", "answered_by", "answered_at",
        )
    )  # fmt: skip
    audit.record(actor=by, verb="exchange.exchange.closed", target=exchange, outcome=outcome)
    _tell("exchange.closed", exchange, exchange.association.body)
    return exchange


@transaction.atomic
def pass_on(*, by, exchange_id: int, to: str, because: str) -> Exchange:
    """Put an observation before the department in charge, by its code; from then on that one answers.

    The association is told, and reads why and what the one before had answered.

    Raises:
        InvalidInput: without a reason, or not to another active department.
    """
    exchange = _locked(by, exchange_id)
    policies.may_pass_on(by, exchange).require()
    if exchange.is_opinion:
        raise WrongState(_("Only observations are passed on: a question comes from who asked it."))
    _require(exchange, State.OPEN, State.ANSWERED)
    target = (
        SubmittingBody.objects.filter(code=to, is_active=True)
        .exclude(kind=SubmittingBody.Kind.ASSOCIATION)
        .exclude(pk=exchange.department_id)
        .first()
    )
    because, problems = kept_words(because)[:500], {}
    if target is None:
        problems["to"] = [_("Choose the department that is in charge.")]
    if not because:
        problems["because"] = [_("Say why, so that it does not come back.")]
    if target is None or problems:
        raise InvalidInput(problems)
    source, wished_on = exchange.department, exchange.wished_on
    Passing.objects.create(
        exchange=exchange,
        source=source,
        target=target,
        because=because,
        answer=exchange.answer,
        answered_at=exchange.answered_at,
        passed_by=by,
    )
    exchange.department, exchange.state, exchange.answer = target, State.OPEN, ""
    exchange.answered_by = exchange.answered_at = exchange.promised_by = exchange.promised_at = None
    # What one department promised does not bind the next; what the association wished still holds, if it can.
    exchange.due_on = wished_on if wished_on and wished_on > timezone.localdate() else None
    exchange.reminded_on = exchange.overdue_told_on = None
    exchange.save(
        update_fields=(
            "department", "state", "answer", "answered_by", "answered_at", "promised_by", "promised_at",
            "due_on", "reminded_on", "overdue_told_on",
        )
    )  # fmt: skip
    audit.record(
        actor=by,
        verb="exchange.exchange.passed_on",
        target=exchange,
        source=source.code,
        to=target.code,
        because=because,
    )
    said = {"source": feedback.both_names(source), "because": because}
    _tell("exchange.passed-on", exchange, target, **said)
    _tell("exchange.passed-on", exchange, exchange.association.body, **said)
    return exchange


@transaction.atomic
def withdraw(*, by, exchange_id: int) -> Exchange:
    """Whoever sent it takes it back, as long as it is not answered."""
    exchange = _locked(by, exchange_id)
    policies.may_withdraw(by, exchange).require()
    if exchange.state == State.WITHDRAWN:
        return exchange
    _require(exchange, State.OPEN)
    exchange.state = State.WITHDRAWN
    exchange.save(update_fields=("state",))
    audit.record(actor=by, verb="exchange.exchange.withdrawn", target=exchange)
    _tell("exchange.withdrawn", exchange, exchange.answers)
    return exchange


@transaction.atomic
def close_answered(*, by, consultation_id: int, outcome: str, text: str) -> int:
    """Say of all opinions of a consultation that are there what came of them; returns of how many.

    Raises:
        InvalidInput: no outcome, or no reasons.
        WrongState: none of them waits for it.
    """
    return _settle(by, consultation_id, State.ANSWERED, close, outcome=outcome, text=text)


@transaction.atomic
def withdraw_open(*, by, consultation_id: int) -> int:
    """Take back from all that have not answered what they were asked in a consultation; returns from how many."""
    return _settle(by, consultation_id, State.OPEN, withdraw)


def _settle(by, consultation_id: int, state: str, do: Callable[..., Exchange], **said) -> int:
    """Do the same with all that stand so, in the order of their keys, so that two at once wait for each other."""
    consultation = selectors.consultation_for_page(user=by, consultation_id=consultation_id)
    policies.may_settle(by, consultation).require()
    keys = list(
        consultation.exchanges.select_for_update(of=("self",))
        .filter(state=state)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    if not keys:
        raise WrongState(_("There is nothing left with which this could be done."))
    for key in keys:
        do(by=by, exchange_id=key, **said)
    return len(keys)


def remind(*, today: date) -> int:
    """Remind of opinions and of answers that are due soon, and tell both sides of those that did not come.

    Returns how many were told.
    """
    soon = working_days_after(today, REMINDED_BEFORE, current_calendar()).day
    return _REMINDING.run(today=today, horizon=soon)


def _tell_soon(exchange: Exchange) -> None:
    kind = "exchange.due-soon" if exchange.is_opinion else "exchange.observation-due-soon"
    _tell(kind, exchange, exchange.answers)


def _tell_overdue(exchange: Exchange) -> None:
    kind = "exchange.overdue" if exchange.is_opinion else "exchange.observation-overdue"
    _tell(kind, exchange, exchange.answers)
    _tell(kind, exchange, exchange.asks)


_REMINDING = Reminding(
    waiting=lambda: Exchange.objects.filter(state=State.OPEN).select_related(
        "association__body__successor", "department__successor", "entity"
    ),
    soon=_tell_soon,
    over=_tell_overdue,
    told_soon="reminded_on",
    told_over="overdue_told_on",
    noted=timezone.localdate,
)


def earliest_day() -> date:
    """The first day by which an answer may be asked for."""
    return timezone.localdate() + timedelta(days=1)


def _locked(user, exchange_id: int) -> Exchange:
    found = (
        Exchange.objects.visible_to(user)
        .select_for_update(of=("self",))
        .select_related("association__body__successor", "department__successor", "entity")
        .filter(pk=exchange_id)
        .first()
    )
    if found is None:
        raise Missing
    return found


def _require(exchange: Exchange, *states: str) -> None:
    if exchange.state not in states:
        raise WrongState(
            _("This stands at “%(state)s”; that can no longer be done.")
            % {"state": exchange.get_state_display()}
        )


def _tell(kind: str, exchange: Exchange, receiver: SubmittingBody, **params) -> None:
    feedback.notify(
        kind=kind,
        params={
            "subject": exchange.subject,
            "association": feedback.both_names(exchange.association.body),
            "department": feedback.both_names(exchange.department),
            "due": exchange.due_on.isoformat() if exchange.due_on else "",
            **params,
        },
        url=reverse("exchange:exchange", args=(exchange.pk,)),
        body=who_answers_for(receiver),
    )
