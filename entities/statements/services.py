"""Everything that writes statements."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.models import CreditRecord
from entities.policies import who_answers_for
from entities.selectors import in_force_instead_of
from entities.services import feedback
from entities.services.publishing import notice_params, record_url, tell_agents
from entities.statements import policies
from entities.statements.models import LONGEST, Statement
from entities.words import kept_words

State = Statement.State


@transaction.atomic
def write_statement(*, by, record_id: int, text: str) -> Statement:
    """Put a statement beside a record, and tell the body. One that stands there already is withdrawn first.

    Raises `InvalidInput` for an empty or too long text, `WrongState` where another statement stands there.
    """
    record = _record(by, record_id)
    policies.may_write_statement(by, record).require()
    text = kept_words(text)
    if not text:
        raise InvalidInput({"text": [_("Write what shall stand beside the record.")]})
    if len(text) > LONGEST:
        raise InvalidInput({"text": [_("At most %(longest)s characters.") % {"longest": LONGEST}]})
    if record.statements.exclude(state=State.WITHDRAWN).exists():
        raise WrongState(_("A statement stands there already; withdraw it before you write another."))
    statement = Statement.objects.create(record=record, text=text, written_by=by)
    audit.record(actor=by, verb="statements.statement.written", target=record, statement=statement.pk)
    feedback.notify(
        kind="statements.written",
        params=notice_params(record),
        url=record_url(record),
        body=who_answers_for(record.submitted_by),
    )
    return statement


@transaction.atomic
def withdraw_statement(*, by, statement_id: int) -> Statement:
    """Take a statement back, shown or hidden; it is kept and shown to nobody."""
    statement = _statement(by, statement_id)
    policies.may_withdraw_statement(by, statement).require()
    statement.state, statement.withdrawn_at = State.WITHDRAWN, timezone.now()
    statement.save(update_fields=("state", "withdrawn_at"))
    audit.record(
        actor=by, verb="statements.statement.withdrawn", target=statement.record, statement=statement.pk
    )
    return statement


@transaction.atomic
def hide_statement(*, by, statement_id: int, because: str) -> Statement:
    """Hide a statement from all but those whom it concerns, and tell the entity why. Raises `InvalidInput` without a reason."""
    statement = _statement(by, statement_id)
    policies.may_hide_statement(by, statement).require()
    because = because.strip()
    if not because:
        raise InvalidInput({"because": [_("Say why; the entity is told.")]})
    if statement.state != State.SHOWN:
        raise WrongState(_("The statement is hidden already."))
    statement.state, statement.hidden_because = State.HIDDEN, because
    statement.hidden_by, statement.hidden_at = by, timezone.now()
    statement.save(update_fields=("state", "hidden_because", "hidden_by", "hidden_at"))
    audit.record(
        actor=by,
        verb="statements.statement.hidden",
        target=statement.record,
        statement=statement.pk,
        because=because,
    )
    tell_agents("statements.hidden", [statement.record], because=because)
    return statement


@transaction.atomic
def show_statement_again(*, by, statement_id: int) -> Statement:
    """Show a hidden statement again, and tell the entity."""
    statement = _statement(by, statement_id)
    policies.may_hide_statement(by, statement).require()
    if statement.state != State.HIDDEN:
        raise WrongState(_("The statement is shown already."))
    statement.state, statement.hidden_because = State.SHOWN, ""
    statement.save(update_fields=("state", "hidden_because"))
    audit.record(
        actor=by, verb="statements.statement.shown_again", target=statement.record, statement=statement.pk
    )
    tell_agents("statements.shown-again", [statement.record])
    return statement


def follow_corrections(*, entity_ids: Iterable[int]) -> int:
    """Put statements whose record was corrected beside the correction, hidden ones hidden, and tell the entity.

    Called in the transaction of the change, when the registry says that records of these entities changed;
    returns how many went along.
    """
    wanted, moved = frozenset(entity_ids), 0
    beside_corrected = (
        Statement.objects.exclude(state=State.WITHDRAWN)
        .filter(record__status=CreditRecord.Status.REPLACED)
        .select_related("record")
        .order_by("pk")
    )
    for statement in beside_corrected:
        if statement.record.entity_id in wanted and (record := in_force_instead_of(statement.record)):
            moved += _put_beside(statement, record)
    return moved


def _put_beside(statement: Statement, record: CreditRecord) -> bool:
    if record.statements.exclude(state=State.WITHDRAWN).exists():
        return False
    was, statement.record = statement.record_id, record
    statement.save(update_fields=("record",))
    audit.record(
        actor=None, verb="statements.statement.followed", target=record, statement=statement.pk, was=was
    )
    tell_agents("statements.followed", [record])
    return True


def _record(user, record_id: int) -> CreditRecord:
    """The record, locked, so that two agents do not write beside it at once; `Missing` for who may not see it."""
    record = (
        CreditRecord.objects.visible_to(user)
        .select_for_update(no_key=True, of=("self",))
        .select_related("entity", "submitted_by__successor", "record_type", "type_version")
        .filter(pk=record_id)
        .first()
    )
    if record is None:
        raise Missing
    return record


def _statement(user, statement_id: int) -> Statement:
    statement = (
        Statement.objects.visible_to(user)
        .select_for_update(no_key=True, of=("self",))
        .select_related(
            "record__entity", "record__submitted_by", "record__record_type", "record__type_version"
        )
        .filter(pk=statement_id)
        .first()
    )
    if statement is None:
        raise Missing
    return statement
