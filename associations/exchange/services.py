"""Asking, telling, answering, and saying what came of it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from associations.exchange import policies
from associations.exchange.models import Exchange, Passing
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
#: So many working days before the last one the association is reminded.
REMINDED_BEFORE = 2


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked or told. `due_on` only where an answer is asked for by a day; `upload`: a draft rule, a photograph."""

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
    """Ask an association for an opinion on one of its members, or on a draft rule, by a day.

    Raises:
        InvalidInput: with everything wrong, by field; among it that the entity is no member.
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
    _check_membership(association, matter, problems)
    if matter.due_on is None or matter.due_on <= timezone.localdate():
        problems["due_on"] = [_("Give a day to come by which you need the answer.")]
    if not association.body.is_active:
        problems["association"] = [_("%(association)s is no longer active.") % {"association": association}]
    if problems:
        raise InvalidInput(problems)
    return _send(by, kind, association, department, matter, "exchange.asked")


@transaction.atomic
def send_observation(*, by, association: Association, department: SubmittingBody, matter: Matter) -> Exchange:
    """Tell a named department what the association has seen in its industry, of a member or in general."""
    policies.may_observe(by, association).require()
    problems = matter.problems()
    _check_membership(association, matter, problems)
    if not department.is_active or department.kind == SubmittingBody.Kind.ASSOCIATION:
        problems["department"] = [_("Choose a department that is active.")]
    if problems:
        raise InvalidInput(problems)
    return _send(by, Kind.OBSERVATION, association, department, matter, "exchange.observed")


def _check_membership(association: Association, matter: Matter, problems: dict[str, list[str]]) -> None:
    if matter.entity is None:
        return
    members = Member.objects.filter(association=association, entity=matter.entity)
    if not members.current_on(timezone.localdate()).exists():
        problems["entity"] = [
            _("%(entity)s is not a member of %(association)s.")
            % {"entity": matter.entity, "association": association}
        ]


def _send(by, kind: str, association, department, matter: Matter, notice: str) -> Exchange:
    exchange = Exchange.objects.create(
        kind=kind,
        association=association,
        department=department,
        entity=matter.entity,
        subject=kept_words(matter.subject),
        text=kept_words(matter.text),
        paper=_kept(by, matter.upload) if matter.upload else None,
        due_on=None if kind == Kind.OBSERVATION else matter.due_on,
        sent_by=by,
    )
    audit.record(actor=by, verb="exchange.exchange.sent", target=exchange, kind=kind)
    _tell(notice, exchange, exchange.answers)
    return exchange


def _kept(by, upload: UploadedFile) -> Document:
    try:
        return store_document(by=by, upload=upload, accept=PAPERS, max_bytes=settings.EVIDENCE_MAX_BYTES)
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
    source = exchange.department
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
    exchange.answered_by = exchange.answered_at = None
    exchange.save(update_fields=("department", "state", "answer", "answered_by", "answered_at"))
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


def remind(*, today: date) -> int:
    """Remind associations of opinions that are due soon, and tell departments of those that did not come.

    Returns how many were told.
    """
    soon = working_days_after(today, REMINDED_BEFORE, current_calendar()).day
    return _REMINDING.run(today=today, horizon=soon)


def _tell_overdue(exchange: Exchange) -> None:
    _tell("exchange.overdue", exchange, exchange.answers)
    _tell("exchange.overdue", exchange, exchange.asks)


_REMINDING = Reminding(
    waiting=lambda: Exchange.objects.filter(state=State.OPEN).select_related(
        "association__body__successor", "department__successor", "entity"
    ),
    soon=lambda exchange: _tell("exchange.due-soon", exchange, exchange.answers),
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
